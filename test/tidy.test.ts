// Reads the repository and holds it to its own rules: who imports whom, who touches memory, names,
// lengths, witnesses, and that the project speaks of itself alone. Every message says what to do.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import {
  COLUMNS_MAX,
  EMPTY_NAMES,
  ENTRIES,
  isPlace,
  LINES_MAX,
  LONG_FILES,
  MEMORY_PERMISSIONS,
} from "./tidy/allowed.ts";
import { FOREIGN } from "./tidy/foreign.ts";
import { STRANGERS } from "./tidy/import-table.ts";
import { none } from "./tidy/offender.ts";
import { codeLines, importsOf, ROOT, type Source, sources } from "./tidy/source.ts";

const code = sources(".ts");
const product = code.filter(({ path }) => /^(assembly|host|board)\//.test(path));

const paths = (some: readonly Source[]): string[] => some.map(({ path }) => path);

describe("tidy: imports", () => {
  it("never join strangers", () => {
    const problems = STRANGERS.flatMap((group) =>
      product
        .filter(({ path }) => group.includes(path))
        .flatMap((source) =>
          importsOf(source)
            .filter((target) => group.includes(target))
            .map((target) => `${source.path} imports ${target}`),
        ),
    );
    none(problems, "put what both need into a file of its own that knows neither");
  });

  it("reach every file from an entry", () => {
    const byPath = new Map(product.map((source) => [source.path, source]));
    const reached = new Set<string>(ENTRIES);
    for (const path of reached) {
      const source = byPath.get(path);
      if (source !== undefined) for (const target of importsOf(source)) reached.add(target);
    }
    const lost = product.map(({ path }) => path).filter((path) => !/\.d\.ts$/.test(path));
    none(
      lost.filter((path) => !reached.has(path)),
      "import the file from where it is used, or delete it",
    );
  });
});

describe("tidy: the inspector", () => {
  for (const permission of MEMORY_PERMISSIONS) {
    it(`uses ${permission.what} only where it is listed`, () => {
      const problems = inspector().flatMap((source) => {
        if (isPlace(source.path, permission.places)) return [];
        return hits(source, permission.pattern);
      });
      none(problems, `${permission.instead}; places are listed in test/tidy/allowed.ts`);
    });
  }

  it("waives no check", () => {
    const problems = inspector().flatMap((source) => hits(source, /\bunchecked\(|@unsafe/));
    none(problems, "prove the bound with a door instead");
  });

  it("throws nothing and makes nothing", () => {
    const problems = inspector().flatMap((source) => hits(source, /\bthrow\b|\bnew [A-Z]/));
    none(problems, "return a Reason, and place records in a table of memory.ts");
  });

  function inspector(): Source[] {
    return product.filter(({ path }) => {
      return path.startsWith("assembly/inspector/") && !path.includes("/rt/");
    });
  }
});

function hits(source: Source, pattern: RegExp): string[] {
  return codeLines(source).flatMap((line, index) =>
    pattern.test(line) ? [`${source.path}:${index + 1}: ${line.trim()}`] : [],
  );
}

describe("tidy: the host", () => {
  const host = product.filter(({ path }) => path.startsWith("host/"));

  it("talks to the C library in one file", () => {
    const problems = host
      .filter(({ path }) => path !== "host/tap/libc.ts")
      .filter(({ text }) => /from "koffi"|require\("koffi"\)/.test(text))
      .map(({ path }) => path);
    none(problems, "call through host/tap/libc.ts, so that a change of the bridge is one file");
  });

  it("has no default exports, no enums, no any", () => {
    const pattern = /^export default\b|^(export )?enum\b|\bas any\b|: any\b/;
    const typed = host.filter(({ path }) => !path.endsWith(".d.ts"));
    none(
      typed.flatMap((source) => hits(source, pattern)),
      "name what is exported; use a union of strings, or unknown and a check",
    );
  });
});

describe("tidy: files", () => {
  it("have names that say something", () => {
    const named = sources("").filter(({ path }) => {
      return path.split("/").some((part) => EMPTY_NAMES.test(part.replace(/\..*$/, "")));
    });
    none(paths(named), "name the file or folder for its one idea, with the field's own word");
  });

  it("are named in kebab-case", () => {
    const odd = paths(code).filter((path) => !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(basename(path)));
    none(odd, "write file names in lower case with hyphens");
  });

  it("begin by saying what they are", () => {
    const silent = code.filter(({ lines }) => !/^(#!|\/\/ |\/\*\*?)/.test(lines[0] ?? ""));
    none(paths(silent), "open with two to five comment lines: what the file turns into what");
  });

  it("are short", () => {
    const long = code.filter(
      ({ path, lines }) => lines.length > (LONG_FILES[path] ?? LINES_MAX) + 1,
    );
    none(
      long.map(({ path, lines }) => `${path} has ${lines.length - 1} lines`),
      `split the file by idea (at most ${LINES_MAX} lines), or give a reason in test/tidy/allowed.ts`,
    );
  });

  it("are narrow", () => {
    // The formatter keeps host and tests narrow; assembly sources have none.
    const assembly = product.filter(({ path }) => path.startsWith("assembly/"));
    const wide = assembly.flatMap((source) =>
      codeLines(source).flatMap((line, index) => {
        const counts = line.length > COLUMNS_MAX && !line.includes("memory.data<u8>([");
        return counts ? [`${source.path}:${index + 1}`] : [];
      }),
    );
    none(wide, `break the line before column ${COLUMNS_MAX}; comments and texts are not counted`);
  });

  it("leave no work marked for later", () => {
    const marks = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X" + "XX:"].join("|")})\\b`);
    const marked = code.flatMap((source) =>
      source.lines.flatMap((line, index) =>
        marks.test(line) ? [`${source.path}:${index + 1}`] : [],
      ),
    );
    none(marked, "do it, or write it down where plans are kept");
  });

  it("speak of the project alone", () => {
    const foreign = sources(".ts", ".md", ".json", ".scn", ".sh", ".c", "Makefile", ".mk")
      .filter(({ path }) => path !== "package-lock.json")
      .flatMap((source) =>
        source.lines.flatMap((line, index) => {
          if (source.path === "test/corpus/place.ts" || !FOREIGN.test(line)) return [];
          return [`${source.path}:${index + 1}: ${line.trim()}`];
        }),
      );
    none(foreign, "say it without naming the place, the tools or the people it was made with");
  });

  it("hold no registry host in the lock file", () => {
    const lock = readFileSync(join(ROOT, "package-lock.json"), "utf8");
    assert.ok(
      !lock.includes('"resolved"'),
      "install with omit-lockfile-registry-resolved (see .npmrc)",
    );
  });
});

describe("tidy: ARCHITECTURE.md", () => {
  const path = join(ROOT, "docs/ARCHITECTURE.md");

  it("names every file of the product", () => {
    assert.ok(existsSync(path), "write docs/ARCHITECTURE.md: one frame's walk, naming every file");
    const text = readFileSync(path, "utf8");
    const missing = product
      .map((source) => source.path)
      .filter((file) => !file.startsWith("board/") && !file.endsWith(".d.ts"))
      .filter((file) => !text.includes(basename(file)));
    none(missing, "say in docs/ARCHITECTURE.md where on the walk the file stands");
  });
});
