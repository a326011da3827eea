// make demo, ended by Ctrl-C at different moments: no namespace, no process and no folder stays behind.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { COLLECTOR_PACKAGES } from "./collector.ts";
import { MAIL_PACKAGES, needs } from "./package.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const DEMO = ["--import", "tsx", "test/lab/demo.ts"];
/** What is on the screen when Ctrl-C is pressed. */
const MOMENTS = [/starting Postfix/, /striplight watch/, /now through a box/, /lamp: fast blink/];
const END_MS = 90_000;

/** Names of network namespaces, of the lab's folders, and command lines that name one of these folders. */
function traces(): string[] {
  const names = (folder: string): string[] => {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  };
  const lab = names("/run/netns").filter((name) => name.startsWith("sl-lab-"));
  const folders = names(tmpdir()).filter((name) => /^striplight-(watch|mail|log|web)-/.test(name));
  const commands = names("/proc").flatMap((pid) => {
    try {
      const line = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/cmdline`, "utf8") : "";
      return /striplight-(watch|mail|log|web)-/.test(line) ? [line.replaceAll("\0", " ")] : [];
    } catch {
      return []; // ended meanwhile
    }
  });
  return [...lab, ...folders, ...commands];
}

/** Runs the demonstration, presses Ctrl-C when `moment` is on the screen; its exit status. */
function interrupted(moment: RegExp): Promise<number | null> {
  return new Promise((resolve) => {
    // A process group of its own, as a terminal gives a command: Ctrl-C reaches all that is in it.
    const child = spawn(process.execPath, DEMO, { cwd: ROOT, detached: true });
    let screen = "";
    let pressed = false;
    child.stdout.on("data", (octets: Buffer) => {
      screen += octets.toString("utf8");
      if (pressed || !moment.test(screen)) return;
      pressed = true;
      process.kill(-Number(child.pid), "SIGINT");
    });
    child.stderr.resume();
    child.on("close", (status) => resolve(pressed ? status : null));
  });
}

describe("lab: the demonstration, ended by Ctrl-C", () => {
  before(function () {
    this.timeout(300_000);
    needs(this, { namespaces: true, packages: [...MAIL_PACKAGES, ...COLLECTOR_PACKAGES] });
  });

  for (const moment of MOMENTS) {
    it(`at "${moment.source}" leaves nothing behind`, async function () {
      this.timeout(END_MS);
      const before = new Set(traces());
      assert.equal(await interrupted(moment), 130);
      assert.deepEqual(
        traces().filter((trace) => !before.has(trace)),
        [],
      );
    });
  }
});
