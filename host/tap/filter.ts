// Turns the question "which frames are worth a copy, and how much of them" into a classic BPF
// program that the kernel runs on every frame. It knows no flows, so it keeps more than is used:
// mail ports whole, all other TCP cut (SYN, FIN and RST among it), ICMP errors and DNS answers
// whole, what it cannot read whole. Does not attach itself. Read bpf(4) on the packet filter
// machine, RFC 9293 §3.1, RFC 8200 §3, RFC 2516 §4, IEEE 802.1Q.

/** One instruction: what to do, its operand, and where a comparison goes. */
interface Statement {
  readonly code: number;
  readonly operand: number;
  readonly whenTrue?: string;
  readonly whenFalse?: string;
  readonly label?: string;
}

// Instruction codes of the packet filter machine: A is the accumulator, X the index register.
const LOAD_WORD_LENGTH = 0x80; // A = length of the frame
const LOAD_WORD_ABSOLUTE = 0x20;
const LOAD_HALF = 0x48; // A = half[X + k]
const LOAD_OCTET = 0x50; // A = octet[X + k]
const LOAD_X = 0x01; // X = k
const A_TO_X = 0x07;
const X_TO_A = 0x87;
const ADD = 0x04;
const ADD_X = 0x0c;
const SUBTRACT_X = 0x1c;
const AND = 0x54;
const SHIFT_LEFT = 0x64;
const SHIFT_RIGHT = 0x74;
const JUMP = 0x05;
const JUMP_EQUAL = 0x15;
const JUMP_AT_LEAST = 0x35;
const JUMP_ANY_BIT = 0x45;
const RETURN = 0x06;

const SKF_AD_PROTOCOL = 0xfffff000; // the kernel's answer for links without an Ethernet header

const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;
/** Links whose frames begin with the IP header: PPP, ipip, ip6ip6, sit, raw IP, none (tun). */
const HEADERLESS = [512, 768, 769, 776, 519, 65534];

const ETHERTYPE_IP4 = 0x0800;
const ETHERTYPE_IP6 = 0x86dd;
const ETHERTYPE_PPPOE_SESSION = 0x8864;
const VLAN_TAGS = [0x8100, 0x88a8, 0x9100];
const PPP_IP4 = 0x0021;
const PPP_IP6 = 0x0057;
const PROTOCOL_ICMP = 1;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const PROTOCOL_ESP = 50; // nothing to read inside, and a tunnel at full rate would fill the ring
const PROTOCOL_ICMP6 = 58;
/** Unreachable, source quench, redirect, time exceeded, parameter problem: RFC 792. */
const ICMP_ERRORS = [3, 4, 5, 11, 12];
const ICMP6_FIRST_INFORMATIONAL_TYPE = 128; // RFC 4443 §2.1
const PORT_DNS = 53;
const TLS_HANDSHAKE = 0x1603; // content type 22, major version 3: RFC 8446 §5.1

/**
 * Ports where a mail dialog may run in the clear, kept whole. 465, 993 and 995 are absent on
 * purpose: behind their TLS handshake, which is kept whole on any port, all is ciphertext.
 */
export const MAIL_PORTS: readonly number[] = [25, 26, 587, 2525, 143, 110, 24, 4190];

/** What is kept of TCP that is neither mail nor a handshake: headers and the first line. */
export const TCP_SNAP = 512;

/** What a block spends beside the frame: block header 48, frame header and padding up to 112. */
const BLOCK_OVERHEAD = 256;

/** Octets of a whole frame that still fit a ring block of `blockSize` octets. */
export function wholeSnap(blockSize: number): number {
  return blockSize - BLOCK_OVERHEAD;
}

/** What a program is made for. `mailPorts` adds ports to MAIL_PORTS (servers set by the owner). */
export interface FilterRequest {
  readonly hardware: number;
  readonly blockSize: number;
  readonly mailPorts?: readonly number[];
}

const to = (code: number, operand = 0, label?: string): Statement =>
  label === undefined ? { code, operand } : { code, operand, label };

const when = (code: number, operand: number, whenTrue: string, whenFalse?: string): Statement =>
  whenFalse === undefined
    ? { code, operand, whenTrue }
    : { code, operand, whenTrue, whenFalse };

/** A comparison that goes on with the next statement when it fails. */
const anyOf = (values: readonly number[], target: string): Statement[] =>
  values.map((value) => when(JUMP_EQUAL, value, target));

/** Marks the first of some statements as the target of a jump. */
function at(label: string, first: Statement, ...rest: Statement[]): Statement[] {
  return [{ ...first, label }, ...rest];
}

/** X moves from an EtherType over at most two tags and a PPPoE session to the IP header. */
function ethernetLayers(): Statement[] {
  const tag = (afterTag: string, next: string): Statement[] => [
    to(LOAD_HALF, 0),
    ...anyOf(VLAN_TAGS, afterTag),
    { code: JUMP, operand: 0, whenTrue: next },
  ];
  const stepOver = (label: string, octets: number): Statement[] =>
    at(label, to(X_TO_A), to(ADD, octets), to(A_TO_X));
  return [
    to(LOAD_X, 12), // destination and source address
    ...tag("outer-tag", "etherType"),
    ...stepOver("outer-tag", 4),
    ...needs(2, "whole"),
    ...tag("inner-tag", "etherType"),
    ...stepOver("inner-tag", 4),
    ...needs(2, "whole"),
    ...stepOver("etherType", 2),
    { code: 0x40 | 0x08, operand: 0xfffffffe },
  ].slice(0, -1);
}

/** Goes to `otherwise` unless `octets` more octets follow X: a load beyond the end drops. */
function needs(octets: number, otherwise: string): Statement[] {
  return [to(LOAD_WORD_LENGTH), to(SUBTRACT_X), when(JUMP_AT_LEAST, octets, "next", otherwise)];
}
