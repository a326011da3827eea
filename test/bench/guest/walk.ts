// Runs in a guest and on this machine alike: walks a capture through the inspector and says, at each
// of the offsets it was given, how many frames were inspected and what that took of processor time.
//   node walk.cjs MODULE CAPTURE OFFSET…
// Offsets are where a record ends. Reading the file is not counted, nor is compiling the module.

import { openSync, readSync } from "node:fs";
import { Inspector } from "../../../host/inspector.ts";

const HEADER_SIZE = 24;
const ETHERNET = { linkType: 1, resolution: 9, offsetSeconds: 0n };
/** As much as a replay reads at a time. */
const READ_SIZE = 524_288;
/** Octets walked before the walk that counts, so that everything has run once. */
const WARM_UP_SIZE = 8_388_608;
/** Readings of the clock with nothing between them, for what a reading itself takes. */
const IDLE_READINGS = 1_000;

interface Mark {
  readonly frames: number;
  readonly microseconds: number;
}

function ready(module: string): Inspector {
  const inspector = Inspector.load(module);
  inspector.setTerse(true);
  inspector.seed(0, 0);
  inspector.setHome(["10.0.0.0/8", "192.168.0.0/16", "2001:db8::/32"]);
  inspector.openInput("capture");
  inspector.setInterface(0, ETHERNET);
  return inspector;
}

function spent(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Microseconds one pair of readings takes. */
function readingTime(): number {
  const before = spent();
  for (let reading = 2; reading < 2 * IDLE_READINGS; reading++) spent();
  return (spent() - before) / IDLE_READINGS;
}

function walk(inspector: Inspector, file: number, offsets: readonly number[]): Mark[] {
  const { octets, ringAt } = inspector;
  const reading = readingTime();
  let microseconds = 0;
  let tail = 0;
  let at = HEADER_SIZE;
  return offsets.map((offset) => {
    while (at < offset) {
      const size = Math.min(READ_SIZE, offset - at);
      const into = octets.subarray(ringAt + tail, ringAt + tail + size);
      const read = readSync(file, into, 0, size, at);
      if (read === 0) throw new Error("the capture ends before the last offset.");
      at += read;
      const end = ringAt + tail + read;
      let next = ringAt;
      const before = spent();
      for (;;) {
        const step = inspector.inspectRecords(next, end, false);
        next = step.next;
        if (step.stop !== "drain") break;
        inspector.discard();
      }
      microseconds += spent() - before - reading;
      inspector.discard();
      tail = end - next;
      octets.copyWithin(ringAt, next, end);
    }
    return { frames: inspector.framesOfInput, microseconds };
  });
}

const [module = "", capture = "", ...offsets] = process.argv.slice(2);
const file = openSync(capture, "r");
walk(ready(module), file, [WARM_UP_SIZE]);
process.stdout.write(`${JSON.stringify(walk(ready(module), file, offsets.map(Number)))}\n`);
