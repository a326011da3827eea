// Turns one interface into a count of our sender's frames: the process the ring tests run inside
// a network namespace. Walks blocks in JavaScript, slowly and plainly; judges nothing.
// ring-reader.ts INTERFACE OPTIONS: SIGUSR1 prints what is counted so far, SIGTERM ends it.

import { readFileSync, writeSync } from "node:fs";
import { Ring } from "../../host/tap/ring.ts";

/** What a test may ask for; times in milliseconds. */
export interface ReaderOptions {
  readonly stallAfterMs?: number;
  readonly stallMs?: number;
  readonly placement?: "mapped" | "copied";
  readonly blockCount?: number;
  /** Become this user and group before anything is read. */
  readonly uid?: number;
  /** Move the ring into a second memory at this many of our frames. */
  readonly moveAt?: number;
  /** Hear no SIGIO: what it would have told must be found without it. */
  readonly deaf?: boolean;
}

const BLOCK_SIZE = 65_536;
/** As many as a desk has. */
const BLOCKS = 288;
const SENDER_PORT = 40_000;

const name = process.argv[2] ?? "lo";
const options: ReaderOptions = JSON.parse(process.argv[3] ?? "{}");
const blockCount = options.blockCount ?? BLOCKS;
const offset = 2 * BLOCK_SIZE;

function freshMemory(): WebAssembly.Memory {
  const pages = 2 + blockCount + 2;
  return new WebAssembly.Memory({ initial: pages, maximum: pages });
}

let memory = freshMemory();
let view = new DataView(memory.buffer);
const seen = { ours: 0, others: 0, gaps: 0, octets: 0, longest: 0 };
let expected = 0;
/** Frames between the kernel's time stamp and our reading, in microseconds. */
const latencies: number[] = [];

function moveRing(): void {
  memory = freshMemory();
  view = new DataView(memory.buffer);
  ring.move({ memory, offset, blockSize: BLOCK_SIZE, blockCount });
}

function onBlock(block: number): number {
  const count = view.getUint32(block + 12, true);
  let frame = block + view.getUint32(block + 16, true);
  const now = performance.timeOrigin * 1_000 + performance.now() * 1_000;
  for (let i = 0; i < count; i++) {
    const start = frame + view.getUint16(frame + 24, true);
    const port = view.getUint16(start + 34);
    if (port === SENDER_PORT) {
      const sequence = view.getUint32(start + 38);
      if (sequence !== expected) seen.gaps += 1;
      expected = sequence + 1;
      seen.ours += 1;
      const kept = view.getUint32(frame + 12, true);
      seen.octets += kept;
      seen.longest = Math.max(seen.longest, kept);
      const stamp = view.getUint32(frame + 4, true) * 1e6 + view.getUint32(frame + 8, true) / 1e3;
      if (latencies.length < 100_000) latencies.push(now - stamp);
    } else seen.others += 1;
    frame += view.getUint32(frame, true);
  }
  if (options.moveAt !== undefined && seen.ours >= options.moveAt && !moved) {
    moved = true;
    moveRing();
  }
  return count;
}

let moved = false;
let signals = 0;

function report(): void {
  const cpu = process.cpuUsage();
  const sorted = latencies.sort((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? -1);
  const line = {
    ...seen,
    ...ring.counters(),
    mode: ring.mode,
    state: ring.state,
    framing: ring.framing,
    signals,
    latency: { median: at(0.5), p99: at(0.99) },
    cpuMs: (cpu.user + cpu.system) / 1_000,
    threads: readFileSync("/proc/self/status", "utf8").match(/^Uid:.*$/m)?.[0],
  };
  writeSync(1, `${JSON.stringify(line)}\n`);
}

const ring = new Ring({
  interface: name,
  region: { memory, offset, blockSize: BLOCK_SIZE, blockCount },
  onBlock,
  ...(options.placement === undefined ? {} : { placement: options.placement }),
});
process.on("SIGUSR1", report);
process.on("SIGTERM", () => {
  report();
  ring.stop();
  process.exit(0);
});
try {
  ring.start();
} catch (error) {
  writeSync(1, `${JSON.stringify({ error: String(error) })}\n`);
  process.exit(1);
}
process.on("SIGIO", () => {
  signals += 1;
});
if (options.deaf) {
  process.removeAllListeners("SIGIO");
  process.on("SIGIO", () => {}); // unhandled, it would end the process
}
if (options.uid !== undefined) {
  process.setgroups?.([]);
  process.setgid?.(options.uid);
  process.setuid?.(options.uid);
}
if (options.stallMs !== undefined) {
  setTimeout(() => {
    const end = Date.now() + (options.stallMs ?? 0);
    while (Date.now() < end); // a reader that does not read
  }, options.stallAfterMs ?? 0);
}
writeSync(1, '{"ready":true}\n');
