// The corpus's packet sequences → variants: absolute numbers as they stand there, told over IPv4 and
// IPv6, with a VLAN tag, with numbers that wrap, in pieces and as ring blocks.
// A line: time, direction, flags, seq, ack, TTL, identification (hex), window, length, options.

import { readFileSync } from "node:fs";
import { parseAddress } from "../scenario/language/address.ts";
import { encodeOptions } from "../scenario/language/option.ts";
import {
  ACK,
  FIN,
  type Packet,
  PSH,
  RST,
  SYN,
  type TcpPacket,
} from "../scenario/language/packet.ts";
import { parseScenario } from "../scenario/language/parse.ts";
import type { Host, Scenario } from "../scenario/language/scenario.ts";
import { asWritten, TRANSFORMS, type Variant } from "../scenario/language/transform.ts";

export interface ResetCase {
  readonly id: string;
  /** proven likely suspect filtered benign unexplained none */
  readonly verdict: string;
  readonly title: string;
  readonly lines: readonly string[];
}

const HEAD = /^([AB]\d+) (\w+) (.*)$/;
const SECOND = 1_000_000_000;
const FLAGS: Readonly<Record<string, number>> = { F: FIN, S: SYN, R: RST, P: PSH, A: ACK };

/** Every case of the file. */
export function readResetCases(path: string): ResetCase[] {
  const cases: (Omit<ResetCase, "lines"> & { lines: string[] })[] = [];
  for (const line of readFileSync(path, "utf8").split("\n")) {
    const head = HEAD.exec(line);
    if (head !== null) {
      cases.push({ id: head[1] ?? "", verdict: head[2] ?? "", title: head[3] ?? "", lines: [] });
    } else if (line.trim() !== "" && !line.startsWith("#")) {
      cases.at(-1)?.lines.push(line.trim());
    }
  }
  return cases;
}

/** Hosts and an empty course: the packets come from resetVariants. */
export function resetScenario(one: ResetCase): Scenario {
  const port = /ClientHello|name/i.test(one.title) ? 443 : 80;
  const text = `client 192.168.1.10:49152\nserver 198.51.100.25:${port}\nexpect silence`;
  return parseScenario(one.id, text);
}

const TOLD_AS = ["vlan", "ip6", "cuts", "ring"];

export function resetVariants(one: ResetCase, scenario: Scenario): Variant[] {
  const plain = { ...asWritten(scenario), packets: packetsOf(one, scenario, false) };
  const wrapped = { ...plain, label: "wrapped", packets: packetsOf(one, scenario, true) };
  const told = TRANSFORMS.filter((transform) => TOLD_AS.includes(transform.name));
  return [
    plain,
    wrapped,
    ...told.flatMap((transform) =>
      transform.variants(plain, scenario).map((variant) => {
        return { ...variant, label: `${transform.name}: ${variant.label}` };
      }),
    ),
  ];
}

function packetsOf(one: ResetCase, scenario: Scenario, wrapped: boolean): Packet[] {
  const [home, remote] = [scenario.hosts.get("c"), scenario.hosts.get("s")];
  if (home === undefined || remote === undefined) throw new Error("the case has no hosts");
  const shift = wrapped ? shifts(one) : { home: 0, remote: 0 };
  const packets: Packet[] = [];
  for (const line of one.lines) {
    const origin = packets.length + 1;
    const packet = packetOf(line, origin, { home, remote, shift, packets, hello: is443(remote) });
    packets.push(packet);
  }
  return packets;
}

interface Course {
  readonly home: Host;
  readonly remote: Host;
  readonly shift: { readonly home: number; readonly remote: number };
  readonly packets: readonly Packet[];
  /** The home side's first payload is a ClientHello record. */
  readonly hello: boolean;
}

function is443(host: Host): boolean {
  return host.port === 443;
}

function packetOf(line: string, origin: number, course: Course): Packet {
  const [time = "", direction = "", ...rest] = line.split(/\s+/);
  if (time === "end") return endOf(Number(direction), origin);
  const at = nanoseconds(time);
  if (direction === "!") {
    const quoted = course.packets.findLast((packet) => packet.kind === "tcp");
    if (quoted?.kind !== "tcp") throw new Error(`${line}: nothing to quote`);
    const [type = 0, code = 0] = (rest[0] ?? "").split("/").map(Number);
    const sender = parseAddress(rest[1] ?? "");
    const common = { origin, time: at, truncate: null, corrupt: [] };
    return { kind: "icmp", ...common, type, code, sender, to: course.home, quoted };
  }
  return tcpOf(at, direction === ">", rest, origin, course);
}

function tcpOf(
  time: bigint,
  outbound: boolean,
  fields: readonly string[],
  origin: number,
  course: Course,
): TcpPacket {
  const [letters = "", seq = "", ack = "", ttl = "", id = "", win = "", length = "", ...more] =
    fields;
  const option = (name: string) => {
    return more.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  };
  const { home, remote, shift } = course;
  const flags = [...letters].reduce((sum, letter) => sum | (FLAGS[letter] ?? 0), 0);
  const [mine, theirs] = outbound ? [shift.home, shift.remote] : [shift.remote, shift.home];
  const moved = (text: string, by: number) => {
    return Number(text) === 0 ? 0 : (Number(text) + by) >>> 0;
  };
  return {
    kind: "tcp",
    origin,
    time,
    from: outbound ? home : remote,
    to: outbound ? remote : home,
    flags,
    seq: moved(seq, mine),
    ack: moved(ack, theirs),
    window: Number(win),
    options: optionsOf(flags, option("ts"), option("wsc")),
    payload: payloadOf(Number(length), outbound && course.hello, option("fill"), option("data")),
    bulk: true,
    ttl: Number(ttl),
    id: Number.parseInt(id, 16),
    df: option("df") === "0" ? 0 : 1,
    reserved: Number.parseInt(option("resv") ?? "0", 16),
    ipOptions: 0,
    extensions: [],
    truncate: null,
    corrupt: [],
  };
}

function nanoseconds(text: string): bigint {
  return BigInt(Math.round(Number(text) * SECOND));
}

/** Something unrelated at the time the capture ends. */
function endOf(seconds: number, origin: number): Packet {
  const clock = parseScenario(
    "end",
    "client 192.168.1.250:51000\nserver 203.0.113.250:9\nc > s . 1:1(0) ack 1\nexpect silence",
  );
  const [packet] = asWritten(clock).packets;
  if (packet === undefined) throw new Error("the clock has no packet");
  return { ...packet, origin, time: nanoseconds(String(seconds)) };
}

function optionsOf(flags: number, ts: string | undefined, wsc: string | undefined): Uint8Array {
  const parts: string[] = [];
  if (flags & SYN && !(flags & RST)) parts.push("mss 1460");
  if (wsc !== undefined) parts.push(`wscale ${wsc}`);
  if (ts !== undefined) {
    const [val, ecr] = ts.split("/");
    parts.push(`nop,nop,TS val ${val} ecr ${ecr}`);
  }
  if (parts.length === 0) return new Uint8Array(0);
  return encodeOptions(parts.join(","), (what) => {
    throw new Error(what);
  });
}

function payloadOf(
  length: number,
  hello: boolean,
  fill: string | undefined,
  data: string | undefined,
): Uint8Array {
  if (data !== undefined) return Uint8Array.from(Buffer.from(data, "hex"));
  const text = Buffer.from(
    fill ?? (hello ? "\x16\x03\x01\x02\x00" : "GET / HTTP/1.1\r\n"),
    "latin1",
  );
  return Uint8Array.from({ length }, (_, index) => text[index % text.length] ?? 0);
}

/** What moves both sides' numbers so that they wrap half-way through the case. */
function shifts(one: ResetCase): { home: number; remote: number } {
  const numbers = (arrow: string): number[] => {
    return one.lines
      .map((line) => line.split(/\s+/))
      .filter((words) => words[1] === arrow && Number(words[3]) > 0)
      .map((words) => Number(words[3]));
  };
  const middle = (all: readonly number[]): number => {
    const first = all[0] ?? 1;
    const near = all.filter((value) => value - first < 0x100000);
    return Math.floor((first + Math.max(first, ...near)) / 2) + 1;
  };
  return { home: -middle(numbers(">")) >>> 0, remote: -middle(numbers("<")) >>> 0 };
}
