// The command line as a script meets it: exit statuses, one sentence on stderr for what goes wrong,
// results on stdout, nothing else. Runs the built bundle.

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { encodePcap } from "../scenario/language/pcap.ts";
import { CaptureFolder, ETHERNET, refusedConnection } from "./capture-files.ts";

const ROOT = join(import.meta.dirname, "../..");
const BUNDLE = join(ROOT, "build/striplight.cjs");
const STORY = join(ROOT, "test/captures/uplink-story.pcap");
const TIMEOUT_MS = 30_000;

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function runIn(command: readonly string[], args: readonly string[], input?: Uint8Array): Outcome {
  const [first = process.execPath, ...rest] = [...command, process.execPath, BUNDLE, ...args];
  const options = { encoding: "utf8", timeout: TIMEOUT_MS, cwd: ROOT } as const;
  return spawnSync(first, rest, input === undefined ? options : { ...options, input });
}

const run = (...args: string[]): Outcome => runIn([], args);

/** Exactly one sentence on stderr, for a person. */
function sentence({ stderr }: Outcome): string {
  match(stderr, /^striplight: [^\n]+\.\n$/, "one line that ends in a full stop");
  ok(!/\n\s+at |Error:|undefined|\[object/.test(stderr), stderr);
  return stderr;
}

function failsWith(outcome: Outcome, status: number, pattern: RegExp): void {
  match(sentence(outcome), pattern);
  strictEqual(outcome.status, status, outcome.stderr);
}

const objects = (stdout: string): Record<string, unknown>[] =>
  stdout
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

describe("command line", () => {
  const folder = new CaptureFolder();
  const frames = refusedConnection();
  const sound = encodePcap(frames, { linkType: ETHERNET });
  const soundPath = folder.write(sound, "sound");
  const cutPath = folder.write(sound.subarray(0, sound.length - 1), "cut");
  const foreignPath = folder.write(Buffer.from("Dear reader,\n"), "letter.pcap");
  const emptyPath = folder.write(Buffer.alloc(0), "empty.pcap");
  after(() => folder.remove());

  describe("usage", () => {
    const cases: readonly [string[], RegExp][] = [
      [[], /no command was given/],
      [["snoop"], /no command "snoop"/],
      [["--frobnicate"], /unknown option '--frobnicate'/],
      [["replay"], /no file was given/],
      [["replay", "--frobnicate", "x"], /unknown option '--frobnicate'/],
      [["replay", "x", "--home"], /'--home <value>' argument missing/],
      [["replay", "x", "--home", "everywhere"], /--home 'everywhere' is not accepted/],
      [["replay", "x", "--fail-on", "perhaps"], /expected one of suspect, likely, proven/],
      [["replay", "x", "--json", "--flows"], /exclude/],
      [["check", "surplus"], /unexpected argument 'surplus'/],
      [["compare", "a", "b"], /does not have the command "compare"/],
    ];
    for (const [args, pattern] of cases) {
      it(`"${args.join(" ")}" is refused with 64`, () => failsWith(run(...args), 64, pattern));
    }

    it("prints the version and help on stdout, with 0", () => {
      const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
      deepStrictEqual(run("--version").stdout, `striplight ${version}\n`);
      const help = run("--help");
      strictEqual(help.status, 0);
      const names = [...help.stdout.matchAll(/^ {2}([a-z-]+) {2}/gm)].map(([, name]) => name ?? "");
      deepStrictEqual([...names].sort(), [
        "ack",
        "check",
        "compare",
        "forget",
        "replay",
        "report",
        "status",
        "test-alarm",
        "watch",
      ]);
      for (const name of names) {
        const { status, stdout, stderr } = run(name, "--help");
        strictEqual(status, 0, name);
        strictEqual(stderr, "");
        match(stdout, new RegExp(`^Usage: striplight ${name}`));
      }
    });
  });

  describe("input", () => {
    it("that is not there, a folder, or below a file gives 66", () => {
      failsWith(run("replay", "/nonexistent.pcap"), 66, /nonexistent\.pcap: there is no such file/);
      failsWith(run("replay", folder.path), 66, /it is a directory/);
      failsWith(run("replay", `${soundPath}/x`), 66, /there is no such folder/);
    });

    it("that is no capture, empty or cut gives 65", () => {
      failsWith(
        run("replay", foreignPath),
        65,
        /letter\.pcap is not a capture: it begins with 44 65/,
      );
      failsWith(run("replay", emptyPath), 65, /empty\.pcap is not a capture: it is empty/);
      failsWith(run("replay", cutPath), 65, /is damaged at octet \d+: .* \(1 frame was read/);
    });

    it("from standard input may be a capture, damaged or nothing", () => {
      strictEqual(runIn([], ["replay", "-"], sound).status, 0);
      failsWith(runIn([], ["replay", "-"], sound.subarray(0, 99)), 65, /standard input is damaged/);
      failsWith(runIn([], ["replay", "-"], Buffer.alloc(0)), 65, /standard input is not a capture/);
    });

    it("is read to the last file, and the first failure's status is the process's", () => {
      const { status, stdout, stderr } = run("replay", cutPath, "/nonexistent", STORY, "--json");
      strictEqual(status, 65);
      strictEqual(stderr.trimEnd().split("\n").length, 2);
      ok(objects(stdout).length > 0);
      const other = run("replay", "/nonexistent", cutPath);
      strictEqual(other.status, 66);
    });
  });

  describe("results", () => {
    it("are sentences, alerts a line each, or flows a line each; nothing goes to stderr", () => {
      for (const form of [[], ["--json"], ["--flows"]]) {
        const { status, stdout, stderr } = run("replay", STORY, ...form);
        strictEqual(status, 0);
        strictEqual(stderr, "");
        ok(stdout.length > 0);
      }
      match(
        run("replay", soundPath).stdout,
        /^2 of 2 frames inspected, 1 TCP connection: no alert\.\n$/,
      );
      strictEqual(run("replay", soundPath, "--json").stdout, "");
    });

    it("name the file as given and repeat themselves", () => {
      const first = run("replay", "test/captures/uplink-story.pcap", "--json").stdout;
      strictEqual(run("replay", "test/captures/uplink-story.pcap", "--json").stdout, first);
      for (const alert of objects(first))
        strictEqual(alert.file, "test/captures/uplink-story.pcap");
      const piped = runIn([], ["replay", "-", "--json"], readFileSync(STORY)).stdout;
      const ids = (text: string): unknown[] => objects(text).map((alert) => alert.id);
      deepStrictEqual(ids(piped), ids(first));
    });

    it("of several files are flow lines in the order of the files", () => {
      const files = [soundPath, STORY, cutPath];
      const lines = objects(run("replay", ...files, "--flows").stdout);
      const places = lines.map((line) => files.indexOf(String(line.file)));
      deepStrictEqual(places, [...places].sort());
      strictEqual(places[0], 0);
    });

    it("end with 10 where --fail-on is reached, unless input was damaged", () => {
      strictEqual(run("replay", STORY, "--json", "--fail-on", "suspect").status, 10);
      strictEqual(run("replay", soundPath, "--fail-on", "suspect").status, 0);
      strictEqual(run("replay", STORY, cutPath, "--json", "--fail-on", "suspect").status, 65);
    });

    it("do not fail because a reader went away", () => {
      const pipe = `"$1" "$2" replay "$3" --json | true; exit "\${PIPESTATUS[0]}"`;
      const args = ["-c", pipe, "bash", process.execPath, BUNDLE, STORY];
      const { status, stderr } = spawnSync("bash", args, { encoding: "utf8" });
      strictEqual(stderr, "");
      strictEqual(status, 0);
    });

    it("keep a state folder, which is created, only where one is named", () => {
      const state = join(folder.path, "made", "state");
      strictEqual(run("replay", STORY, "--json", "--state", state).status, 0);
      ok(readFileSync(join(state, "baseline")).length > 0);
    });

    it("lose no result where the state cannot be written, and say so once", () => {
      const state = join(folder.path, "full");
      mkdirSync(state);
      symlinkSync("/dev/full", join(state, "baseline.new"));
      for (const form of [[], ["--json"], ["--flows"]]) {
        const { stdout } = run("replay", STORY, ...form);
        const full = run("replay", STORY, STORY, ...form, "--state", state);
        failsWith(full, 78, /baseline cannot be written: .*no space left/);
        const wanted = form.length === 0 ? stdout.split("\n")[0] : stdout;
        ok(full.stdout.startsWith(wanted ?? ""), full.stdout);
        ok(form.length !== 0 || / inspected, /.test(full.stdout), full.stdout);
      }
    });
  });

  describe("progress", () => {
    /** The story through standard input, with a pause that makes it long. */
    const slow = `(head -c 2000 ${STORY}; sleep 2; tail -c +2001 ${STORY})`;
    const read = `${process.execPath} ${BUNDLE} replay - --json`;

    it("is shown on a terminal for input that takes longer than a second, and only then", () => {
      const terminal = (command: string): string =>
        spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8" }).stdout;
      match(terminal(`${slow} | ${read} > /dev/null`), /- 0\.0 MiB/);
      strictEqual(terminal(`cat ${STORY} | ${read} > /dev/null`), "");
    });

    it("is not shown on a pipe", () => {
      const args = ["-c", `${slow} | ${read} > /dev/null`];
      strictEqual(spawnSync("bash", args, { encoding: "utf8" }).stderr, "");
    });
  });

  describe("configuration", () => {
    const write = (text: string): string => folder.write(Buffer.from(text), "config");

    it("is checked: section, option, value and what is accepted, with 78", () => {
      const path = write("config striplight 'main'\n\toption profile 'sofa'\n");
      const pattern = /main.*profile.*"sofa" is not accepted; expected one of desk, board/;
      failsWith(run("check", "-c", path), 78, pattern);
      failsWith(run("replay", soundPath, "-c", path), 78, pattern);
      failsWith(run("watch", "-c", path), 78, pattern);
    });

    it("that is right is said to be, with 0", () => {
      const place = join(folder.path, "watch");
      const lines = ["list interface lo", `option run_dir ${place}`, `option state_dir ${place}`];
      const path = write(["config striplight 'main'", ...lines].join("\n"));
      const { status, stdout, stderr } = run("check", "-c", path);
      deepStrictEqual([status, stderr], [0, ""]);
      match(stdout, /accepted.*would tap lo/);
      ok(!existsSync(place), "a check makes nothing");
    });

    it("that is not there gives 66", () => {
      failsWith(run("check", "-c", "/nonexistent"), 66, /configuration file \/nonexistent/);
    });

    it("chooses what is home", () => {
      const path = write("config striplight 'main'\n\tlist home '203.0.113.0/24'\n");
      strictEqual(run("replay", soundPath, "-c", path).status, 0);
    });
  });

  describe("watch", () => {
    const root = process.getuid?.() === 0;
    /** Root without the one capability; another user has none to begin with. */
    const unprivileged = root ? ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"] : [];

    it("of an interface that does not exist ends with 69", function () {
      if (!root) this.skip();
      failsWith(run("watch", "-i", "sl-none0"), 69, /"sl-none0"/);
    });

    it("without the privilege ends with 77 and names it", () => {
      failsWith(runIn(unprivileged, ["watch", "-i", "lo"]), 77, /CAP_NET_RAW/);
    });

    it("without a default route and a named interface ends with 78", function () {
      if (!root) this.skip();
      const space = `sl-replay-${process.pid}`;
      if (spawnSync("ip", ["netns", "add", space]).status !== 0) this.skip();
      try {
        failsWith(runIn(["ip", "netns", "exec", space], ["watch"]), 78, /no default route/);
      } finally {
        spawnSync("ip", ["netns", "delete", space]);
      }
    });

    it("that does not run cannot be asked: 69", () => {
      const path = folder.write(
        Buffer.from(`config striplight 'main'\n\toption run_dir '${folder.path}'\n`),
        "idle",
      );
      for (const command of ["status", "ack", "test-alarm"]) {
        const outcome = run(command, "-c", path);
        sentence(outcome);
        strictEqual(outcome.status, 69, command);
      }
    });
  });
});
