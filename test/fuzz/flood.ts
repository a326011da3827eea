// Floods as rows: frames of one kind by the hundred thousand with a stripped mail session spread among
// them. Says what was offered, what bound held, what memory it took, what was lost, and whether the
// session was found. Feeds the inspector through capture records, as fast as it goes.

import type { Drain } from "../../host/drain.ts";
import type { Alert } from "../../host/ground/alert.ts";
import type { Inspector } from "../../host/inspector.ts";
import { openPipeline } from "../pipeline.ts";
import { addressAnswer } from "../scenario/language/dns.ts";
import { encodeFrames } from "../scenario/language/encode.ts";
import { readScenario } from "../scenario/language/library.ts";
import { ACK, type Packet, PSH, RST, SYN, type TcpPacket } from "../scenario/language/packet.ts";
import { encodeRecords } from "../scenario/language/pcap.ts";
import { Random } from "../scenario/language/random.ts";
import type { Host } from "../scenario/language/scenario.ts";
import { asWritten } from "../scenario/language/transform.ts";

const PLANTED = "mail/mask-in-place-of-starttls-is-likely.scn";
/** 100,000 frames a second. */
const STEP_NS = 10_000n;
const BATCH = 4096;
const NANOSECONDS = 9;
const LAYERS = [{ kind: "ethernet" }] as const;

/** Rows of the inspector's tables on a desk, as its limits have them. */
const FLOW_ROWS = 65_536;
const NAME_ROWS = 8_192;
/** Connections of the planted session, and its dialogs. */
const PLANTED_ROWS = 1;

/** A quantity before a flood and after it, in octets. */
interface Span {
  readonly before: number;
  readonly after: number;
}

/** What a flood came to. */
export interface Row {
  readonly name: string;
  readonly frames: number;
  readonly framesPerSecond: number;
  /** The bound in words, how many rows it allows, and how many there were. */
  readonly bound: string;
  readonly limit: number;
  readonly held: number;
  /** The counter that tells of it, and what it came to. */
  readonly counter: string;
  readonly counted: number;
  readonly lost: number;
  /** The inspector's linear memory, and all that the process holds. */
  readonly memory: Span;
  readonly resident: Span;
  readonly found: boolean;
  /** Alerts about anything else. */
  readonly others: readonly Alert[];
}

/** What holds a flood: rows of a table, and the counter or reason that says so. */
interface Bound {
  readonly bound: string;
  readonly limit: number;
  readonly counter: string;
  readonly held: (inspector: Inspector) => number;
}

interface Flood extends Bound {
  readonly name: string;
  readonly frame: (index: number, random: Random) => Packet;
}

const count = (inspector: Inspector, name: string): number =>
  Number(inspector.counters().get(name) ?? inspector.reasons().get(name));

/** The table is full and makes room. */
const FLOW_TABLE: Bound = {
  ...{ bound: "flow table", limit: FLOW_ROWS, counter: "flows-evicted-idle" },
  held: ({ flowsAlive }) => flowsAlive,
};
/** Every frame leaves the walk for `reason` and takes no row. */
const noRow = (reason: string): Bound => ({
  ...{ bound: "no row of the flow table", limit: PLANTED_ROWS, counter: reason },
  held: ({ flowsAlive }) => flowsAlive,
});
/** However much is said, it is one dialog. */
const ONE_DIALOG: Bound = {
  ...{ bound: "one row of the dialog table", limit: 1 + PLANTED_ROWS, counter: "dialogs" },
  held: (inspector) => count(inspector, "dialogs"),
};
/** Each answer is another name; what was not evicted is kept. */
const NAME_TABLE: Bound = {
  ...{ bound: "name table", limit: NAME_ROWS, counter: "names-evicted" },
  held: (inspector) => count(inspector, "dns-answers") - count(inspector, "names-evicted"),
};

const home = (octet: number, port: number): Host => {
  return { name: `home${octet}`, address: Uint8Array.from([192, 168, 1, octet]), port };
};
const far = (word: number, port: number): Host => {
  const address = Uint8Array.from([45, word >>> 16, word >>> 8, word]);
  return { name: "far", address, port };
};

const FIXED: Omit<TcpPacket, "from" | "to"> = {
  ...{ kind: "tcp", origin: 0, time: 0n, truncate: null, corrupt: [], flags: SYN, seq: 1, ack: 0 },
  ...{ window: 512, options: new Uint8Array(0), payload: new Uint8Array(0), bulk: true, ttl: 57 },
  ...{ id: 1, df: 1, reserved: 0, ipOptions: 0, extensions: [] },
};

/** What makes a dialog of the connection on which a flood comes. */
const EHLO = Buffer.from("EHLO a.example\r\n");
const GREETING = Buffer.from("220 mail.example ESMTP ready\r\n");

/** One connection to a mail server on which a side talks without end. */
function talk(fromServer: boolean, text: (index: number, random: Random) => Buffer) {
  let seq = 1;
  return (index: number, random: Random): Packet => {
    const [client, server] = [home(66, 50_000), far(77, 25)];
    const [from, to] = fromServer ? [server, client] : [client, server];
    const payload = Uint8Array.from(text(index, random));
    const packet = { ...FIXED, from, to, flags: ACK | PSH, seq, ack: 1, payload };
    seq = (seq + payload.length) >>> 0;
    return packet;
  };
}

/** By an odd factor every number of 24 bits goes to another one. */
const ODD = 0x9e37_79b1;

const port = (random: Random): number => 1024 + random.below(64_000);

/** Made anew for each run: some keep a sequence number. */
export function floods(): Flood[] {
  return [
    {
      name: "SYN from random sources",
      ...FLOW_TABLE,
      frame: (_, random) => ({
        ...FIXED,
        from: far(random.word(), port(random)),
        to: home(10, 80),
      }),
    },
    {
      name: "one LAN host opens connections",
      ...FLOW_TABLE,
      frame: (_, random) => ({
        ...FIXED,
        from: home(66, port(random)),
        to: far(random.word(), 443),
      }),
    },
    {
      name: "RST backscatter",
      ...noRow("reset-no-flow"),
      frame: (_, random) => {
        const from = far(random.word(), 80);
        return { ...FIXED, from, to: home(10, port(random)), flags: RST | ACK };
      },
    },
    {
      name: "endless EHLO",
      ...ONE_DIALOG,
      frame: talk(false, () => EHLO),
    },
    {
      name: "thousands of keywords",
      ...ONE_DIALOG,
      frame: talk(true, (index) => Buffer.from(`250-KEYWORD${index}\r\n`)),
    },
    {
      name: "pipelined garbage",
      ...ONE_DIALOG,
      frame: talk(false, (index, random) => {
        if (index === 0) return EHLO;
        return Buffer.from(Array.from({ length: 60 }, () => random.below(256)));
      }),
    },
    {
      name: "endless overlaps",
      ...ONE_DIALOG,
      frame: (index) => {
        const [from, to] = [far(77, 25), home(66, 50_000)];
        const said = { ...FIXED, from, to, flags: ACK, ack: 1 };
        if (index === 0) return { ...said, payload: Uint8Array.from(GREETING) };
        const seq = 1 + GREETING.length + (index % 32);
        return { ...said, seq, payload: new Uint8Array(64).fill(0x41) };
      },
    },
    {
      name: "fragments",
      ...noRow("ip4-fragment"),
      frame: (_, random) => {
        const corrupt = [{ field: "ip.fragment", value: 0x2000 | (1 + random.below(100)) }];
        return { ...FIXED, from: far(random.word(), 80), to: home(10, 80), corrupt };
      },
    },
    {
      name: "DNS answers",
      ...NAME_TABLE,
      frame: (index) => {
        const { address } = far(Math.imul(index, ODD), 0); // each once
        const name = `host${index}.example`;
        return {
          kind: "dns",
          origin: 0,
          time: 0n,
          truncate: null,
          corrupt: [],
          to: home(10, 1),
          answer: addressAnswer(name, address),
        };
      },
    },
  ];
}

/** One flood of so many frames, the planted session's among them. */
export function run(flood: Flood, frames: number): Row {
  const alerts: Alert[] = [];
  const { inspector, drain } = openPipeline({ onAlerts: (raised) => alerts.push(...raised) });
  inspector.seed(1, 2);
  drain.openInput(flood.name);
  inspector.setInterface(0, { linkType: 1, resolution: NANOSECONDS, offsetSeconds: 0n });
  const random = new Random(frames);
  const planted = asWritten(readScenario(PLANTED)).packets;
  const every = Math.floor(frames / (planted.length + 1));
  const before = {
    memory: inspector.octets.buffer.byteLength,
    resident: process.memoryUsage.rss(),
  };
  let [time, walked, offered] = [0n, 0, 0];
  for (let at = 0; at < frames; at += BATCH) {
    const packets: Packet[] = [];
    for (let index = at; index < Math.min(at + BATCH, frames); index++) {
      packets.push({ ...flood.frame(index, random), time });
      time += STEP_NS;
      const next = index % every === every - 1 ? planted[(index + 1) / every - 1] : undefined;
      if (next !== undefined) packets.push({ ...next, time });
    }
    offered += packets.length;
    const octets = encodeRecords(encodeFrames(packets, LAYERS), { linkType: 1 });
    const start = performance.now();
    walk(drain, octets);
    walked += performance.now() - start;
  }
  const held = flood.held(inspector);
  const memory = { before: before.memory, after: inspector.octets.buffer.byteLength };
  const resident = { before: before.resident, after: process.memoryUsage.rss() };
  drain.finish();
  const isPlanted = ({ flow }: Alert): boolean => flow.clientPort === 49_200;
  const { name, bound, limit, counter } = flood;
  return {
    ...{ name, bound, limit, counter, held, memory, resident, frames: offered },
    framesPerSecond: Math.round((1000 * offered) / walked),
    counted: count(inspector, counter),
    lost: offered - count(inspector, "frames"),
    found: alerts.some((alert) => isPlanted(alert) && alert.evidence.includes("cap-masked")),
    others: alerts.filter((alert) => !isPlanted(alert)),
  };
}

/** What a row does not have that it must; empty when all is as promised. */
export function broken(row: Row): string[] {
  const { bound, held, limit, counter, counted, lost, memory, found, others } = row;
  const promises: [boolean, string][] = [
    [held <= limit, `${bound}: ${held} rows where ${limit} are allowed`],
    [counted > 0, `${counter} counted nothing`],
    [lost === 0, `${lost} frames were lost`],
    [memory.after === memory.before, `memory went from ${memory.before} to ${memory.after}`],
    [found, "the stripped session was missed"],
    [others.length === 0, `${others.length} alerts about others: ${others[0]?.text}`],
  ];
  return promises.flatMap(([kept, what]) => (kept ? [] : [what]));
}

function walk(drain: Drain, octets: Uint8Array): void {
  const { inspector } = drain;
  inspector.octets.set(octets, inspector.ringAt);
  const end = inspector.ringAt + octets.length;
  for (let at = inspector.ringAt; at < end; ) {
    const { next, stop } = inspector.inspectRecords(at, end, false);
    drain.take();
    if (stop !== "drain" && next !== end) throw new Error(`the walk stopped: ${stop}`);
    at = next;
  }
}
