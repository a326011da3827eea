// Would a test notice if a guard went? Takes each guard out of a copy of the inspector, or of the way to
// collectors, in turn, and expects the test that covers it to go red; says which stayed green. Exit status 1
// then.
// Run: node --import tsx test/fuzz/guards.ts [PART OF A TEST'S NAME]

import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile, compilerFolder } from "../assembly.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = compilerFolder("guard");
const MOCHA = join(ROOT, "node_modules/mocha/bin/mocha.js");
const DOORS = "test/fuzz/door.test.ts";
const SCENARIOS = "test/scenario/run.test.ts";
const DELIVERIES = "test/fuzz/delivery.test.ts";
const INSPECTOR = "assembly/inspector/";

interface Guard {
  /** From the root of the project. */
  readonly file: string;
  readonly guard: string;
  /** The same place without it. */
  readonly without: string;
  /** The test that covers it, and the part of its name. */
  readonly test: string;
  readonly name: string;
}

const door = (file: string, guard: string, without: string, name: string): Guard => {
  return { file: `${INSPECTOR}${file}`, guard, without, test: DOORS, name };
};
const scenario = (file: string, guard: string, without: string, name: string): Guard => {
  const test = SCENARIOS;
  return { file: `${INSPECTOR}${file}`, guard, without, test, name: `${name}.scn as written` };
};
const delivery = (file: string, guard: string, without: string): Guard => {
  return { file: `host/sink/${file}`, guard, without, test: DELIVERIES, name: "keep order" };
};

export const GUARDS: readonly Guard[] = [
  door(
    "source/record.ts",
    "return captured <= RECORD_SIZE_MAX;",
    "return true;",
    "longer than any record",
  ),
  door("walk.ts", "if (next > end) break;", "", "not whole"),
  door("walk.ts", "if (captured > room) return false;", "", "captured more than it holds"),
  door(
    "walk.ts",
    "if (offset + start <= BLOCK_SIZE && captured <= BLOCK_SIZE - offset - start) {",
    "if (true) {",
    "reaches out of its block",
  ),
  door(
    "walk.ts",
    "while (left != 0 && offset <= BLOCK_SIZE - RingFrame.size) {",
    "while (left != 0) {",
    "behind its block",
  ),
  door("walk.ts", "min(block.length, BLOCK_SIZE)", "block.length", "whatever length it gives"),
  door(
    "finding/ring.ts",
    "return FindingRing.count() + FINDING_RESERVE > FINDING_CAPACITY;",
    "return false;",
    "findings that nobody takes",
  ),
  scenario(
    "wire/ip4.ts",
    "if (size < HEADER_SIZE_MIN) return Reason.Ip4HeaderLength;",
    "",
    "ip4-header-of-four-words",
  ),
  scenario(
    "wire/ip4.ts",
    "return total != 0 && total < size ? Reason.Ip4TotalLength : Reason.Ok;",
    "return Reason.Ok;",
    "ip4-shorter-than-its-header",
  ),
  scenario(
    "wire/ip6.ts",
    "if (at + HEADER_SIZE > end) return Reason.Ip6Truncated;",
    "",
    "ip6-header-cut-in-half",
  ),
  scenario(
    "wire/tcp.ts",
    "if (at + HEADER_SIZE_MIN > end) return Reason.TcpTruncated;",
    "",
    "tcp-header-cut-in-half",
  ),
  scenario(
    "wire/tcp.ts",
    "if (size < HEADER_SIZE_MIN) return Reason.TcpDataOffset;",
    "",
    "tcp-header-of-four-words",
  ),
  scenario(
    "wire/vlan.ts",
    "return at + VLAN_SIZE > end ? Reason.VlanTruncated : Reason.Ok;",
    "return Reason.Ok;",
    "tag-cut-in-half",
  ),
  scenario(
    "wire/ethernet.ts",
    "return at + ETHERNET_SIZE > end ? Reason.LinkTruncated : Reason.Ok;",
    "return Reason.Ok;",
    "frame-shorter-than-its-link-header",
  ),
  scenario(
    "wire/ip4.ts",
    "if (at + HEADER_SIZE_MIN > end) return Reason.Ip4Truncated;",
    "",
    "ip4-header-not-there",
  ),
  scenario(
    "wire/ip4.ts",
    "if (first >> 4 != 4) return Reason.Ip4Version;",
    "",
    "ip4-of-version-five",
  ),
  scenario(
    "wire/ip6.ts",
    "return Octets.u8(at, 0) >> 4 == 6 ? Reason.Ok : Reason.Ip6Version;",
    "return Reason.Ok;",
    "ip6-of-version-five",
  ),
  scenario(
    "wire/ip6.ts",
    "step < EXTENSION_HEADERS_MAX; step++",
    "step < 64; step++",
    "ip6-chain-without-an-end",
  ),
  scenario(
    "wire/ppp.ts",
    "return at + PPPOE_SIZE + 2 > end ? Reason.PppoeTruncated : Reason.Ok;",
    "return Reason.Ok;",
    "session-header-cut-in-half",
  ),
  scenario(
    "decode.ts",
    "if (ip.isFragment) return Reason.Ip4Fragment;",
    "",
    "ip4-fragment-is-counted",
  ),
  scenario(
    "decode.ts",
    "if (transport + QUOTED_TCP_SIZE > end) return Reason.IcmpTruncated;",
    "",
    "error-cut-amid-its-quote",
  ),
  scenario(
    "decode.ts",
    "if (Tcp.impossible(flags)) return Reason.TcpFlagsImpossible;",
    "",
    "flags-nobody-sends",
  ),
  scenario(
    "decode.ts",
    "if (segment.sourcePort == 0 || segment.targetPort == 0) return Reason.TcpPortZero;",
    "",
    "port-zero",
  ),
  scenario(
    "mail/framing/literal.ts",
    " && side.literal < LITERAL_MAX / 10",
    "",
    "literal-larger-than-any-is-no-literal",
  ),
  scenario(
    "decode.ts",
    "depth < LAYER_DEPTH_MAX; depth++",
    "depth < 64; depth++",
    "tags-nested-too-deep",
  ),
  delivery(
    "delivery.ts",
    "[...this.#departed.map((departed) => departed.line), ...this.#queue]",
    "[...this.#queue, ...this.#departed.map((departed) => departed.line)]",
  ),
  delivery("delivery.ts", "this.#dropped += 1;", ""),
  delivery("delivery.ts", "if (!settled && first.end > channel.read) break;", ""),
  delivery("delivery.ts", "if (!this.#hasRoom()) {", "if (false) {"),
  delivery(
    "channel.ts",
    "if (descriptor >= 0 && !stream.destroyed && stream.errored === null) {",
    "if (true) {",
  ),
  delivery("channel.ts", "secure === null ? finish : end", "end"),
  delivery("channel.ts", "Buffer.byteLength(line)", "line.length"),
  delivery("channel.ts", "rejectUnauthorized: true", "rejectUnauthorized: false"),
];

/** A copy of what the tests need; the modules lie where they look for them. */
function copy(): void {
  for (const name of ["assembly", "host", "test"]) {
    rmSync(join(FOLDER, name), { recursive: true, force: true });
    cpSync(join(ROOT, name), join(FOLDER, name), { recursive: true });
  }
  cpSync(join(ROOT, "package.json"), join(FOLDER, "package.json"));
  cpSync(join(ROOT, ".mocharc.json"), join(FOLDER, ".mocharc.json"));
  cpSync(join(ROOT, "build/judge.wasm"), join(FOLDER, "build/judge.wasm"));
  const { desk } = JSON.parse(readFileSync(join(ROOT, "asconfig.json"), "utf8")).targets;
  const quick = { ...desk, optimizeLevel: 1, converge: false };
  writeFileSync(join(FOLDER, "asconfig.json"), JSON.stringify({ targets: { desk: quick } }));
}

async function build(): Promise<void> {
  const { status, said } = await compile(FOLDER, [
    "assembly/inspector/index.ts",
    "--target",
    "desk",
  ]);
  if (status !== 0) throw new Error(said);
}

/** Whether the tests of that name are green; no test of that name is an error. */
function green({ test, name }: Guard): boolean {
  const args = [MOCHA, "--fgrep", name, test];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: FOLDER, encoding: "utf8" });
  if (/\b0 passed, 0 failed/.test(stdout)) throw new Error(`${test} has no test named ${name}`);
  return status === 0;
}

const wanted = GUARDS.filter(({ name }) => name.includes(process.argv[2] ?? ""));
copy();
await build();
let unnoticed = 0;
// Several guards may be covered by one test.
for (const guard of new Map(wanted.map((each) => [each.test + each.name, each])).values()) {
  if (!green(guard)) throw new Error(`"${guard.name}" is red with every guard in its place`);
}
for (const guard of wanted) {
  const path = join(FOLDER, guard.file);
  const text = readFileSync(path, "utf8");
  if (text.split(guard.guard).length !== 2) {
    throw new Error(`${guard.file} no longer has exactly one "${guard.guard}"`);
  }
  writeFileSync(path, text.replace(guard.guard, guard.without));
  if (guard.file.startsWith(INSPECTOR)) await build();
  const stays = green(guard);
  if (stays) unnoticed += 1;
  process.stdout.write(`${stays ? "GREEN" : "red"}  ${guard.file}: ${guard.guard}\n`);
  writeFileSync(path, text);
}
process.stdout.write(`${wanted.length} guards, ${unnoticed} went unnoticed\n`);
process.exitCode = unnoticed === 0 ? 0 : 1;
