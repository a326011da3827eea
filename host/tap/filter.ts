// Turns the question "which frames are worth a copy, and how much of them" into a classic BPF
// program that the kernel runs on every frame. It knows no flows, so it keeps more than is used:
// mail ports whole, all other TCP cut short (SYN, FIN and RST among it), ICMP errors and DNS
// answers whole, what it cannot read whole. Does not attach itself (ring.ts does).
// Read RFC 9293 §3.1, RFC 8200 §3, RFC 2516 §4, RFC 4443 §2.1, IEEE 802.1Q.

import { CLEAR_PORTS } from "../ground/dialect.ts";
import { assemble } from "./bpf.ts";
import type { Framing } from "./link.ts";

/** Octets kept of TCP that is neither mail nor a handshake: all headers and the first lines. */
export const TCP_SNAP = 512;

/** What a ring block spends beside the frame: block header 48, frame header and padding to 112. */
const BLOCK_OVERHEAD = 256;

/** Octets of a whole frame that still fit a ring block of `blockSize` octets. */
export function wholeSnap(blockSize: number): number {
  return blockSize - BLOCK_OVERHEAD;
}

/** Goes to `target` unless `octets` follow X: a load beyond the end would drop the frame. */
const need = (octets: number, target: string): string[] => [
  "ld len",
  "sub x",
  `jlt #${octets}, ${target}`,
  `jset #0x80000000, ${target}`, // X lies beyond the end
];

const forward = (octets: number): string[] => ["txa", `add #${octets}`, "tax"];

const anyOf = (values: readonly number[], target: string): string[] =>
  values.map((value) => `jeq #${value}, ${target}`);

const VLAN_TAGS: readonly number[] = [0x8100, 0x88a8, 0x9100];

/** From the start of an Ethernet frame, over at most two tags and a PPPoE session, to IP. */
const ETHERNET: readonly string[] = [
  "ldx #12",
  ...need(2, "whole"),
  "ldh [x+0]",
  ...anyOf(VLAN_TAGS, "outer-tag"),
  "jmp typed",
  "outer-tag:",
  ...forward(4),
  ...need(2, "whole"),
  "ldh [x+0]",
  ...anyOf(VLAN_TAGS, "inner-tag"),
  "jmp typed",
  "inner-tag:",
  ...forward(4),
  ...need(2, "whole"),
  "ldh [x+0]",
  "typed:", // X at the EtherType, A holds it
  "jeq #0x0800, ether-ip4",
  "jeq #0x86dd, ether-ip6",
  "jne #0x8864, whole", // not a PPPoE session
  ...need(10, "whole"),
  "ldh [x+8]", // the PPP protocol behind EtherType and PPPoE header
  "jeq #0x0021, ppp-ip4",
  "jne #0x0057, whole",
  ...forward(10),
  "jmp ip6",
  "ppp-ip4:",
  ...forward(10),
  "jmp ip4",
  "ether-ip6:",
  ...forward(2),
  "jmp ip6",
  "ether-ip4:",
  ...forward(2),
  "jmp ip4",
];

/** On a link without header the kernel says which protocol a frame carries. */
const HEADERLESS_LINK: readonly string[] = [
  "ldx #0",
  "ld proto",
  "jeq #0x0800, ip4",
  "jeq #0x86dd, ip6",
  "jmp whole",
];

/** X moves from the IPv4 header, whose length is in its first octet, to what it carries. */
const overIp4 = ["ldb [x+0]", "and #0x0f", "lsh #2", "add x", "tax"];

/** X at the IPv4 header. Later fragments carry no ports: UDP is dropped, others kept. */
const IP4: readonly string[] = [
  "ip4:",
  ...need(20, "whole"),
  "ldb [x+9]",
  "jeq #6, ip4-tcp",
  "jeq #17, ip4-udp",
  "jeq #1, ip4-icmp",
  "jeq #50, drop", // ESP: nothing to read, and a tunnel at full rate would fill the ring
  "jmp whole",
  "ip4-icmp:",
  "ldh [x+6]",
  "jset #0x1fff, whole",
  ...overIp4,
  ...need(1, "whole"),
  "ldb [x+0]",
  ...anyOf([3, 4, 5, 11, 12], "whole"), // the errors and the redirect of RFC 792
  "jmp drop",
  "ip4-udp:",
  "ldh [x+6]",
  "jset #0x1fff, drop",
  ...overIp4,
  "jmp udp",
  "ip4-tcp:",
  "ldh [x+6]",
  "jset #0x1fff, whole",
  ...overIp4,
  "jmp tcp",
];

/** X at the IPv6 header. Behind extension headers anything may follow: whole. */
const IP6: readonly string[] = [
  "ip6:",
  ...need(40, "whole"),
  "ldb [x+6]",
  "jeq #6, ip6-tcp",
  "jeq #17, ip6-udp",
  "jeq #58, ip6-icmp",
  "jeq #50, drop",
  "jmp whole",
  "ip6-icmp:",
  ...need(41, "whole"),
  "ldb [x+40]",
  "jlt #128, whole", // errors come before 128, messages that only inform from there on
  "jmp drop",
  "ip6-udp:",
  ...forward(40),
  "jmp udp",
  "ip6-tcp:",
  ...forward(40),
  "jmp tcp",
];

/** X at the UDP header: DNS answers only, so QUIC costs nothing. */
const UDP: readonly string[] = [
  "udp:",
  ...need(8, "whole"),
  "ldh [x+0]",
  "jeq #53, whole",
  "jmp drop",
];

/** X at the TCP header: whole on a mail port or where the payload starts a TLS handshake. */
const tcp = (ports: readonly number[]): string[] => [
  "tcp:",
  ...need(14, "whole"),
  "ldh [x+0]",
  ...anyOf(ports, "whole"),
  "ldh [x+2]",
  ...anyOf(ports, "whole"),
  "ldb [x+12]",
  "and #0xf0",
  "rsh #2", // the data offset counts words of four octets in the upper half
  "add x",
  "tax",
  ...need(2, "cut"),
  "ldh [x+0]",
  "jeq #0x1603, whole", // a TLS handshake record: RFC 8446 §5.1
  "cut:",
  `ret #${TCP_SNAP}`,
];

/**
 * What a program is made for; `mailPorts` are the owner's own, beside the dialects'
 * ports in the clear. Those of TLS first are absent on purpose: behind a handshake, which is kept whole on
 * any port, all is ciphertext.
 */
export interface FilterRequest {
  readonly framing: Framing;
  /** Octets of a ring block: a whole frame must fit one. */
  readonly blockSize: number;
  readonly mailPorts?: readonly number[];
}

/** The program for one link, ready to attach. A link we cannot read is kept whole. */
export function filterProgram(request: FilterRequest): Uint8Array {
  const whole = `ret #${wholeSnap(request.blockSize)}`;
  if (request.framing === "unknown") return assemble([whole]);
  const ports = [...new Set([...CLEAR_PORTS, ...(request.mailPorts ?? [])])];
  return assemble([
    ...(request.framing === "ethernet" ? ETHERNET : HEADERLESS_LINK),
    ...IP4,
    ...IP6,
    ...UDP,
    ...tcp(ports),
    "whole:",
    whole,
    "drop:",
    "ret #0",
  ]);
}
