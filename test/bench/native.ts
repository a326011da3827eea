// The same programs on this machine itself, where they can be: nanoseconds of processor time for
// each of the second N frames, and, through valgrind, the instructions of the program alone.

import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { publishedNode } from "../../board/package/runtime.ts";
import { type Machine, STORE } from "../board/router.ts";
import { configuration, NODE_FLAGS, perFrame, references, walkProgram } from "./counting.ts";
import type { Cut, Part } from "./cut.ts";
import { cpu, measure, median } from "./measure.ts";
import { FOLDER } from "./traffic.ts";

const BUILD = fileURLToPath(new URL("../../build/", import.meta.url));
const NANOSECONDS = 1e9;
const NANOSECONDS_PER_MICROSECOND = 1e3;

/** Nanoseconds for each of the second N frames, medians of several rounds. */
export interface Timed {
  readonly inspectorBoard: number;
  readonly inspectorDesk: number;
  readonly replay: number;
  readonly count: number;
  readonly walk: number;
}

/** Instructions outside the kernel for each of the second N frames, counted by valgrind. */
export interface Checked {
  readonly inspectorBoard: number;
  readonly count: number;
}

export class Native {
  readonly #node: string;
  readonly #references: Map<string, string>;
  readonly #walk = walkProgram();
  readonly #core: number;

  constructor(machine: Machine, core: number) {
    this.#node = publishedNode(STORE, machine.architecture);
    this.#references = references(machine);
    this.#core = core;
  }

  /** Rounds in turns, so that what disturbs the machine meets all of them. */
  time(cut: Cut, rounds: number): Timed {
    const config = join(FOLDER, "native.config");
    writeFileSync(config, configuration(FOLDER));
    const replay = [this.#node, join(BUILD, "striplight.cjs"), "replay", "--json", "-c", config];
    for (const { path } of [cut.first, cut.both]) readFileSync(path); // so that no disk is waited for
    const round = (): Timed => ({
      inspectorBoard: this.#inspector("inspector-board.wasm", cut),
      inspectorDesk: this.#inspector("inspector.wasm", cut),
      replay: this.#difference(replay, cut),
      count: this.#difference([this.#program("count")], cut),
      walk: this.#difference([this.#program("walk")], cut),
    });
    const all = Array.from({ length: rounds }, round);
    const middle = (name: keyof Timed) => median(all.map((each) => each[name]));
    return {
      inspectorBoard: middle("inspectorBoard"),
      inspectorDesk: middle("inspectorDesk"),
      replay: middle("replay"),
      count: middle("count"),
      walk: middle("walk"),
    };
  }

  /** What valgrind counts, which is every instruction of the process and none of the kernel. */
  check(cut: Cut): Checked {
    const inspector = ({ path, size }: Part) =>
      executed([...this.#walkCommand("inspector-board.wasm"), path, String(size)]);
    const count = ({ path }: Part) => executed([this.#program("count"), path]);
    return {
      inspectorBoard: (inspector(cut.both) - inspector(cut.first)) / cut.frames,
      count: (count(cut.both) - count(cut.first)) / cut.frames,
    };
  }

  #program(name: string): string {
    return this.#references.get(name) ?? name;
  }

  #walkCommand(module: string): string[] {
    return [this.#node, ...NODE_FLAGS, this.#walk, join(BUILD, module)];
  }

  #inspector(module: string, { first, both }: Cut): number {
    const pinned = ["taskset", "-c", String(this.#core), ...this.#walkCommand(module)];
    const [command = "", ...words] = [...pinned, both.path, String(first.size), String(both.size)];
    const said = execFileSync(command, words, { encoding: "utf8" });
    return NANOSECONDS_PER_MICROSECOND * perFrame(JSON.parse(said));
  }

  #difference(command: readonly string[], { first, both, frames }: Cut): number {
    const output = join(FOLDER, "native.out");
    const cost = ({ path }: Part): number => {
      const spent = measure(this.#program("measure"), this.#core, output, [...command, path]);
      if (spent.status !== 0) throw new Error(`${command[0]} ended with ${spent.status}`);
      return NANOSECONDS * cpu(spent);
    };
    const before = cost(first);
    return (cost(both) - before) / frames;
  }
}

/** Instructions of one run of a program. */
function executed(command: readonly string[]): number {
  const options = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
  // V8 writes code while it runs; valgrind must look whether what it translated is still there.
  const words = [...options, "--smc-check=all-non-file", ...command];
  const { stderr } = spawnSync("valgrind", words, { encoding: "utf8" });
  const [, collected] = /Collected : (\d+)/.exec(stderr) ?? [];
  if (collected === undefined) throw new Error(`valgrind counted nothing: ${stderr.slice(-500)}`);
  return Number(collected);
}
