// `make soak SECONDS=…`: the scalar inspector, translated to C and compiled with coverage, under
// libFuzzer; then the share of translated lines the corpus reaches, wasm2c's own unused runtime not
// counted, and the functions where lines were missed. Its tables are small, so that inputs of a few
// frames fill them and evictions are reached; all else is the product's source.
// Keeps corpus, crashes and missed.txt in build/soak. Exit status 1 when anything broke, 69 when a program it
// needs is not installed.

import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { compilerFolder } from "../../assembly.ts";
import { writeSeeds } from "./seed.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const FOLDER = join(ROOT, "build/soak");
const HARNESS = join(ROOT, "test/fuzz/translated/harness.c");
/** Where Debian's wabt keeps the runtime of translated modules. */
const RUNTIME = "/usr/share/wabt/wasm2c";
const TABLES = ["FLOW_CAPACITY=16", "DIALOG_CAPACITY=8"];
const LIMITS: Readonly<Record<string, number>> = {
  RESET_CAPACITY: 8,
  HEAD_CAPACITY: 4,
  NAME_CAPACITY: 16,
  POLICY_CAPACITY: 16,
};
const SECONDS_USUAL = 60;
const TOOLS: Readonly<Record<string, string>> = {
  wasm2c: "wabt",
  "clang-14": "clang-14 libclang-rt-14-dev",
  "llvm-profdata-14": "llvm-14",
  "llvm-cov-14": "llvm-14",
};

const seconds = Number(process.argv[2] ?? SECONDS_USUAL);

function call(program: string, args: readonly string[], more = {}): SpawnSyncReturns<string> {
  const options = { cwd: FOLDER, encoding: "utf8", maxBuffer: 1 << 28, ...more } as const;
  return spawnSync(program, args, options);
}

function need(program: string, args: readonly string[], more = {}): void {
  const { status, stderr } = call(program, args, more);
  if (status === 0) return;
  process.stderr.write(`${program} failed:\n${stderr.split("\n").slice(-20).join("\n")}\n`);
  process.exit(1);
}

mkdirSync(FOLDER, { recursive: true });
const missing = Object.entries(TOOLS).filter(([tool]) => call("which", [tool]).status !== 0);

function compile(output: string, instrumentation: readonly string[]): void {
  const sources = ["inspector.c", `${RUNTIME}/wasm-rt-impl.c`, HARNESS];
  const checks = ["-DWASM_RT_MEMCHECK_SIGNAL_HANDLER=0", "-DWASM_RT_TRAP_HANDLER=on_trap"];
  const quiet = ["-w", "-g", "-O2", "-I.", `-I${RUNTIME}`];
  need("clang-14", [...quiet, ...checks, ...instrumentation, ...sources, "-lm", "-o", output]);
}

/** The scalar target with small tables, compiled with its names and translated. */
function translate(): void {
  const { targets } = JSON.parse(readFileSync(join(ROOT, "asconfig.json"), "utf8"));
  const use = targets.scalar.use.filter((word: string) => !/^(FLOW|DIALOG)_/.test(word));
  const target = { ...targets.scalar, use: [...use, ...TABLES], debug: true };
  const folder = compilerFolder("soak");
  const scalar = { ...target, binaryFile: relative(folder, join(FOLDER, "inspector.wasm")) };
  rmSync(join(folder, "assembly"), { recursive: true, force: true });
  cpSync(join(ROOT, "assembly"), join(folder, "assembly"), { recursive: true });
  const limits = join(folder, "assembly/inspector/limits.ts");
  const text = Object.entries(LIMITS).reduce(
    (done, [name, value]) => {
      const changed = done.replace(new RegExp(`(const ${name}: u32 = )\\d+;`), `$1${value};`);
      if (changed === done) throw new Error(`limits.ts has no ${name}`);
      return changed;
    },
    readFileSync(limits, "utf8"),
  );
  writeFileSync(limits, text);
  writeFileSync(join(folder, "asconfig.json"), JSON.stringify({ targets: { scalar } }));
  const compiler = join(ROOT, "node_modules/assemblyscript/bin/asc");
  const args = ["assembly/inspector/index.ts", "--config", "asconfig.json", "--target", "scalar"];
  need(process.execPath, [compiler, ...args], { cwd: folder });
  need("wasm2c", ["-n", "inspector", "inspector.wasm", "-o", "inspector.c"]);
  countSteps(join(FOLDER, "inspector.c"));
}

/** The function that every payload of a mail dialog comes to. */
const DIALOG_DOOR = /(\bw2c_assembly_inspector_dialog_order_Order_payload\([^;{]*\{\n)/;

/**
 * Puts a count in front of every jump, so that a frame's bound is one of steps and not of time, and
 * one behind the door of the dialogs.
 */
function countSteps(path: string): void {
  const text = readFileSync(path, "utf8");
  if (!DIALOG_DOOR.test(text))
    throw new Error("the translated inspector has no door of the dialogs");
  const counted = text
    .replace(/goto (\w+);/g, "{ steps++; goto $1; }")
    .replace(DIALOG_DOOR, "$1  dialogFrames++;\n");
  writeFileSync(path, `extern unsigned long long steps, dialogFrames;\n${counted}`);
}

/** Runs the corpus once more, counting lines. */
function coverage(): void {
  compile("counted", ["-fsanitize=fuzzer", "-fprofile-instr-generate", "-fcoverage-mapping"]);
  const env = { ...process.env, LLVM_PROFILE_FILE: join(FOLDER, "counted.profraw") };
  call("./counted", ["-runs=0", "corpus"], { env });
  need("llvm-profdata-14", ["merge", "-sparse", "counted.profraw", "-o", "counted.profdata"]);
  const form = ["report", "./counted", "-instr-profile=counted.profdata", "-show-functions"];
  const { stdout } = call("llvm-cov-14", [...form, join(FOLDER, "inspector.c")]);
  const rows = stdout.split("\n").flatMap((line) => {
    const [name = "", , , , lines, missed] = line.split(/\s+/);
    const ours = name.includes(":w2c_");
    return ours
      ? [{ name: name.replace(/.*:w2c_/, ""), lines: Number(lines), missed: Number(missed) }]
      : [];
  });
  const total = (of: "lines" | "missed"): number => rows.reduce((sum, row) => sum + row[of], 0);
  const [lines, missed] = [total("lines"), total("missed")];
  const share = ((100 * (lines - missed)) / lines).toFixed(2);
  process.stdout.write(`translated lines: ${lines}, missed ${missed}, ${share} % reached\n`);
  const worst = rows.filter((row) => row.missed > 0).sort((a, b) => b.missed - a.missed);
  const list = worst.map((row) => `${row.missed} of ${row.lines} ${row.name}\n`).join("");
  writeFileSync(join(FOLDER, "missed.txt"), list);
}

function soak(): void {
  translate();
  compile("soak", ["-fsanitize=fuzzer"]);
  const seeds = writeSeeds(join(FOLDER, "corpus"), join(FOLDER, "dictionary"));
  process.stdout.write(`${seeds} seeds, ${seconds} s\n`);
  const limits = [
    `-max_total_time=${seconds}`,
    "-max_len=8192",
    "-timeout=600",
    "-report_slow_units=600",
    "-rss_limit_mb=2048",
  ];
  const said = ["-print_final_stats=1", "-verbosity=1", "-artifact_prefix=crash/"];
  mkdirSync(join(FOLDER, "crash"), { recursive: true });
  const { status, stderr } = call("./soak", [...limits, ...said, "-dict=dictionary", "corpus"]);
  for (const line of stderr.split("\n")) {
    if (/^(reached|broken|trap|stat::(number|average|peak))/.test(line)) {
      process.stdout.write(`${line}\n`);
    }
  }
  const crashes = readdirSync(join(FOLDER, "crash"));
  process.stdout.write(`${crashes.length} broken ${crashes.join(" ")}\n`);
  process.exitCode = status === 0 && crashes.length === 0 ? 0 : 1;
  coverage();
}

if (missing.length > 0) {
  const packages = [...new Set(missing.map(([, name]) => name))].join(" ");
  process.stderr.write(`the soak needs ${missing[0]?.[0]}: apt-get install ${packages}\n`);
  process.exitCode = 69;
} else soak();
