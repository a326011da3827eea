// What a replay says at its end: every frame is accounted for, and what was not seen is never a clean result.
// Runs the built bundle.

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { Inspector } from "../../host/inspector.ts";
import { describeFrames, reasonWords } from "../../host/text/account.ts";
import { encodeFrames } from "../scenario/language/encode.ts";
import { readScenario } from "../scenario/language/library.ts";
import { encodePcap } from "../scenario/language/pcap.ts";
import { asWritten } from "../scenario/language/transform.ts";
import { CaptureFolder, ETHERNET, refusedConnection } from "./capture-files.ts";

const ROOT = join(import.meta.dirname, "../..");
const BUNDLE = join(ROOT, "build/striplight.cjs");
const USBPCAP = 249;
/** The protocol's place in an IPv4 frame over Ethernet, and Generic Routing Encapsulation. */
const PROTOCOL_AT = 23;
const GRE = 47;

function replay(...args: readonly string[]) {
  return spawnSync(process.execPath, [BUNDLE, "replay", ...args], { encoding: "utf8", cwd: ROOT });
}

describe("the end of a replay", function () {
  this.timeout(60_000);
  const folder = new CaptureFolder();
  const [syn, answer] = refusedConnection();
  after(() => folder.remove());

  it("counts what was inspected and what was not, by reason", () => {
    ok(syn !== undefined && answer !== undefined);
    const tunnelled = { ...syn, octets: syn.octets.slice() };
    tunnelled.octets[PROTOCOL_AT] = GRE;
    const cut = { ...syn, octets: syn.octets.slice(0, PROTOCOL_AT) };
    const path = folder.write(
      encodePcap([syn, answer, tunnelled, cut, cut], { linkType: ETHERNET }),
      "mixed",
    );
    strictEqual(
      replay(path).stdout,
      "2 of 5 frames inspected, 1 TCP connection: no alert. " +
        "Not inspected: 1 in tunnels, 2 cut off within their headers.\n",
    );
  });

  it("does not call a capture clean in which no connection was seen", () => {
    ok(syn !== undefined);
    const tunnelled = { ...syn, octets: syn.octets.slice() };
    tunnelled.octets[PROTOCOL_AT] = GRE;
    const path = folder.write(encodePcap([tunnelled], { linkType: ETHERNET }), "tunnel");
    const { stdout } = replay(path);
    match(stdout, /^0 of 1 frame inspected, no TCP connection: there was nothing to judge\./);
    ok(!stdout.includes("no alert"));
  });

  it("is 65 where no frame has a link type that is read, which is named", () => {
    const path = folder.write(encodePcap(refusedConnection(), { linkType: USBPCAP }), "usb");
    for (const form of [[], ["--json"], ["--flows"]]) {
      const { status, stderr } = replay(path, ...form);
      strictEqual(status, 65);
      match(stderr, /link type 249 \(USB as USBPcap writes it\) cannot be read here, expected Eth/);
    }
  });

  it("has words for every reason the inspector gives", () => {
    const { abi } = Inspector.load(join(ROOT, "build/inspector.wasm"));
    const reasons = abi.names.Reason.filter((name) => name !== "ok");
    deepStrictEqual(
      reasons.filter((name) => reasonWords(name) === name),
      [],
    );
    const account = { frames: 100, flows: 2, linkTypes: [] };
    const all = new Map(reasons.map((name) => [name, 1n]));
    const line = describeFrames({ ...account, reasons: all }, 1);
    const [, inspected = "", rest = ""] = /^(\d+) of .*Not inspected: (.*)$/.exec(line) ?? [];
    const others = [...rest.matchAll(/(?:^|, )(\d+) /g)].map(([, count]) => Number(count));
    const sum = others.reduce((total, count) => total + count, Number(inspected));
    strictEqual(sum, account.frames);
  });

  it("counts credentials in clear for --fail-on only where that is asked for", () => {
    const { packets, layers } = asWritten(readScenario("imap/reading-mail-in-clear-informs.scn"));
    const path = folder.write(
      encodePcap(encodeFrames(packets, layers), { linkType: ETHERNET }),
      "clear",
    );
    const alerts = replay(path, "--json").stdout.trimEnd().split("\n");
    for (const alert of alerts) strictEqual(JSON.parse(alert).alert, "cleartext-exposed");
    strictEqual(replay(path, "--fail-on", "proven").status, 0);
    strictEqual(replay(path, "--fail-on", "proven,exposed").status, 10);
    strictEqual(replay(path, "--fail-on", "proven,all").status, 64);
  });

  it("comes with SIGINT as well, and 130", async () => {
    const running = spawn(process.execPath, [BUNDLE, "replay", "-"], { cwd: ROOT });
    let said = "";
    running.stdout.on("data", (text) => {
      said += String(text);
    });
    running.stdin.write(encodePcap(refusedConnection(), { linkType: ETHERNET }));
    setTimeout(() => running.kill("SIGINT"), 3_000); // by then it waits for more
    const status = await new Promise((resolve) => running.on("close", resolve));
    strictEqual(said, "2 of 2 frames inspected, 1 TCP connection: no alert.\n");
    strictEqual(status, 130);
  });
});
