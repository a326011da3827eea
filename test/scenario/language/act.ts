// The middle of a packet line → what happens: a segment in the short or the long form, a
// handshake, an ICMP error, a DNS answer, a whole frame, silence, a pair starting over.

import { parseAddress } from "./address.ts";
import type { Cursor } from "./line.ts";
import { encodeOptions } from "./option.ts";
import { ACK, CWR, ECE, FIN, PSH, RST, SYN, URG } from "./packet.ts";
import type { Act, Attributes, Corruption, Host, Num, SegmentMove } from "./scenario.ts";
import { clientHello, serverHello } from "./tls.ts";

const MILLISECOND = 1_000_000n;
/** Time before a packet of the short form: about one round trip of a near server. */
const SHORT_PAUSE = 10n * MILLISECOND;
const USUAL_ROUND_TRIP = 20n * MILLISECOND;
const LETTERS: Readonly<Record<string, number>> = {
  F: FIN,
  S: SYN,
  R: RST,
  P: PSH,
  ".": ACK,
  U: URG,
  E: ECE,
  W: CWR,
  "-": 0,
};

type Hosts = ReadonlyMap<string, Host>;

/** What the line does and, when it names no time, how long after the move before. */
export function parseAct(cursor: Cursor, hosts: Hosts): { act: Act; pause: bigint } {
  if (cursor.take("handshake")) return { act: parseHandshake(cursor, hosts), pause: 0n };
  if (cursor.take("icmp")) return { act: parseIcmp(cursor, hosts), pause: 0n };
  if (cursor.take("dns")) return { act: parseDns(cursor), pause: 0n };
  if (cursor.take("silence")) {
    return { pause: cursor.seconds("a number of seconds"), act: { kind: "silence" } };
  }
  if (cursor.take("frame")) {
    return { act: { kind: "frame", octets: parseHex(cursor) }, pause: 0n };
  }
  if (cursor.take("reopen")) {
    const [from, to] = parsePair(cursor, hosts);
    return { act: { kind: "reopen", from, to }, pause: 0n };
  }
  return parseSegment(cursor, hosts);
}

function parseHandshake(cursor: Cursor, hosts: Hosts): Act {
  let [from, to] = ["c", "s"];
  const next = cursor.peek();
  if (next?.kind === "word" && next.text !== "rtt") [from, to] = parsePair(cursor, hosts);
  else requireHosts(cursor, hosts, from, to);
  const roundTrip = cursor.take("rtt") ? cursor.seconds("a round trip") : USUAL_ROUND_TRIP;
  return { kind: "handshake", from, to, roundTrip };
}

function parseIcmp(cursor: Cursor, hosts: Hosts): Act {
  const word = cursor.word("TYPE/CODE");
  const match = /^(\d{1,3})\/(\d{1,3})$/.exec(word);
  if (match === null) return cursor.fail(`"${word}" is not TYPE/CODE`);
  if (!cursor.take("from")) cursor.fail("write `icmp TYPE/CODE from ADDRESS [to HOST]`");
  const sender = parseAddress(cursor.word("an address"));
  const quoted = cursor.take("to") ? parseHost(cursor, hosts) : "c";
  const truncate = cursor.take("truncate") ? cursor.number("octets") : null;
  return { kind: "icmp", type: Number(match[1]), code: Number(match[2]), sender, quoted, truncate };
}

function parseDns(cursor: Cursor): Act {
  const quoted = (what: string): string => Buffer.from(cursor.text(what)).toString("latin1");
  const name = quoted("a name");
  const exchanger = cursor.take("mx") ? quoted("an exchanger") : null;
  const text = cursor.take("txt") ? quoted("a text") : null;
  const tlsa = cursor.take("tlsa");
  const next = cursor.peek();
  const more = next?.kind === "word" && /[.:]/.test(next.text);
  const address = more ? parseAddress(cursor.word("an address")) : null;
  if (address === null && exchanger === null && text === null && !tlsa) {
    return cursor.fail("write an address, or mx, txt or tlsa");
  }
  const via: string[] = [];
  while (cursor.take("via")) via.push(quoted("what it is an alias of"));
  const timeToLive = cursor.take("ttl") ? cursor.number("seconds") : null;
  const truncate = cursor.take("truncate") ? cursor.number("octets") : null;
  const answer = { name, address, via, exchanger, text, tlsa, timeToLive };
  return { kind: "dns", answer, truncate };
}

function parseSegment(cursor: Cursor, hosts: Hosts): { act: Act; pause: bigint } {
  const [from, to] = parsePair(cursor, hosts);
  const flags = parseFlags(cursor);
  if (flags === null) {
    const act = parseShort(cursor, from, to);
    return { act, pause: SHORT_PAUSE };
  }
  if (cursor.take("next")) {
    return { act: { ...parseBody(cursor, from, to), flags }, pause: 0n };
  }
  const seq = parseRange(cursor);
  const body = parseBody(cursor, from, to);
  if (seq.length !== body.payload.length) {
    cursor.fail(`the numbers say ${seq.length} octets, the payload has ${body.payload.length}`);
  }
  return { act: { ...body, flags, seq: seq.start }, pause: 0n };
}

/** `fin`, `again`, `tls client-hello ["name"]`, `tls server-hello`, or payload alone. */
function parseShort(cursor: Cursor, from: string, to: string): SegmentMove {
  if (cursor.take("fin")) return { ...parseBody(cursor, from, to), flags: FIN | ACK };
  if (cursor.take("again")) return { ...parseBody(cursor, from, to), again: true };
  if (!cursor.take("tls")) {
    const body = parseBody(cursor, from, to);
    if (body.payload.length === 0) cursor.fail("a packet needs flags and numbers, or a payload");
    return body;
  }
  if (cursor.take("server-hello")) {
    return { ...parseBody(cursor, from, to), payload: serverHello() };
  }
  if (!cursor.take("client-hello")) cursor.fail("write `tls client-hello` or `tls server-hello`");
  const named = cursor.peek()?.kind === "text";
  const name = named ? Buffer.from(cursor.text("a name")).toString("latin1") : "";
  return { ...parseBody(cursor, from, to), payload: clientHello(name) };
}

function parseFlags(cursor: Cursor): number | null {
  const token = cursor.peek();
  if (token?.kind !== "word" || !/^(-|[FSRP.UEW]+)$/.test(token.text)) return null;
  cursor.word("flags");
  return [...token.text].reduce((flags, letter) => flags | (LETTERS[letter] ?? 0), 0);
}

/** `1:19(18)`, or `=0:0(0)` for numbers as they stand in the header. */
function parseRange(cursor: Cursor): { start: Num; length: number } {
  const word = cursor.word("seq:end(len)");
  const match = /^(=?)(\d+):(\d+)\((\d+)\)$/.exec(word);
  if (match === null) return cursor.fail(`"${word}" is not SEQ:END(LENGTH)`);
  const [start, end, length] = [Number(match[2]), Number(match[3]), Number(match[4])];
  if ((start + length) >>> 0 !== end)
    cursor.fail(`${start} and ${length} octets do not end at ${end}`);
  return { start: { value: start, absolute: match[1] === "=" }, length };
}

/** Everything after flags and numbers: payload and attributes in any order, each once. */
function parseBody(cursor: Cursor, from: string, to: string): SegmentMove {
  let payload: Uint8Array = new Uint8Array(0);
  let bulk = false;
  const found = new Map<string, number>();
  const corrupt: Corruption[] = [];
  let extensions: number[] = [];
  let ack: Num | null = null;
  let options: Uint8Array | null = null;
  while (!cursor.done) {
    const bracketed = cursor.options();
    if (bracketed !== null) options = encodeOptions(bracketed, cursor.fail);
    else if (cursor.peek()?.kind === "text") payload = cursor.text("payload");
    else if (cursor.take("hex")) payload = parseHex(cursor);
    else if (cursor.take("fill")) {
      payload = fill(cursor);
      bulk = true;
    } else if (cursor.take("ack")) ack = parseNum(cursor);
    else if (cursor.take("corrupt")) corrupt.push(parseCorruption(cursor));
    else if (cursor.take("ext")) extensions = parseExtensions(cursor);
    else parseNumbered(cursor, found);
  }
  const of = (name: string): number | null => found.get(name) ?? null;
  const attributes: Attributes = {
    ack,
    window: of("win"),
    options,
    ttl: of("ttl"),
    id: of("id"),
    df: of("df"),
    reserved: of("resv"),
    ipOptions: of("ipopt") ?? 0,
    extensions,
    truncate: of("truncate"),
    corrupt,
  };
  return {
    kind: "segment",
    from,
    to,
    flags: null,
    seq: null,
    again: false,
    payload,
    bulk,
    attributes,
  };
}

const NUMBERED: Readonly<Record<string, number>> = {
  win: 0xffff,
  ttl: 255,
  id: 0xffff,
  df: 1,
  resv: 0xf00,
  ipopt: 40,
  truncate: 0xffff,
};

function parseNumbered(cursor: Cursor, found: Map<string, number>): void {
  const name = cursor.word("an attribute");
  const limit = NUMBERED[name];
  if (limit === undefined) cursor.fail(`"${name}" is not understood here`);
  if (found.has(name)) cursor.fail(`${name} stands twice`);
  found.set(name, cursor.number(name, limit));
}

function parseNum(cursor: Cursor): Num {
  const word = cursor.word("a number");
  const match = /^(=?)(\d+)$/.exec(word);
  if (match === null) return cursor.fail(`ack "${word}" is not a number`);
  return { value: Number(match[2]), absolute: match[1] === "=" };
}

function parseCorruption(cursor: Cursor): Corruption {
  const word = cursor.word("FIELD=VALUE");
  const match = /^([a-z0-9.]+)=(\d+|0x[0-9a-f]+)$/.exec(word);
  if (match === null) return cursor.fail(`"${word}" is not FIELD=VALUE`);
  return { field: match[1] ?? "", value: Number(match[2]) };
}

function parseExtensions(cursor: Cursor): number[] {
  const numbers = cursor.word("header numbers").split(",").map(Number);
  if (numbers.some((value) => !(value >= 0 && value < 256))) cursor.fail("not header numbers");
  return numbers;
}

/** `fill "text" n`: the text over and over, n octets. */
function fill(cursor: Cursor): Uint8Array {
  const text = cursor.text("the text to repeat");
  const size = cursor.number("a length", 65000);
  if (text.length === 0) cursor.fail("nothing to repeat");
  return Uint8Array.from({ length: size }, (_, index) => text[index % text.length] ?? 0);
}

function parseHex(cursor: Cursor): Uint8Array {
  const digits = Buffer.from(cursor.text("hexadecimal octets"))
    .toString("latin1")
    .replace(/\s+/g, "");
  if (!/^([0-9a-f]{2})*$/i.test(digits)) cursor.fail("hex takes pairs of hexadecimal digits");
  return Uint8Array.from(Buffer.from(digits, "hex"));
}

function parsePair(cursor: Cursor, hosts: Hosts): [string, string] {
  const from = parseHost(cursor, hosts);
  if (!cursor.take(">")) cursor.fail("write HOST > HOST");
  return [from, parseHost(cursor, hosts)];
}

function parseHost(cursor: Cursor, hosts: Hosts): string {
  const name = cursor.word("a host name");
  requireHosts(cursor, hosts, name);
  return name;
}

function requireHosts(cursor: Cursor, hosts: Hosts, ...names: readonly string[]): void {
  for (const name of names) {
    if (!hosts.has(name)) cursor.fail(`no host "${name}": name it with client, server or host`);
  }
}
