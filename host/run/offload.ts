// Turns what the firewall is set to, the tapped devices and the tracked connections into what an
// owner must know: whether flow offloading hides packets from the tap, how many connections, and
// which setting helps. Changes no setting.
//
// A tap sees a device's frames before any fast path of that device. A software fast path is hooked
// to physical devices, so it hides frames only from VLAN and PPP devices above; a hardware one
// hides everything but the beginning and the end of a connection, wherever the tap is.

import { readFileSync } from "node:fs";
import { parseUci } from "../config/uci.ts";

const FIREWALL_PATH = "/etc/config/firewall";

export interface OffloadSetting {
  readonly software: boolean;
  readonly hardware: boolean;
}

/** What a status says about offloading. */
export interface OffloadStatus extends OffloadSetting {
  /** Connections some of whose packets the tap does not see. */
  readonly blindFlows: number;
  /** One or two sentences; null when nothing is hidden. */
  readonly advice: string | null;
}

const OFF: OffloadSetting = { software: false, hardware: false };
const YES = ["1", "on", "true", "yes", "enabled"];

/** What the text of /etc/config/firewall says; what cannot be read counts as off. */
export function offloadSetting(text: string): OffloadSetting {
  try {
    const sections = parseUci(text, FIREWALL_PATH).filter(({ type }) => type === "defaults");
    const isOn = (name: string): boolean =>
      sections.some(({ options }) => YES.includes(options.get(name)?.values[0] ?? ""));
    const software = isOn("flow_offloading");
    return { software, hardware: software && isOn("flow_offloading_hw") };
  } catch {
    return OFF;
  }
}

export function readOffloadSetting(path: string = FIREWALL_PATH): OffloadSetting {
  try {
    return offloadSetting(readFileSync(path, "utf8"));
  } catch {
    return OFF; // no firewall of OpenWrt's here
  }
}

/** Whether a device lies above the one a software fast path is hooked to. `uevent` is its text. */
export function liesAbove(uevent: string): boolean {
  return /^DEVTYPE=(vlan|ppp)$/m.test(uevent);
}

function isAbove(device: string): boolean {
  try {
    return liesAbove(readFileSync(`/sys/class/net/${device}/uevent`, "utf8"));
  } catch {
    return false;
  }
}

/** What to tell: `flows` are the connections on fast paths now, `above` the devices above hooks. */
export function adviseOn(
  setting: OffloadSetting,
  flows: { readonly software: number; readonly hardware: number },
  above: readonly string[],
): OffloadStatus {
  const hardware = setting.hardware || flows.hardware > 0;
  const software = setting.software || flows.software > 0;
  const blindFlows = flows.hardware + (above.length > 0 ? flows.software : 0);
  let advice: string | null = null;
  if (hardware) {
    advice =
      `Hardware flow offloading carries ${flows.hardware} connections past the tap after their ` +
      "first packets. To see them: uci set firewall.@defaults[0].flow_offloading_hw=0; " +
      "uci commit firewall; service firewall reload.";
  } else if (software && above.length > 0) {
    advice =
      `Software flow offloading hides one direction of connections on ${above.join(", ")}. To ` +
      "see both: name the physical device below with list interface, or uci set " +
      "firewall.@defaults[0].flow_offloading=0; uci commit firewall; service firewall reload.";
  }
  return { software, hardware, blindFlows, advice };
}

/** The same for the devices of this machine. */
export function offloadStatus(
  devices: readonly string[],
  setting: OffloadSetting,
  flows: { readonly software: number; readonly hardware: number },
): OffloadStatus {
  return adviseOn(setting, flows, devices.filter(isAbove));
}
