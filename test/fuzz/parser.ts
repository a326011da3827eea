// The host's own parsers under broken input: captures (pcap, pcapng, gzip of these), configuration files
// and state files. Whatever stands in them, the answer is a result or one sentence with an exit status
// of the contract.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { BaselineBook } from "../../host/baseline/book.ts";
import { BaselineStore } from "../../host/baseline/store.ts";
import { readCapture } from "../../host/capture/capture.ts";
import { readConfig } from "../../host/config/schema.ts";
import { HostError } from "../../host/ground/errors.ts";
import { Inspector } from "../../host/inspector.ts";
import { PcapngWriter } from "../host/capture-files.ts";
import { house, nineOffers } from "../host/mail-session.ts";
import { encodeFrames } from "../scenario/language/encode.ts";
import { allScenarios } from "../scenario/language/library.ts";
import { linkType } from "../scenario/language/link.ts";
import { encodePcap } from "../scenario/language/pcap.ts";
import type { Random } from "../scenario/language/random.ts";
import { asWritten } from "../scenario/language/transform.ts";
import { breakOctets } from "./octets.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = join(ROOT, "build/fuzz/parser");
const CONFIG = join(ROOT, "board/openwrt/striplight/files/etc/config/striplight");
/** Captures larger than this only slow the fuzzer down. */
const CAPTURE_SIZE_MAX = 3_000;
/** Inputs one instance inspects before the next takes over. */
const INPUTS_PER_INSTANCE = 5_000;

/** What became of the inputs of one parser, by exit status; 0 is accepted. */
export type Outcome = Map<number, number>;

/** A parser under test: its first inputs, the statuses it may answer with, and how it is asked. */
export interface Subject {
  readonly name: string;
  readonly statuses: readonly number[];
  readonly seeds: readonly Buffer[];
  ask(octets: Buffer): Promise<void> | void;
}

/** Small captures of scenarios in every form that is read. */
function captures(): Buffer[] {
  return allScenarios().flatMap((scenario) => {
    const { packets, layers } = asWritten(scenario);
    const frames = encodeFrames(packets, layers);
    const link = linkType(layers);
    const writer = new PcapngWriter(true);
    const blocks = frames.map((frame) => writer.enhanced(0, frame.time / 1_000n, frame));
    const pcapng = Buffer.concat([writer.section(), writer.interface(link), ...blocks]);
    const files = [Buffer.from(encodePcap(frames, { linkType: link })), pcapng];
    const small = files.filter((file) => file.length <= CAPTURE_SIZE_MAX);
    return [...small, ...small.map((file) => gzipSync(file))];
  });
}

function captureSubject(): Subject {
  const path = join(FOLDER, "capture");
  let inspector: Inspector | null = null;
  let inputs = 0;
  return {
    name: "capture",
    statuses: [0, 65],
    seeds: captures(),
    ask: async (octets) => {
      if (inspector === null || ++inputs % INPUTS_PER_INSTANCE === 0) {
        inspector = Inspector.load(join(ROOT, "build/inspector.wasm"));
        inspector.seed(0, 0);
      }
      const reading = inspector;
      const drain = (): void => void reading.drain();
      writeFileSync(path, octets);
      reading.openInput(path);
      const nothing = (): void => {};
      try {
        await readCapture({
          path,
          inspector: reading,
          drain,
          nameInterface: nothing,
          progress: nothing,
        });
      } finally {
        while (reading.finish()) drain();
        drain();
      }
    },
  };
}

function configSubject(): Subject {
  const text = readFileSync(CONFIG, "utf8");
  const everyOption = text.replace(/^(\s*)#\s*(option|list|config)/gm, "$1$2");
  return {
    name: "configuration",
    statuses: [0, 78],
    seeds: [text, everyOption, ...text.split("\n\n")].map((seed) => Buffer.from(seed)),
    ask: (octets) => void readConfig(octets.toString("utf8"), "broken"),
  };
}

/** A state file's text behind its first line, sealed with the checksum that line needs. */
function sealed(body: Buffer): Buffer {
  const sum = createHash("sha256").update(body.toString("utf8")).digest("hex");
  return Buffer.concat([Buffer.from(`striplight-baseline 1 ${sum}\n`), body]);
}

function stateSubject(random: Random): Subject {
  const place = house();
  nineOffers(place);
  const store = (baseline: BaselineBook): BaselineStore =>
    new BaselineStore(FOLDER, { baseline }, () => {});
  store(place.baseline).flush();
  const file = readFileSync(join(FOLDER, "baseline"));
  return {
    name: "state",
    statuses: [0],
    seeds: [file, file.subarray(file.indexOf("\n") + 1)],
    ask: (octets) => {
      // Half of the files carry the right checksum: the shape is judged behind it.
      writeFileSync(join(FOLDER, "baseline"), random.once(2) ? octets : sealed(octets));
      const book = new BaselineBook();
      store(book).load();
      book.snapshot();
    },
  };
}

/** Asks `subject` `count` times; throws at the first answer that the contract does not have. */
export async function run(subject: Subject, count: number, random: Random): Promise<Outcome> {
  const outcome: Outcome = new Map();
  for (let input = 0; input < count; input++) {
    const seed = random.pick(subject.seeds) ?? Buffer.alloc(0);
    const octets = breakOctets(seed, random);
    let status = 0;
    try {
      await subject.ask(octets);
    } catch (error) {
      if (!(error instanceof HostError) || !subject.statuses.includes(error.status)) {
        writeFileSync(join(FOLDER, `${subject.name}.broken`), octets);
        throw new Error(`${subject.name}, input ${input}: ${String(error)}`, { cause: error });
      }
      status = error.status;
    }
    outcome.set(status, (outcome.get(status) ?? 0) + 1);
  }
  return outcome;
}

/** Every parser of the host, ready to be asked. */
export function subjects(random: Random): Subject[] {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  return [captureSubject(), configSubject(), stateSubject(random)];
}
