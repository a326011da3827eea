// Turns a privileged process into an unprivileged one in a namespace, tries to misbehave from the
// main thread and from the pool's threads, and goes on tapping, blinking and logging: the process
// that the privilege test looks at. privileges-probe.ts LED_ROOT COLLECTOR_PORT; judges nothing.

import { readdirSync, readFileSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { dropPrivileges, resolveIdentity } from "../../host/run/privileges.ts";
import { Led } from "../../host/sink/led.ts";
import { Syslog } from "../../host/sink/syslog.ts";
import { AF_PACKET, errorName, SOCK_RAW, socket } from "../../host/tap/libc.ts";
import { Ring } from "../../host/tap/ring.ts";

const [, , ledRoot = "", port = "0"] = process.argv;
const BLOCK_SIZE = 65_536;
const memory = new WebAssembly.Memory({ initial: 20, maximum: 20 });
const view = new DataView(memory.buffer);
let frames = 0;

/** What an attempt at something forbidden comes to. */
const outcome = async (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => "allowed",
    (error) => String(error.code),
  );

await Promise.all([1, 2, 3, 4].map(() => readFile("/etc/passwd"))); // the pool has its threads
const ring = new Ring({
  interface: "far",
  region: { memory, offset: BLOCK_SIZE, blockSize: BLOCK_SIZE, blockCount: 16 },
  onBlock: (block) => {
    frames += view.getUint32(block + 12, true);
    return 0;
  },
});
const led = new Led(ledRoot, "lamp");
const collector = { host: "127.0.0.1", port: Number(port), proto: "udp", queue: 10 } as const;
const collectors = [{ ...collector, ca: null, cert: null, key: null }];
const syslog = new Syslog({ facility: "local5", collectors, localPath: null });
ring.start();
const lamp = led.start();
syslog.start();
const dropped = dropPrivileges(resolveIdentity("nobody"));

const threads = readdirSync("/proc/self/task").map((thread) => {
  const status = readFileSync(`/proc/self/task/${thread}/status`, "utf8");
  const field = (name: string): string =>
    (new RegExp(`^${name}:[ \\t]*(.*)$`, "m").exec(status)?.[1] ?? "").replaceAll("\t", " ").trim();
  return ["Uid", "Gid", "Groups", "CapPrm", "CapEff"].map(field);
});
const raw = socket(AF_PACKET, SOCK_RAW, 0);
const shadow = await Promise.all([1, 2, 3, 4].map(() => outcome(readFile("/etc/shadow"))));
writeSync(
  1,
  `${JSON.stringify({ dropped, lamp, threads, raw: raw < 0 ? errorName(raw) : "allowed", shadow })}\n`,
);
process.on("SIGUSR1", async () => {
  led.set("fast");
  syslog.testAlarm();
  await pause(200);
  writeSync(1, `${JSON.stringify({ frames, led: led.state, syslog: syslog.status() })}\n`);
});
process.on("SIGTERM", async () => {
  ring.stop();
  await Promise.all([led.stop(), syslog.stop()]);
  process.exit(0);
});
