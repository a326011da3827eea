// Turns a path into a stream of octets that fills memory it is given: a file, standard input, or the
// gzip of either, unpacked. Knows nothing of captures. Read RFC 1952 for gzip.

import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { addAbortSignal } from "node:stream";
import { createGunzip } from "node:zlib";
import { EXIT, HostError } from "../ground/errors.ts";

/** The name that stands for standard input. */
const STANDARD_INPUT = "-";

/** Packed octets handed to the decompressor at a time: even 1,000-fold they fit the window. */
const PACKED_CHUNK_SIZE = 16_384;

/** Octets in order. */
export interface OctetSource {
  /** Fills `target` from its start; resolves to the number of octets, 0 at the end. */
  read(target: Uint8Array): number | Promise<number>;
  /** Octets read of the file as it lies on disk, and its size; null when the size is unknown. */
  progress(): { readonly done: number; readonly total: number | null };
  close(): void;
}

/** How an input is called in a sentence. */
export function inputName(path: string): string {
  return path === STANDARD_INPUT ? "standard input" : path;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file",
  EACCES: "it may not be read",
  EPERM: "it may not be read",
  EISDIR: "it is a directory",
  ENOTDIR: "there is no such folder",
};

function unreadable(path: string, error: unknown): HostError {
  const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
  const why = REASONS[code] ?? `the system says ${code}`;
  return new HostError(EXIT.noInput, `cannot read ${inputName(path)}: ${why}.`);
}

function openFile(path: string): OctetSource {
  let descriptor: number;
  let total: number | null;
  try {
    descriptor = openSync(path, "r");
    const status = fstatSync(descriptor);
    total = status.isFile() ? status.size : null;
  } catch (error) {
    throw unreadable(path, error);
  }
  let done = 0;
  return {
    read: (target) => {
      try {
        const count = readSync(descriptor, target, 0, target.length, null);
        done += count;
        return count;
      } catch (error) {
        throw unreadable(path, error);
      }
    },
    progress: () => ({ done, total }),
    close: () => closeSync(descriptor),
  };
}

function openStandardInput(signal: AbortSignal | undefined): OctetSource {
  if (signal !== undefined) addAbortSignal(signal, process.stdin); // nothing may come for hours
  const chunks = process.stdin[Symbol.asyncIterator]();
  let rest: Uint8Array = new Uint8Array(0);
  let done = 0;
  return {
    read: async (target) => {
      while (rest.length === 0) {
        const next = await chunks.next().catch((error: unknown) => {
          throw unreadable(STANDARD_INPUT, error);
        });
        if (next.done === true) return 0;
        rest = next.value as Uint8Array; // no encoding was set: chunks are octets
      }
      const part = rest.subarray(0, target.length);
      target.set(part);
      rest = rest.subarray(part.length);
      done += part.length;
      return part.length;
    },
    progress: () => ({ done, total: null }),
    close: () => process.stdin.destroy(),
  };
}

/**
 * Opens a file or standard input; `signal` ends waiting for the latter. Throws HostError 66 when it
 * cannot be read.
 */
export function openSource(path: string, signal?: AbortSignal): OctetSource {
  return path === STANDARD_INPUT ? openStandardInput(signal) : openFile(path);
}

/**
 * Unpacks gzip, one member after the other. `first` are octets already taken from `packed`.
 * Damage in the packing is thrown as HostError 65 after everything in front of it was read.
 */
export function unpack(path: string, packed: OctetSource, first: Uint8Array): OctetSource {
  const gunzip = createGunzip();
  const chunks: Uint8Array[] = [];
  const chunk = new Uint8Array(PACKED_CHUNK_SIZE);
  let pending: Uint8Array | null = first;
  let damage: HostError | null = null;
  let ended = false;
  gunzip.on("data", (octets: Uint8Array) => chunks.push(octets));
  const finished = new Promise<void>((resolve) => {
    const end = (): void => {
      ended = true;
      resolve();
    };
    gunzip.on("end", end);
    gunzip.on("error", (error) => {
      const place = `octet ${gunzip.bytesWritten} of the packed file`;
      const why = error.message === "unexpected end of file" ? "it ends too early" : error.message;
      damage = new HostError(EXIT.damaged, `${inputName(path)} is damaged near ${place}: ${why}.`);
      end();
    });
  });

  /** Feeds one packed chunk and waits until all it holds was handed on. */
  const feed = async (): Promise<void> => {
    const octets = pending ?? chunk.slice(0, await packed.read(chunk));
    pending = null;
    if (octets.length === 0) gunzip.end();
    const written = new Promise<void>((resolve) => {
      if (octets.length > 0) gunzip.write(octets, () => resolve());
    });
    await Promise.race([written, finished]);
  };

  return {
    read: async (target) => {
      while (chunks[0] === undefined && !ended) await feed();
      const octets = chunks[0];
      if (octets === undefined) {
        if (damage !== null) throw damage;
        return 0;
      }
      const part = octets.subarray(0, target.length);
      target.set(part);
      if (part.length === octets.length) chunks.shift();
      else chunks[0] = octets.subarray(part.length);
      return part.length;
    },
    progress: () => packed.progress(),
    close: () => {
      gunzip.destroy();
      packed.close();
    },
  };
}
