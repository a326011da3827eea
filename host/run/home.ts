// Follows which addresses are home: the owner's networks, or the private ones, and the tap's own of this
// moment. Tells when the uplink itself changed: its device, link, address or gateway. Asks the kernel, changes
// nothing.

import { HOME_DEFAULT, networkOctets } from "../ground/address.ts";
import type { Inspector } from "../inspector.ts";
import { defaultGateways, findLink, ownAddresses } from "../tap/link.ts";

/** Bits of an IPv6 address that the provider gives; the rest changes by itself for privacy (RFC 8981). */
const PREFIX_BITS = 64;

export interface HomeRequest {
  /** Networks the owner named; none for the private ones. */
  readonly named: readonly string[];
  /** Devices whose addresses are home: the tapped ones and those above them. */
  readonly devices: readonly string[];
  /** Called when the uplink is another than before. */
  readonly onUplinkChange: () => void;
}

/** What identifies an uplink, as text: a change of it is a change of the uplink. */
function uplinkOf(devices: readonly string[]): string {
  const parts = devices.map((device) => {
    const link = findLink(device);
    const addresses = ownAddresses(device)
      .filter((address) => !/^(fe[89ab]|ff)/i.test(address))
      .map((address) => {
        const bits = address.includes(":") ? PREFIX_BITS : 32;
        return Buffer.from(networkOctets(`${address}/${bits}`)).toString("hex");
      });
    const state = link === null ? "gone" : `${link.index} ${link.running ? "up" : "down"}`;
    return `${device} ${state} ${[...new Set(addresses)].sort().join(" ")}`;
  });
  return [...parts, ...defaultGateways()].join("; ");
}

export class Home {
  readonly #request: HomeRequest;
  /** Networks the owner named; none for the private ones. May be replaced. */
  named: readonly string[];
  #networks = "";
  #uplink: string | null = null;

  constructor(request: HomeRequest) {
    this.#request = request;
    this.named = request.named;
  }

  /** Tells an inspector what is home, when that is news to it. `fresh`: it has heard nothing yet. */
  learn(inspector: Inspector, fresh = false): void {
    const { named } = this;
    const { devices } = this.#request;
    const own = devices
      .flatMap((device) => ownAddresses(device))
      .map((address) => `${address}/${address.includes(":") ? 128 : 32}`);
    const home = [...(named.length > 0 ? named : HOME_DEFAULT), ...own];
    if (!fresh && home.join() === this.#networks) return;
    inspector.setHome(home);
    this.#networks = home.join();
  }

  /** Looks whether the uplink changed since the last look; the first look only remembers. */
  look(): void {
    const uplink = uplinkOf(this.#request.devices);
    const changed = this.#uplink !== null && this.#uplink !== uplink;
    this.#uplink = uplink;
    if (changed) this.#request.onUplinkChange();
  }
}
