// A live watch whose inspector traps on a planted frame: a new one takes over with the ring in its
// memory, the loss is counted, what was learnt stays, no secret reaches the crash capture; the third
// trap ends the watch. Compiles the inspector with the planted trap; the product has none.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BaselineBook } from "../../host/baseline/book.ts";
import { newEntry } from "../../host/baseline/entry.ts";
import { BaselineStore } from "../../host/baseline/store.ts";
import { compile, compilerFolder } from "../assembly.ts";
import { encodeFrames } from "../scenario/language/encode.ts";
import { readScenario } from "../scenario/language/library.ts";
import type { Packet, TcpPacket } from "../scenario/language/packet.ts";
import { asWritten } from "../scenario/language/transform.ts";
import { Namespace } from "./namespace.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = compilerFolder("trap");
const PATIENCE = 300_000;
const TAKEOVER_MS = 100;
/** The window of the frame that traps. */
const DEADLY = 0xdead;
const PLACE = "segment.window = tcp.window;";
const PLANTED = `${PLACE}\n    if (tcp.window == ${DEADLY}) unreachable();`;
const VANISHED = "baseline/upgrade-that-vanished-is-likely.scn";
const SECRETS = [
  "not-a-secret",
  "AGFubgBub3QtYS1zZWNyZXQ=",
  "ann@laptop.example",
  "laptop.example",
];
const DAY = 86_400;
/** Ethernet, IPv4 and TCP without options. */
const HEADERS = 54;

describe("a trapped inspector", function () {
  this.timeout(PATIENCE);
  const namespace = new Namespace("trap");
  let folder = "";
  let watch: Watch;
  let sender: ChildProcess;

  before(async function () {
    if (!namespace.start()) return this.skip();
    await plant();
    folder = mkdtempSync(join(tmpdir(), "striplight-trap-"));
    chmodSync(folder, 0o755); // the watch enters it after giving up its privileges
    keepBaseline(join(folder, "state"));
    sender = namespace.node("frame-sender.ts", "near");
    await said(sender, /ready/);
    watch = new Watch(namespace.name, folder);
    await watch.until(/watching/);
  });

  after(() => {
    sender?.kill();
    watch?.child.kill();
    namespace.stop();
    if (folder !== "") rmSync(folder, { recursive: true, force: true });
  });

  const burst = (packets: readonly Packet[]): void => {
    const frames = encodeFrames(packets, [{ kind: "ethernet" }]);
    const hex = frames.map(({ octets }) => Buffer.from(octets).toString("hex"));
    sender.stdin?.write(`${hex.join(" ")}\n`);
  };

  it("is replaced in time, told once, its loss counted", async () => {
    const secret = secretPackets();
    burst([...secret, deadly(), ...secret.slice(0, 3)]);
    const said = await watch.until(/A new one took over after (\d+) ms/);
    const took = Number(/took over after (\d+) ms/.exec(said)?.[1]);
    assert.ok(took <= TAKEOVER_MS, `it took ${took} ms`);
    process.stdout.write(`      a new one took over after ${took} ms\n`);
    assert.equal(said.split("\n").filter((line) => line.includes("trapped")).length, 1);
    const status = JSON.parse(await watch.command("status", "--json"));
    assert.equal(status.traps, 1);
    assert.equal(status.framesLost, 4, "the deadly frame and three behind it");
    assert.match(status.interfaces[0].ring, /in the inspector's memory/);
  });

  it("leaves a capture of headers alone, for its owner alone", () => {
    const path = join(folder, "run/crash-1.pcap");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.ok(statSync(path).size <= 131_072);
    const octets = readFileSync(path);
    for (const secret of SECRETS) assert.ok(!octets.includes(secret), secret);
    for (const frame of encodeFrames(secretPackets(), [{ kind: "ethernet" }])) {
      const headers = Buffer.from(frame.octets.subarray(0, HEADERS));
      assert.ok(octets.includes(headers), "the headers are whole");
    }
  });

  it("keeps what was learnt: an offer that vanishes is still missed", async () => {
    burst(asWritten(readScenario(VANISHED)).packets);
    const said = await watch.until(/"evidence":\[[^\]]*"cap-vanished"/);
    assert.match(said, /"verdict":"likely"/);
  });

  it("ends the watch with 70 and one sentence at the third", async () => {
    burst([deadly()]);
    await watch.until(/(took over[\s\S]*){2}/);
    burst([deadly()]);
    assert.equal(await watch.ended, 70);
    assert.match(watch.text, /the inspector failed: .*trapped/);
    assert.doesNotMatch(watch.text, /^\s+at /m);
  });
});

/** Compiles the inspector with the planted trap beside copies of the other built parts. */
async function plant(): Promise<void> {
  rmSync(join(FOLDER, "assembly"), { recursive: true, force: true });
  cpSync(join(ROOT, "assembly"), join(FOLDER, "assembly"), { recursive: true });
  const file = join(FOLDER, "assembly/inspector/decode.ts");
  const text = readFileSync(file, "utf8");
  assert.equal(text.split(PLACE).length, 2, `decode.ts no longer has exactly one "${PLACE}"`);
  writeFileSync(file, text.replace(PLACE, PLANTED));
  cpSync(join(ROOT, "asconfig.json"), join(FOLDER, "asconfig.json"));
  const { status, said } = await compile(FOLDER, [
    "assembly/inspector/index.ts",
    "--target",
    "desk",
  ]);
  assert.equal(status, 0, said);
  for (const name of ["judge.wasm", "striplight.cjs"]) {
    cpSync(join(ROOT, "build", name), join(FOLDER, "build", name));
  }
}

/** One running watch with the planted trap. */
class Watch {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly #argv: readonly string[];
  readonly #config: string;
  text = "";

  constructor(namespace: string, folder: string) {
    this.#config = join(folder, "striplight");
    const places = ["run", "state"].map((name) => `\toption ${name}_dir '${join(folder, name)}'`);
    writeFileSync(this.#config, ["config striplight 'main'", ...places, ""].join("\n"));
    const program = join(FOLDER, "build/striplight.cjs");
    this.#argv = ["netns", "exec", namespace, process.execPath, program];
    const words = ["watch", "-i", "far", "--json", "-c", this.#config];
    this.child = spawn("ip", [...this.#argv, ...words]);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (octets: Buffer) => {
        this.text += octets.toString("utf8");
      });
    }
    this.ended = new Promise((resolve) => this.child.on("close", resolve));
  }

  /** Resolves with everything said once it matches. */
  async until(pattern: RegExp): Promise<string> {
    for (const end = Date.now() + 20_000; Date.now() < end; ) {
      if (pattern.test(this.text)) return this.text;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`never said ${pattern}: ${this.text}`);
  }

  /** Runs another command; what it printed. */
  async command(...words: string[]): Promise<string> {
    const child = spawn("ip", [...this.#argv, ...words, "-c", this.#config]);
    let text = "";
    child.stdout.on("data", (octets: Buffer) => {
      text += octets.toString("utf8");
    });
    await new Promise((resolve) => child.on("close", resolve));
    return text;
  }
}

function said(child: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on("data", (octets: Buffer) => {
      if (pattern.test(octets.toString("utf8"))) resolve();
    });
  });
}

/** The server of the scenario, seen to offer STARTTLS nine times on three days. */
function keepBaseline(folder: string): void {
  const now = Math.floor(Date.now() / 1000);
  const words = ["PIPELINING", "SIZE", "STARTTLS", "8BITMIME"];
  const book = new BaselineBook();
  const server = "198.51.100.25";
  const entry = {
    ...newEntry("smtp", server, 587, server, now - 10 * DAY),
    offers: 9,
    lastOffer: now - 2 * DAY,
    offerDays: [9, 5, 2].map((days) => Math.floor(now / DAY) - days),
    lists: [{ words, count: 9 }],
  };
  book.restore({ entries: [entry], pairs: [], policies: [] });
  mkdirSync(folder, { recursive: true });
  const kept = { snapshot: () => book.snapshot(), restore: () => {}, isChanged: true };
  new BaselineStore(folder, { baseline: kept }, () => {}).flush();
}

function tcpPackets(): TcpPacket[] {
  return asWritten(readScenario(VANISHED)).packets.filter((packet) => packet.kind === "tcp");
}

/** A submission in clear with everything that must not be kept. */
function secretPackets(): TcpPacket[] {
  const [syn, synAck, ack, greeting] = tcpPackets().map((packet) => ({
    ...packet,
    from: { ...packet.from, port: packet.from.port === 587 ? 25 : 49_300 },
    to: { ...packet.to, port: packet.to.port === 587 ? 25 : 49_300 },
  }));
  assert.ok(syn && synAck && ack && greeting);
  let seq = ack.seq;
  const lines = [
    "EHLO laptop.example\r\n",
    "AUTH PLAIN AGFubgBub3QtYS1zZWNyZXQ=\r\n",
    "MAIL FROM:<ann@laptop.example>\r\n",
    "DATA\r\n",
    "Subject: not-a-secret\r\n\r\nnot-a-secret\r\n.\r\n",
  ].map((text) => {
    const payload = Uint8Array.from(Buffer.from(text));
    const packet = { ...ack, flags: 0x18, seq, payload };
    seq = (seq + payload.length) >>> 0;
    return packet;
  });
  return [syn, synAck, ack, greeting, ...lines];
}

/** The frame that traps, on a connection of its own. */
function deadly(): TcpPacket {
  const [syn] = tcpPackets();
  assert.ok(syn);
  return { ...syn, from: { ...syn.from, port: 49_400 }, window: DEADLY };
}
