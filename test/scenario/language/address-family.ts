// IPv4 scenarios told over IPv6: addresses and home networks follow two prefixes of 32 bits
// (private → fd00::/8, public → documentation), ICMP errors become their ICMPv6 kin.
// IPv6 has no identification and no DF: scenarios about those opt out. RFC 4443 §3.1, RFC 9637.

import { type Address, addressKey, isPrivate, parseAddress } from "./address.ts";
import type { DnsAnswer } from "./dns.ts";
import type { Packet } from "./packet.ts";
import type { Host } from "./scenario.ts";

const HOME_PREFIX = parseAddress("fd00:64::").subarray(0, 4);
const FAR_PREFIX = parseAddress("2001:db8::").subarray(0, 4);
/** Where the IPv4 address lies in the IPv6 one: high, so that networks stay apart. */
const AT = 4;
const AFTER = 8;
const UNREACHABLE = 3;
const TIME_EXCEEDED = 11;

/** What is told over IPv6. */
interface Told {
  readonly packets: readonly Packet[];
  readonly home: readonly string[];
}

/** One variant, or none when the scenario is IPv6 already. */
export function mapToIp6<Variant extends Told>(base: Variant): Variant[] {
  const addresses = base.packets.flatMap((packet) => {
    return packet.kind === "tcp" ? [packet.from.address, packet.to.address] : [];
  });
  if (addresses.length === 0 || addresses.some((address) => address.length !== 4)) return [];
  return [{ ...base, packets: base.packets.map(map), home: base.home.map(mapNetwork) }];
}

/** The key of the IPv4 address that an IPv6 one stands for; its own key otherwise. */
export function originalKey(address: Address): string {
  if (address.length !== 16) return addressKey(address);
  const mapped = [HOME_PREFIX, FAR_PREFIX].some((prefix) => {
    return prefix.every((octet, index) => octet === address[index]);
  });
  const rest = address.subarray(AFTER);
  if (!mapped || rest.some((octet) => octet !== 0)) return addressKey(address);
  return addressKey(address.subarray(AT, AFTER));
}

function map(packet: Packet): Packet {
  switch (packet.kind) {
    case "tcp":
      return { ...packet, from: mapHost(packet.from), to: mapHost(packet.to) };
    case "icmp": {
      const quoted = map(packet.quoted);
      if (quoted.kind !== "tcp") return packet;
      const { type, code } = mapError(packet.type, packet.code);
      const sender = mapAddress(packet.sender);
      return { ...packet, type, code, sender, to: mapHost(packet.to), quoted };
    }
    case "dns":
      return { ...packet, to: mapHost(packet.to), answer: mapAnswer(packet.answer) };
    case "frame":
      return packet;
  }
}

function mapAnswer(answer: DnsAnswer): DnsAnswer {
  const { address } = answer;
  return { ...answer, address: address === null ? null : mapAddress(address) };
}

function mapHost(host: Host): Host {
  return { ...host, address: mapAddress(host.address) };
}

function mapAddress(address: Address): Address {
  if (address.length !== 4) return address;
  const prefix = isPrivate(address) ? HOME_PREFIX : FAR_PREFIX;
  return Uint8Array.from([...prefix, ...address, 0, 0, 0, 0, 0, 0, 0, 0]);
}

function mapNetwork(network: string): string {
  const [address = "", bits = "32"] = network.split("/");
  if (address.includes(":")) return network;
  const octets = mapAddress(parseAddress(address));
  const groups = Array.from({ length: 8 }, (_, index) => {
    return (((octets[index * 2] ?? 0) << 8) | (octets[index * 2 + 1] ?? 0)).toString(16);
  });
  return `${groups.join(":")}/${AT * 8 + Number(bits)}`;
}

/** Administratively prohibited stays that; other unreachables become "no route". */
function mapError(type: number, code: number): { type: number; code: number } {
  if (type === TIME_EXCEEDED) return { type: 3, code };
  if (type !== UNREACHABLE) return { type, code };
  if (code === 3) return { type: 1, code: 4 };
  return { type: 1, code: [9, 10, 13].includes(code) ? 1 : 0 };
}
