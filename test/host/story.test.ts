// A server's story in compressed time: our own recordings, moved to days and minutes, replayed by the
// built program with one state folder. What was offered is remembered, missed, explained by a pool or an
// upgrade, forgotten at the owner's word, and survives a power cut between writing and renaming.

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AlertBook } from "../../host/alert/book.ts";
import { openState } from "../../host/run/state.ts";
import { readFile } from "./capture-files.ts";
import { judgeForTests } from "./judge-module.ts";
import { recordingAt } from "./recording.ts";

const BUNDLE = join(import.meta.dirname, "../../build/striplight.cjs");
const PATIENCE_MS = 120_000;
/** 2026-03-02T08:00:00Z. */
const START = 1_772_438_400;
const DAY = 86_400;
const MINUTE = 60;
const NOTHING_OWN = { knownHosts: [], knownPlain: [] };

/** The power goes at the nth renaming: what was written before it has no name yet. */
const cutAtRename = (nth: number): string[] => {
  const source = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const { renameSync } = fs;
    let left = ${nth};
    fs.renameSync = (from, to) => {
      if (--left === 0) process.kill(process.pid, "SIGKILL");
      renameSync(from, to);
    };
    syncBuiltinESMExports();`;
  return ["--import", `data:text/javascript,${encodeURIComponent(source)}`];
};

/** Notes every renaming in a file, one line each. */
const noteRenames = (path: string): string[] => {
  const source = `
    import fs from "node:fs";
    import { syncBuiltinESMExports } from "node:module";
    const { renameSync } = fs;
    fs.renameSync = (from, to) => {
      fs.appendFileSync(${JSON.stringify(path)}, to + "\\n");
      renameSync(from, to);
    };
    syncBuiltinESMExports();`;
  return ["--import", `data:text/javascript,${encodeURIComponent(source)}`];
};

type Session = readonly [recording: string, seconds: number];

describe("baseline: a story in compressed time", function () {
  this.timeout(PATIENCE_MS);
  let folder: string;
  let state: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "striplight-story-"));
    state = join(folder, "state");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write([name, seconds]: Session): string {
    const path = join(folder, `${name}-${seconds}.pcap`);
    writeFileSync(path, recordingAt(name, seconds));
    return path;
  }

  function replay(sessions: readonly Session[], options: readonly string[] = []) {
    const files = sessions.map(write);
    const args = [...options, BUNDLE, "replay", ...files, "--flows", "--state", state];
    return spawnSync(process.execPath, args, { encoding: "utf8", timeout: PATIENCE_MS });
  }

  /** Verdict, severity and evidence of every session, in a run of its own. */
  function told(...sessions: Session[]): string[] {
    const { status, stdout, stderr } = replay(sessions);
    strictEqual(stderr, "");
    strictEqual(status, 0);
    return stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
      .map(({ verdict, severity, evidence }) => [verdict, severity, ...evidence].join(" "));
  }

  const day = (recording: string, number: number): Session => [recording, START + number * DAY];
  const offers = (...days: number[]): Session[] => days.map((each) => day("smtp-none", each));
  const ENCRYPTED = "none info tls-ok";
  const VANISHED = "likely warning cap-vanished clear-mail";
  const WEAKLY = "suspect notice cap-vanished clear-mail";

  for (const [dialect, exposed] of [
    ["smtp", VANISHED],
    ["imap", "likely critical cap-vanished clear-auth"],
    ["pop3", "likely critical cap-vanished clear-auth"],
  ] as const) {
    it(`${dialect}: an offer of several days that is deleted is strong evidence`, () => {
      const before = [0, 1, 4].map((each) => day(`${dialect}-none`, each));
      deepStrictEqual(told(...before), [ENCRYPTED, ENCRYPTED, ENCRYPTED]);
      deepStrictEqual(told(day(`${dialect}-delete`, 5)), [exposed]);
    });
  }

  it("offers of one day are no steady history", () => {
    told(...[0, 1, 2].map((hour): Session => ["smtp-none", START + hour * 60 * MINUTE]));
    deepStrictEqual(told(["smtp-delete", START + 300 * MINUTE]), [WEAKLY]);
  });

  it("a pool that offers now and then is weak evidence only", () => {
    deepStrictEqual(told(day("smtp-delete", 0)), ["none info clear-mail never-offered"]);
    told(...offers(1, 2, 3, 4, 5));
    deepStrictEqual(told(day("smtp-delete", 6)), [WEAKLY]);
    told(...offers(7, 8));
    deepStrictEqual(told(day("smtp-delete", 9), day("smtp-delete", 10)), [WEAKLY, WEAKLY]);
  });

  it("a server that changed falls back to a notice after five sessions over a week", () => {
    told(...offers(0, 1, 2, 3));
    for (const each of [4, 5, 6, 8]) {
      deepStrictEqual(told(day("smtp-delete", each)), [VANISHED], `day ${each}`);
    }
    deepStrictEqual(told(day("smtp-delete", 10)), [VANISHED], "four sessions before it");
    deepStrictEqual(told(day("smtp-delete", 11)), [WEAKLY], "five, and a week");
    deepStrictEqual(told(day("smtp-delete", 30)), [WEAKLY], "it is mentioned still");
  });

  it("five sessions within a week do not settle a change", () => {
    told(...offers(0, 1, 2, 3));
    for (const each of [4, 5, 6, 7, 8]) told(day("smtp-delete", each));
    deepStrictEqual(told(day("smtp-delete", 10)), [VANISHED]);
  });

  it("an acknowledged change is forgotten, and an offer begins anew", async () => {
    told(...offers(0, 1, 2, 3));
    const kept = openState(NOTHING_OWN, state, (sentence) => ok(false, sentence));
    const book = new AlertBook({
      judge: judgeForTests(),
      keepFlows: false,
      sessions: kept.sessions,
    });
    const { findings } = await readFile(write(day("smtp-delete", 4)));
    const alerts = findings.flatMap(({ finding, sighting }) => book.observe(finding, sighting));
    strictEqual(alerts.at(-1)?.verdict, "likely");
    strictEqual(book.acknowledge(alerts.at(-1)?.id ?? null), 1);
    kept.store?.flush();
    deepStrictEqual(told(day("smtp-delete", 5)), ["none info clear-mail never-offered"]);
    deepStrictEqual(told(day("smtp-none", 6)), ["none info cap-appeared tls-ok"]);
  });

  it("is written once in 15 minutes, and at once only when an alert needs it", () => {
    const notes = join(folder, "renames");
    const every = (recording: string, first: number, count: number): Session[] =>
      Array.from({ length: count }, (_, n) => [recording, first + n * 5 * MINUTE]);
    const writes = (sessions: readonly Session[]): number => {
      writeFileSync(notes, "");
      const { status, stderr } = replay(sessions, noteRenames(notes));
      strictEqual(status, 0, stderr);
      return readFileSync(notes, "utf8").split("\n").length - 1;
    };
    // 40 sessions over 195 minutes: 13 quarters of an hour, and what the last one taught at the end.
    strictEqual(writes(every("smtp-none", START, 40)), 14);
    told(...offers(1, 2));
    // Six more over 25 minutes: one quarter and the end. An alert in the middle is written at once.
    const later = START + 3 * DAY;
    strictEqual(writes(every("smtp-none", later, 6)), 2);
    const deleted: Session = ["smtp-delete", later + DAY + 7 * MINUTE];
    const six = every("smtp-none", later + DAY, 6);
    strictEqual(writes([...six.slice(0, 2), deleted, ...six.slice(2)]), 3);
  });

  describe("a power cut between writing and renaming", () => {
    const file = (): string => join(state, "baseline");
    /** Seconds of the last session in the state file. */
    const lastSeen = (): number => {
      const body = readFileSync(file(), "utf8").split("\n")[1] ?? "";
      return JSON.parse(body).baseline.entries[0].lastSeen;
    };

    it("leaves the file of before, whole, and the next run goes on from it", () => {
      told(...offers(0, 1, 2, 3));
      const before = readFileSync(file(), "utf8");
      const { signal } = replay([day("smtp-delete", 4)], cutAtRename(1));
      strictEqual(signal, "SIGKILL");
      deepStrictEqual(readdirSync(state).sort(), ["baseline", "baseline.new"]);
      strictEqual(readFileSync(file(), "utf8"), before);
      deepStrictEqual(told(day("smtp-delete", 4)), [VANISHED]);
      deepStrictEqual(readdirSync(state), ["baseline"]);
    });

    it("loses what the last 15 minutes taught, never more", () => {
      const sessions = Array.from(
        { length: 40 },
        (_, n): Session => ["smtp-none", START + n * 5 * MINUTE],
      );
      for (const nth of [2, 5, 9]) {
        rmSync(state, { recursive: true, force: true });
        const { signal } = replay(sessions, cutAtRename(nth));
        strictEqual(signal, "SIGKILL");
        const cut = /"lastSeen":(\d+)/.exec(readFileSync(`${file()}.new`, "utf8"));
        ok(cut !== null, "the cut came after the new file was written");
        const lost = Number(cut[1]) - lastSeen();
        // A session begun within the last 15 minutes is the oldest that may be missing.
        ok(lost <= 15 * MINUTE + 5 * MINUTE, `${lost} s`);
        const missing = sessions.filter(
          ([, at]) => at > lastSeen() && at < Number(cut[1]) - 15 * MINUTE,
        );
        deepStrictEqual(missing, []);
      }
    });

    it("never costs the file, even where a half is all that reached the disk", () => {
      told(...offers(0, 1, 2, 3));
      const whole = readFileSync(file());
      truncateSync(file(), whole.length >> 1);
      const { status, stderr, stdout } = replay([day("smtp-delete", 4)]);
      strictEqual(status, 0);
      match(stderr, /^striplight: The baseline file .* is damaged \(.*\); it is kept as .*-1 and/);
      match(stdout, /never-offered/);
      deepStrictEqual(readFileSync(`${file()}.damaged-1`), whole.subarray(0, whole.length >> 1));
      ok(existsSync(file()), "a new one is begun");
    });
  });
});
