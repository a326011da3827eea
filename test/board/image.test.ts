// The packages on emulated routers between the lab's home and provider: a real mail session whose
// STARTTLS is stripped on the way is told in the guest's log, at a log host in the home and by the
// kernel's own lamp; the watch survives kill and reboot. BusyBox's init stands in for procd.
// Software emulation is slow: nothing here measures speed.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { transformSync } from "esbuild";
import { file } from "../../board/package/entry.ts";
import { swaks } from "../lab/client.ts";
import { COLLECTOR_PACKAGES, SyslogCollector, type SyslogRecord } from "../lab/collector.ts";
import type { Intrusion } from "../lab/intruder.ts";
import { Lab } from "../lab/lab.ts";
import { MAIL_PACKAGES, needs } from "../lab/package.ts";
import { until } from "../lab/process.ts";
import type { Guest } from "./image/guest.ts";
import type { Image } from "./image/image.ts";
import { emulatedRouter, guestImage, MACHINES, type Machine } from "./router.ts";

const BOOT_MS = 120_000;
const START_MS = 180_000;
const COMMAND_MS = 60_000;
const ALERT = "capability-rewritten";

/** The watch, not the lamp's keeper. */
const PID = "$(pidof node | cut -d' ' -f1)";
/** What an attacker inside the watch would do; beside the bundle, so that koffi is found. */
const INTRUDER = "usr/lib/striplight/intruder.cjs";
const REPORT = "/tmp/intrusion";
const REMEMBERED = "cd /etc/striplight; md5sum *; cd /";

function withIntruder(machine: Machine): Image {
  const source = readFileSync(new URL("../lab/intruder.ts", import.meta.url), "utf8");
  const { code } = transformSync(source, { loader: "ts", format: "cjs" });
  return guestImage(machine, { name: "lab", entries: [file(INTRUDER, code)], modules: [] });
}

function router(machine: Machine): void {
  const { family, lamp } = machine;
  describe(`board: an emulated ${family} router`, function () {
    this.timeout(600_000);
    const led = `/sys/class/leds/${lamp}`;
    const lab = new Lab();
    const collector = new SyslogCollector(lab.network);
    let guest: Guest;

    before(async function () {
      const packages = [...machine.packages, ...MAIL_PACKAGES, ...COLLECTOR_PACKAGES];
      needs(this, { namespaces: true, packages });
      await lab.start();
      await collector.start();
      const words = [`collector=${collector.host}`];
      guest = emulatedRouter(lab.network, machine, withIntruder(machine), { words });
      await guest.start();
    });

    after(async () => {
      await guest?.stop();
      await collector.stop();
      collector.remove();
      await lab.stop();
    });

    const shell = (command: string) => guest.run(command, COMMAND_MS);

    async function watches(): Promise<void> {
      await guest.expect(/striplight: watching eth0/, START_MS);
    }

    async function stripped(): Promise<void> {
      const outcome = await lab.through("asa", () => swaks(lab.network));
      assert.equal(outcome.status, 0, outcome.transcript);
    }

    /** How many servers the watch has learnt, as it says itself. */
    async function learnt(): Promise<number> {
      const said = await guest.run("striplight status --json", START_MS);
      return JSON.parse(/^\{.*\}/m.exec(said)?.[0] ?? "{}").baselines?.servers ?? 0;
    }

    const warnings = (): SyslogRecord[] =>
      collector.records().filter(({ msgid, severity }) => msgid === ALERT && severity === "4");

    async function rhythm(expected: "steady" | "fast"): Promise<void> {
      const delays = expected === "fast" ? "100 100" : "1000 0";
      const read = `echo $(cat ${led}/trigger | grep -o "\\[.*\\]") $(cat ${led}/delay_on ${led}/delay_off)`;
      // What is logged in between comes out on the same console.
      const [found] = /^\[.*\] \d+ \d+$/m.exec(await shell(read)) ?? [];
      assert.equal(found, `[timer] ${delays}`);
    }

    it("boots, and the watch comes up by itself on the uplink", async () => {
      await guest.expect(/guest: ready/, BOOT_MS);
      await watches();
      await rhythm("steady");
    });

    it("starts without a complaint of its engine", async () => {
      const said = await shell("striplight --version 2>&1");
      assert.match(said, /^striplight \d+\.\d+\.\d+$/m);
      assert.doesNotMatch(said, /flag/);
    });

    it("holds no right it does not need", async () => {
      const text = await shell(`cat /proc/${PID}/task/*/status`);
      const every = (pattern: RegExp) => (text.match(pattern) ?? []).length;
      const threads = every(/^Name:/gm);
      assert.ok(threads > 4, `${threads} threads`);
      assert.equal(every(/^Uid:\s+969\s+969\s+969\s+969$/gm), threads);
      assert.equal(every(/^Groups:\s*$/gm), threads);
      for (const set of ["CapInh", "CapPrm", "CapEff", "CapAmb"]) {
        assert.equal(every(new RegExp(`^${set}:\\s+0+$`, "gm")), threads, set);
      }
      assert.match(text, /^NoNewPrivs:\s+1$/m);
    });

    it("tells of a stripped session in its own log and at the log host", async () => {
      await stripped();
      await guest.expect(/local5\.warn\S* striplight\S* .*STARTTLS/, COMMAND_MS);
      // A masked greeting alone is a notice; the list that follows makes it a warning.
      await until("the log host's record", () => warnings().length > 0);
      const [record] = warnings();
      assert.ok(record);
      const { facility, appName, structured } = record;
      assert.deepEqual([facility, appName], ["local5", "striplight"]);
      const { verdict, client, server, port, application, side } = structured;
      assert.deepEqual(
        [verdict, client, server, port, application, side],
        ["likely", "192.168.77.10", "203.0.113.25", "25", "smtp", "far"],
      );
      assert.match(structured.evidence ?? "", /cap-masked/);
    });

    it("blinks with the kernel's own lamp, as its pin shows", async () => {
      await rhythm("fast");
      const level =
        family === "aarch64"
          ? `grep -q "${lamp}.* hi" /sys/kernel/debug/gpio && echo 1 || echo 0`
          : `test $(cat ${led}/brightness) != 0 && echo 1 || echo 0`;
      const seen = await shell(`for i in $(seq 60); do ${level}; usleep 37000; done`);
      const levels = seen.trim().split("\n");
      const changes = levels.filter((each, at) => at > 0 && each !== levels[at - 1]).length;
      assert.ok(changes >= 8, `the lamp changed ${changes} times: ${levels.join("")}`);
    });

    it("calms the lamp when it is acknowledged", async () => {
      assert.match(await guest.run("striplight ack", START_MS), /1 alert acknowledged/);
      await rhythm("steady");
    });

    it("comes back after it was killed, with what it remembers, and the lamp is right", async () => {
      const before = await shell(REMEMBERED);
      assert.match(before, /baseline/);
      await shell(`kill -9 ${PID}`);
      await watches();
      assert.equal(await shell(REMEMBERED), before);
      await rhythm("steady");
    });

    it("comes up by itself after a reboot, with what it remembers, and blinks again", async () => {
      const before = await learnt();
      assert.ok(before > 0, "no server was learnt");
      await shell("reboot");
      await guest.expect(/guest: ready/, BOOT_MS);
      await watches();
      // Its end writes how long the alert was watched, so the file is another one; what was learnt is not.
      assert.equal(await learnt(), before);
      // The logs were told within the day: this is a repetition, for the lamp and the terminal.
      await stripped();
      await guest.expect(/WARNING: capability-rewritten \(likely\)/, COMMAND_MS);
      await rhythm("fast");
    });

    it("puts the lamp's earlier trigger back when it is stopped", async () => {
      await shell("sed -i /striplight/d /etc/inittab; kill -HUP 1; sleep 1");
      await shell(`kill -TERM ${PID}; while pidof node; do usleep 200000; done`);
      await until("the heartbeat is back", async () =>
        /\[heartbeat\]/.test(await shell(`cat ${led}/trigger`)),
      );
    });

    it("gives an intruder inside it no raw socket and no password file", async () => {
      const environment = `NODE_OPTIONS="--require /${INTRUDER}" LAB_INTRUDER=${REPORT}`;
      await shell(`touch ${REPORT}; chown striplight ${REPORT}; ls -l /etc/shadow`);
      await shell(`${environment} /usr/sbin/striplight watch 2>&1 & sleep 1`);
      await watches();
      await shell(`kill -USR2 ${PID}; while ! grep -q "}" ${REPORT}; do usleep 200000; done`);
      const [text = ""] = /^\{.*\}/m.exec(await shell(`cat ${REPORT}; echo`)) ?? [];
      const { sockets, shadow }: Intrusion = JSON.parse(text);
      assert.deepEqual([...new Set(sockets)].sort(), ["EPERM", "refused"]);
      assert.deepEqual([...new Set(shadow)], ["EACCES"]);
      assert.ok(sockets.length > 4 && shadow.length > 4);
    });
  });
}

for (const machine of MACHINES) router(machine);
