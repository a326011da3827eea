// Floods as rows: frames of one kind by the hundred thousand with a stripped mail session spread among
// them. Says what was offered, what bounded it, what memory it took, and whether the session was
// found. Feeds the inspector through capture records, as fast as it goes.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HOME_DEFAULT } from "../../host/address.ts";
import type { Alert } from "../../host/alert/alert.ts";
import { AlertBook } from "../../host/alert/book.ts";
import { Inspector } from "../../host/inspector.ts";
import { loadJudge } from "../../host/judge.ts";
import { addressAnswer } from "../packet/dns.ts";
import { encodeFrames } from "../packet/encode.ts";
import { readScenario } from "../packet/library.ts";
import { ACK, type Packet, PSH, RST, SYN, type TcpPacket } from "../packet/packet.ts";
import { encodeRecords } from "../packet/pcap.ts";
import { Random } from "../packet/random.ts";
import type { Host } from "../packet/scenario.ts";
import { asWritten } from "../packet/transform.ts";

const BUILD = fileURLToPath(new URL("../../build/", import.meta.url));
const PLANTED = "mail/mask-in-place-of-starttls-is-likely.scn";
const SIGHTING = { file: null, interfaceName: null, lanClient: null, evidenceFile: null };
/** 100,000 frames a second. */
const STEP_NS = 10_000n;
const BATCH = 4096;
const NANOSECONDS = 9;
const LAYERS = [{ kind: "ethernet" }] as const;

/** What a flood came to. */
export interface Row {
  readonly name: string;
  readonly frames: number;
  readonly inspected: number;
  /** The counter that bounds it, and its value. */
  readonly bound: string;
  readonly flows: number;
  /** Growth of the linear memory and of the process, in octets. */
  readonly memory: number;
  readonly resident: number;
  readonly found: boolean;
  /** Alerts about anything else. */
  readonly others: readonly Alert[];
  readonly framesPerSecond: number;
}

interface Flood {
  readonly name: string;
  /** Counter or reason that shows the bound. */
  readonly bound: string;
  readonly frame: (index: number, random: Random) => Packet;
}

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

const port = (random: Random): number => 1024 + random.below(64_000);

/** Made anew for each run: some keep a sequence number. */
export function floods(): Flood[] {
  return [
    {
      name: "SYN from random sources",
      bound: "flows-evicted-idle",
      frame: (_, random) => ({
        ...FIXED,
        from: far(random.word(), port(random)),
        to: home(10, 80),
      }),
    },
    {
      name: "one LAN host opens connections",
      bound: "flows-evicted-idle",
      frame: (_, random) => ({
        ...FIXED,
        from: home(66, port(random)),
        to: far(random.word(), 443),
      }),
    },
    {
      name: "RST backscatter",
      bound: "reset-no-flow",
      frame: (_, random) => {
        const from = far(random.word(), 80);
        return { ...FIXED, from, to: home(10, port(random)), flags: RST | ACK };
      },
    },
    {
      name: "endless EHLO",
      bound: "dialogs",
      frame: talk(false, () => Buffer.from("EHLO a.example\r\n")),
    },
    {
      name: "thousands of keywords",
      bound: "dialogs",
      frame: talk(true, (index) => Buffer.from(`250-KEYWORD${index}\r\n`)),
    },
    {
      name: "pipelined garbage",
      bound: "dialogs",
      frame: talk(false, (_, random) => {
        return Buffer.from(Array.from({ length: 60 }, () => random.below(256)));
      }),
    },
    {
      name: "endless overlaps",
      bound: "dialogs",
      frame: (index) => {
        const payload = new Uint8Array(64).fill(0x41);
        const seq = 1 + (index % 32);
        return {
          ...FIXED,
          from: far(77, 25),
          to: home(66, 50_000),
          flags: ACK,
          seq,
          ack: 1,
          payload,
        };
      },
    },
    {
      name: "fragments",
      bound: "ip4-fragment",
      frame: (_, random) => {
        const corrupt = [{ field: "ip.fragment", value: 0x2000 | (1 + random.below(100)) }];
        return { ...FIXED, from: far(random.word(), 80), to: home(10, 80), corrupt };
      },
    },
    {
      name: "DNS answers",
      bound: "names-evicted",
      frame: (index, random) => {
        const { address } = far(random.word(), 0);
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

/** One flood of `count` frames. */
export function run(flood: Flood, count: number): Row {
  const inspector = Inspector.load(`${BUILD}inspector.wasm`);
  inspector.seed(1, 2);
  inspector.setHome(HOME_DEFAULT);
  inspector.openInput(flood.name);
  inspector.setInterface(0, { linkType: 1, resolution: NANOSECONDS, offsetSeconds: 0n });
  const { MailEvidence: mail, SegmentEvidence: segment } = inspector.abi.names;
  const judge = loadJudge(readFileSync(`${BUILD}judge.wasm`), { mail, segment });
  const book = new AlertBook({ judge, keepFlows: false });
  const alerts: Alert[] = [];
  const take = (): void => {
    for (const finding of inspector.drain()) alerts.push(...book.observe(finding, SIGHTING));
  };
  const random = new Random(count);
  const planted = asWritten(readScenario(PLANTED)).packets;
  const every = Math.floor(count / (planted.length + 1));
  const [memory, resident] = [inspector.octets.buffer.byteLength, process.memoryUsage.rss()];
  let [time, walked, offered] = [0n, 0, 0];
  for (let at = 0; at < count; at += BATCH) {
    const packets: Packet[] = [];
    for (let index = at; index < Math.min(at + BATCH, count); index++) {
      packets.push({ ...flood.frame(index, random), time });
      time += STEP_NS;
      const next = index % every === every - 1 ? planted[(index + 1) / every - 1] : undefined;
      if (next !== undefined) packets.push({ ...next, time });
    }
    offered += packets.length;
    const octets = encodeRecords(encodeFrames(packets, LAYERS), { linkType: 1 });
    const start = performance.now();
    walk(inspector, octets, take);
    walked += performance.now() - start;
  }
  const flows = inspector.flowsAlive;
  const grown = inspector.octets.buffer.byteLength - memory;
  while (inspector.finish()) take();
  take();
  const counted = inspector.counters().get(flood.bound) ?? inspector.reasons().get(flood.bound);
  const isPlanted = ({ flow }: Alert): boolean => flow.clientPort === 49_200;
  return {
    name: flood.name,
    frames: offered,
    inspected: Number(inspector.counters().get("frames")),
    bound: `${flood.bound} ${counted}`,
    flows,
    memory: grown,
    resident: process.memoryUsage.rss() - resident,
    found: alerts.some((alert) => isPlanted(alert) && alert.evidence.includes("cap-masked")),
    others: alerts.filter((alert) => !isPlanted(alert)),
    framesPerSecond: Math.round((1000 * offered) / walked),
  };
}

function walk(inspector: Inspector, octets: Uint8Array, take: () => void): void {
  inspector.octets.set(octets, inspector.ringAt);
  const end = inspector.ringAt + octets.length;
  for (let at = inspector.ringAt; at < end; ) {
    const { next, stop } = inspector.inspectRecords(at, end, false);
    take();
    if (stop !== "drain" && next !== end) throw new Error(`the walk stopped: ${stop}`);
    at = next;
  }
}
