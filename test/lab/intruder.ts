// Loaded into a running watch beside its own program, as an attacker who had taken it over would
// be: on SIGUSR2 it tries to open a raw socket and to read /etc/shadow, on the main thread and on
// the pool's, and writes what came of it to the file in LAB_INTRUDER. Changes nothing else.

import { readFileSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import koffi from "koffi";

const AF_PACKET = 17;
const SOCK_RAW = 3;
/** More than the pool has threads, so that every one of them is busy. */
const ATTEMPTS = 16;

/** What the intruder reports: "allowed", or the name of the error. */
export interface Intrusion {
  readonly sockets: readonly string[];
  readonly shadow: readonly string[];
}

const target = process.env.LAB_INTRUDER;
const socket = koffi.load(null).func("int socket(int, int, int)");

const errorCode = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : "failed";

/** The error's name on the main thread; on the pool errno is another thread's. */
function rawSocket(): string {
  if (socket(AF_PACKET, SOCK_RAW, 0) >= 0) return "allowed";
  return koffi.errno() === koffi.os.errno.EPERM ? "EPERM" : "failed";
}

function rawSocketOnPool(): Promise<string> {
  return new Promise((resolve) => {
    socket.async(AF_PACKET, SOCK_RAW, 0, (_: unknown, descriptor: number) =>
      resolve(descriptor < 0 ? "refused" : "allowed"),
    );
  });
}

function readShadow(): string {
  try {
    readFileSync("/etc/shadow");
    return "allowed";
  } catch (error) {
    return errorCode(error);
  }
}

async function intrude(): Promise<Intrusion> {
  const turns = Array.from({ length: ATTEMPTS });
  const onPool = turns.map(() => readFile("/etc/shadow").then(() => "allowed", errorCode));
  return {
    sockets: [rawSocket(), ...(await Promise.all(turns.map(rawSocketOnPool)))],
    shadow: [readShadow(), ...(await Promise.all(onPool))],
  };
}

if (target !== undefined) {
  process.on("SIGUSR2", async () => writeFileSync(target, JSON.stringify(await intrude())));
}
