// Turns a quiet and a slow link into the tap's idle cost and its wake-up latency, printed: seconds
// of processor time per minute, and the time from the kernel's stamp on a frame to its reading.
// tap-latency.ts [SECONDS]: how long to idle, 60 unless given. Needs root. The reader is plain
// JavaScript (test/host/ring-reader.ts): this measures the tap, not the inspector.

import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { Namespace } from "../host/namespace.ts";

const LATENCY_FRAMES = 500;
const LATENCY_RATE = 50; // frames a second: every frame waits for its block's timeout

const seconds = Number(process.argv[2] ?? 60);
const namespace = new Namespace("latency");

async function measure(): Promise<void> {
  const reader = namespace.node("ring-reader.ts", "far");
  if (reader.stdout === null) throw new Error("the reader has no output");
  const lines = createInterface({ input: reader.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse(String((await lines.next()).value));
  await next();
  await pause(1_000); // what starting costs is not idling
  reader.kill("SIGUSR1");
  const before = await next();
  await pause(seconds * 1_000);
  reader.kill("SIGUSR1");
  const after = await next();
  const idleMs = after.cpuMs - before.cpuMs;
  const share = idleMs / seconds / 10;
  process.stdout.write(
    `idle: ${idleMs.toFixed(0)} ms of processor time in ${seconds} s (${share.toFixed(2)} %)\n`,
  );
  namespace.send(LATENCY_FRAMES, LATENCY_RATE, 100);
  await pause(300);
  reader.kill("SIGTERM");
  const { latency, ours, mode } = await next();
  await once(reader, "exit");
  const { median, p99 } = latency;
  process.stdout.write(
    `frame to reader at ${LATENCY_RATE} frames/s, ring ${mode}, ${ours} frames: ` +
      `median ${(median / 1_000).toFixed(1)} ms, 99th ${(p99 / 1_000).toFixed(1)} ms\n`,
  );
}

if (namespace.start()) {
  await measure().finally(() => namespace.stop());
} else {
  process.stderr.write("a network namespace cannot be made here: this needs root.\n");
  process.exitCode = 77;
}
