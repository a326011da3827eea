// Keeps what was learnt over a restart and a power cut: one file in the state folder, with a version and
// a checksum, replaced in one step. Written at most once in 15 minutes of capture time, for alerts once in
// 10 seconds, for flash wears out. A damaged file is set aside, told, and begun anew.

import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { EXIT, HostError } from "../ground/errors.ts";
import { makeFolder } from "../ground/folder.ts";

const FILE_NAME = "baseline";
/** First line: name, version, checksum of the rest. */
const HEADER = /^striplight-baseline (\d+) ([0-9a-f]{64})\n/;
/** Of the form below. A newer one holds more; what is understood of it is read, the rest written back. */
const VERSION = 1;
const WRITE_EVERY_NANOSECONDS = 900n * 1_000_000_000n;
/** Alerts come as often as a stranger likes: what follows the first waits for this. */
const URGENT_EVERY_NANOSECONDS = 10n * 1_000_000_000n;
/** Damaged files kept for a look. */
const ASIDE_MAX = 9;

/** Anything that can be written down and read back; reading back judges the shape itself. */
export interface Kept {
  snapshot(): unknown;
  restore(value: unknown): void;
  readonly isChanged: boolean;
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Returns when the disk holds what was written to `path`, `text` included; leaves nothing open. */
function toDisk(path: string, flags: "w" | "r", text?: string): void {
  const file = openSync(path, flags, 0o640);
  try {
    if (text !== undefined) writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The state file. */
export class BaselineStore {
  private readonly folder: string;
  private readonly kept: Readonly<Record<string, Kept>>;
  private readonly report: (sentence: string) => void;
  /** The file's own, so that whoever wrote it finds what it left. */
  private version = VERSION;
  /** Parts of the file that this version does not know or understand: a newer one's, kept as they are. */
  private readonly foreign = new Map<string, unknown>();
  private lastWrite: bigint | null = null;
  private lastUrgent: bigint | null = null;
  private isUrgent = false;
  /** The last write did not reach the disk: its parts no longer say that they changed. */
  private hasFailed = false;

  /** `report` takes one sentence for a person. Nothing is opened here. */
  constructor(
    folder: string,
    kept: Readonly<Record<string, Kept>>,
    report: (sentence: string) => void,
  ) {
    this.folder = folder;
    this.kept = kept;
    this.report = report;
  }

  /**
   * Makes the folder and reads what is there. A damaged file is renamed and reported, not an error.
   * @throws HostError when the folder cannot be made or the file cannot be read.
   */
  load(): void {
    const path = join(this.folder, FILE_NAME);
    let text: string;
    try {
      makeFolder(this.folder, 0o750);
      if (!existsSync(path)) return;
      text = readFileSync(path, "utf8");
    } catch (error) {
      throw this.failure("be read", error);
    }
    const header = HEADER.exec(text);
    const body = header === null ? "" : text.slice(header[0].length);
    if (header === null || checksum(body) !== header[2]) {
      this.setAside(path, "its checksum does not match");
      return;
    }
    this.version = Math.max(VERSION, Number(header[1]));
    try {
      this.restore(JSON.parse(body));
    } catch (error) {
      this.setAside(path, reasonOf(error));
    }
  }

  /**
   * Writes when something changed and the last write is 15 minutes old, or when `urgent` was said since
   * and the last urgent write is 10 seconds old. `time` is the finding's, in nanoseconds. Returns true
   * when it wrote. A write that failed is tried again once after 10 seconds, then after 15 minutes.
   */
  offer(time: bigint, urgent: boolean): boolean {
    this.lastWrite ??= time;
    if (this.lastWrite - time > URGENT_EVERY_NANOSECONDS) {
      // The clock was set back: what was written lately must not look written in the future.
      this.lastWrite = time;
      this.lastUrgent = null;
    }
    if (!this.isChanged) return false;
    this.isUrgent ||= urgent;
    const last = this.lastUrgent;
    const pressing = this.isUrgent && (last === null || time - last >= URGENT_EVERY_NANOSECONDS);
    if (!pressing && time - this.lastWrite < WRITE_EVERY_NANOSECONDS) return false;
    this.lastWrite = time; // before it is tried: a disk that fails is not tried at every finding
    if (this.isUrgent) this.lastUrgent = time;
    if (this.hasFailed) this.isUrgent = false;
    this.write();
    this.isUrgent = false;
    return true;
  }

  /** Whether the last write did not reach the disk. */
  get isFailing(): boolean {
    return this.hasFailed;
  }

  /** Writes what changed since the last write; for the end. */
  flush(): void {
    if (this.isChanged) this.write();
  }

  private get isChanged(): boolean {
    return this.hasFailed || Object.values(this.kept).some((part) => part.isChanged);
  }

  private write(): void {
    const parts = Object.entries(this.kept).map(([name, part]) => [name, part.snapshot()]);
    const body = `${JSON.stringify(Object.fromEntries([...parts, ...this.foreign]))}\n`;
    const path = join(this.folder, FILE_NAME);
    try {
      toDisk(`${path}.new`, "w", `striplight-baseline ${this.version} ${checksum(body)}\n${body}`);
      renameSync(`${path}.new`, path);
      toDisk(this.folder, "r"); // the rename itself, or a power cut brings the old name back
      this.hasFailed = false;
    } catch (error) {
      this.hasFailed = true;
      throw this.failure("be written", error);
    }
  }

  private restore(value: unknown): void {
    if (typeof value !== "object" || value === null) throw new Error("it holds no object");
    const parts = new Map(Object.entries(value));
    for (const [name, part] of parts) if (!(name in this.kept)) this.foreign.set(name, part);
    for (const [name, part] of Object.entries(this.kept)) {
      if (parts.has(name)) this.restorePart(name, part, parts.get(name));
    }
  }

  /** A part of a newer version that is not understood at all stays as it is, and nothing is added to it. */
  private restorePart(name: string, part: Kept, value: unknown): void {
    try {
      part.restore(value);
    } catch (error) {
      if (this.version === VERSION) throw error;
      this.foreign.set(name, value);
      const where = `The ${name} in the state file ${join(this.folder, FILE_NAME)}`;
      this.report(
        `${where} are of a newer version; they are kept and begin anew until it is back.`,
      );
    }
  }

  private setAside(path: string, why: string): void {
    let number = 1;
    while (number < ASIDE_MAX && existsSync(`${path}.damaged-${number}`)) number++;
    const aside = `${path}.damaged-${number}`;
    try {
      renameSync(path, aside);
    } catch (error) {
      throw this.failure("be set aside", error);
    }
    this.report(
      `The baseline file ${path} is damaged (${why}); it is kept as ${aside} and a new one is begun.`,
    );
  }

  private failure(what: string, error: unknown): HostError {
    const path = join(this.folder, FILE_NAME);
    return new HostError(
      EXIT.config,
      `The baseline file ${path} cannot ${what}: ${reasonOf(error)}; state_dir (--state) must be a folder this user may write.`,
    );
  }
}
