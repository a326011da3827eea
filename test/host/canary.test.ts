// Planted secrets through every way of logging in, told whole, in pieces, out of order and twice: after
// each dialog nothing of them is anywhere in the inspector's memory, and afterwards nothing is in any
// output of the program, in a crash capture or in its state folder. What may be kept is still found, so the search works.
// RFC 4954 §4, RFC 9051 §6.2, RFC 1939 §7, RFC 5034.

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Drain } from "../../host/drain.ts";
import type { Alert } from "../../host/ground/alert.ts";
import { parseTime } from "../../host/ground/time.ts";
import { CrashFile } from "../../host/keep/crash-file.ts";
import { openStatus } from "../../host/run/watch-status.ts";
import { AlertFile } from "../../host/sink/alert-file.ts";
import { alertMessage, localLine, networkLine } from "../../host/sink/syslog-line.ts";
import { formatFlow, publishedAlert } from "../../host/text/alert-json.ts";
import { describeStatus } from "../../host/text/status-text.ts";
import { describeAlert } from "../../host/text/terminal.ts";
import { mailVariants } from "../corpus/mail-case.ts";
import { openInspector, openPipeline } from "../pipeline.ts";
import { encodeFrames } from "../scenario/language/encode.ts";
import { feed } from "../scenario/language/feed.ts";
import { parseScenario } from "../scenario/language/parse.ts";
import { encodePcap, encodeRecords } from "../scenario/language/pcap.ts";
import { encodeRing } from "../scenario/language/ring.ts";
import { asWritten } from "../scenario/language/transform.ts";
import { canaryScenarios, found, KEPT, PLAIN } from "./canary-dialog.ts";
import { CaptureFolder, ETHERNET } from "./capture-files.ts";

const BUILD = fileURLToPath(new URL("../../build/", import.meta.url));
const PATIENCE_MS = 300_000;
const BLOCK_SIZE = 65_536;
/** Ethernet, IPv4 and TCP without options. */
const HEADERS = 54;

describe("canaries", function () {
  this.timeout(PATIENCE_MS);
  const scenarios = canaryScenarios();

  for (const scenario of scenarios) {
    it(`${scenario.path}: nothing stays in memory`, () => {
      for (const variant of mailVariants(scenario)) {
        const inspector = openInspector();
        const evidence = new Set<string>();
        const drain = new Drain(inspector, ({ mail }) => {
          for (const name of mail?.evidence ?? []) evidence.add(name);
        });
        feed(drain, variant);
        const memory = Buffer.from(inspector.octets.buffer);
        deepStrictEqual(found(memory), [], variant.label);
        if (variant.label === "whole turns") ok(memory.includes(KEPT), "the search works");
        ok(evidence.has("clear-auth"), `the login was seen: ${variant.label}`);
      }
    });
  }

  it("nothing stays of octets whose beginning never came", () => {
    const early = `AUTH PLAIN ${PLAIN}\r\n`;
    const at = (first: number) => `${first}:${first + early.length}(${early.length})`;
    const lines = [
      ...["client 192.168.1.10:49200", "server 198.51.100.25:2526", "handshake"],
      `c > s P. ${at(200)} hex "${Buffer.from(early).toString("hex")}"`,
    ];
    const held = (...later: string[]): string[] => {
      const inspector = openInspector();
      const text = [...lines, ...later, "expect silence"].join("\n");
      const { packets, layers } = asWritten(parseScenario("early", text));
      const form = { littleEndian: true, nanoseconds: true, linkType: ETHERNET, shift: 0n };
      const octets = encodeRecords(encodeFrames(packets, layers), form);
      inspector.openInput("early");
      inspector.setInterface(0, { linkType: ETHERNET, resolution: 9, offsetSeconds: 0n });
      inspector.octets.set(octets, inspector.ringAt);
      inspector.inspectRecords(inspector.ringAt, inspector.ringAt + octets.length, false);
      return found(Buffer.from(inspector.octets.buffer));
    };
    deepStrictEqual(held(), [PLAIN], "held for the moment");
    deepStrictEqual(held("silence 15"), [], "and let go");
  });

  it("nothing is in a crash capture, whichever dialog the inspector fails on", () => {
    const folder = new CaptureFolder();
    try {
      for (const scenario of scenarios) {
        const { packets, layers } = asWritten(scenario);
        const frames = encodeFrames(packets, layers);
        const form = { blockSize: BLOCK_SIZE, framesPerBlock: () => frames.length };
        for (const block of encodeRing(frames, form)) {
          ok(found(Buffer.from(block)).length > 0, "the block holds them");
          const path = new CrashFile(folder.path).write(block);
          ok(path !== null);
          const octets = readFileSync(path);
          deepStrictEqual(found(octets), [], scenario.path);
          for (const { octets: frame } of frames) {
            ok(octets.includes(Buffer.from(frame.subarray(0, HEADERS))), "the headers are whole");
          }
        }
      }
    } finally {
      folder.remove();
    }
  });

  it("nothing is in what a watch says: terminal, file, status, network and local log", () => {
    const alerts: Alert[] = [];
    const { book, drain } = openPipeline({
      keepFlows: true,
      onAlerts: (raised) => alerts.push(...raised),
    });
    for (const scenario of scenarios) feed(drain, asWritten(scenario));
    ok(alerts.length >= scenarios.length - 1, "every login is told");
    const folder = new CaptureFolder();
    try {
      const file = new AlertFile(join(folder.path, "alerts"), (sentence) => ok(false, sentence));
      const origin = { facility: "local5", hostname: "router", pid: 1 };
      const said = alerts.flatMap((alert) => {
        file.write(alert);
        const message = alertMessage(alert, 3);
        return [describeAlert(alert), networkLine(message, origin), localLine(message, origin)];
      });
      file.stop();
      const remembered = book.open.recent(alerts.length);
      const lastAlerts = remembered.map(({ alert }) => publishedAlert(alert));
      const affected = book.matrix.answers(parseTime(alerts.at(-1)?.time ?? ""));
      const status = { lastAlerts, alerts: remembered.map(openStatus), affected };
      said.push(describeStatus(status), JSON.stringify(status));
      said.push(...book.takeFlows(true).map((line) => formatFlow(line)));
      said.push(readFileSync(join(folder.path, "alerts"), "utf8"));
      ok(
        said.every((text) => text.length > 0),
        "everything says something",
      );
      deepStrictEqual(found(said.join("\n")), []);
    } finally {
      folder.remove();
    }
  });

  it("nothing is in any output or in the state folder", () => {
    const folder = new CaptureFolder();
    try {
      const files = scenarios.map((scenario, n) => {
        const { packets, layers } = asWritten(scenario);
        const frames = encodeFrames(packets, layers);
        return folder.write(encodePcap(frames, { linkType: ETHERNET }), `dialog-${n}.pcap`);
      });
      for (const form of [[], ["--json"], ["--flows"]]) {
        const state = join(folder.path, `state${form.join("")}`);
        const args = [`${BUILD}striplight.cjs`, "replay", ...files, ...form, "--state", state];
        const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
        strictEqual(status, 0, stderr);
        ok(stdout.includes("198.51.100.25"), "something is told");
        deepStrictEqual(found(stdout + stderr), [], form.join());
        const kept = readdirSync(state).map((name) => readFileSync(join(state, name)));
        ok(kept.length > 0 && kept.some((each) => each.includes("198.51.100.25")));
        for (const each of kept) deepStrictEqual(found(each), [], "the state folder");
      }
    } finally {
      folder.remove();
    }
  });
});
