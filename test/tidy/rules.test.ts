// Rules about the repository's text, each asked twice: of the repository, and of a planted offence that
// it must find, so that a rule that has gone blind is seen.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ELSEWHERE, ENTRIES, SHARED_NAMES, UNREAD } from "./allowed.ts";
import { IMPORT_TABLE, type ImportLayer } from "./import-table.ts";
import { circles, upwardImports, upwardRows } from "./imports.ts";
import { none } from "./offender.ts";
import { lostInComments, lostInDocuments, lostSections } from "./pointer.ts";
import { sharedNames } from "./same-name.ts";
import { ROOT, type Source, sources } from "./source.ts";
import { unread } from "./unread.ts";

const code = sources(".ts");
const product = code.filter(({ path }) => /^(assembly|host|board)\//.test(path));
const paths = sources("").map(({ path }) => path);

function planted(path: string, ...lines: readonly string[]): Source {
  return { path, text: lines.join("\n"), lines };
}

describe("tidy: imports", () => {
  it("point down the table, of board and test too", () => {
    const problems = [...upwardRows(IMPORT_TABLE), ...upwardImports(code, IMPORT_TABLE)];
    none(problems, "move the shared part down, or give the layer its place in import-table.ts");
  });

  it("never lead back", () => {
    none(circles(code), "take what both need into a file that knows neither");
  });

  it("are refused when they point up, out of the table or in a circle", () => {
    const up = planted("host/ground/low.ts", 'import { High } from "../alert/high.ts";');
    const lost = planted("elsewhere/odd.ts");
    const test = planted("assembly/judge/row.ts", 'import { x } from "../../test/x";');
    const board = planted("board/a.ts", 'import { host } from "../host/main.ts";');
    for (const source of [up, lost, test, board]) {
      assert.equal(upwardImports([source], IMPORT_TABLE).length, 1, source.path);
    }
    const rows: ImportLayer[] = [
      { name: "low", files: /^low/, may: [], part: "host" },
      { name: "high", files: /^high/, may: ["low"], part: "host" },
    ];
    assert.deepEqual(upwardRows(rows), ["high names low"]);
    const one = planted("host/a.ts", 'import type { B } from "./b.ts";');
    const two = planted("host/b.ts", 'import { c } from "./c.ts";');
    const three = planted("host/c.ts", 'export { a } from "./a.ts";');
    assert.deepEqual(circles([one, two, three]), ["host/a.ts", "host/b.ts", "host/c.ts"]);
    assert.deepEqual(circles([one, two]), []);
  });
});

describe("tidy: declarations", () => {
  it("are read by somebody", () => {
    none(
      unread(product, code, ENTRIES, UNREAD),
      "delete it, take `export` away, or give the reason in test/tidy/allowed.ts",
    );
  });

  it("are refused when nobody reads them", () => {
    const source = planted(
      "host/dead.ts",
      "export const DEAD = 1;",
      "const UNUSED = 2;",
      "const FLAG_SET = 4;",
      "row.set(FLAG_SET);",
      "enum Kind {",
      "  Used,",
      "  Unused,",
      "}",
      "use(Kind.Used);",
      "export class Row {",
      "  forgotten: u32;",
      "}",
    );
    const reader = planted("host/main.ts", 'import { Row } from "./dead.ts";', "use(Row);");
    assert.deepEqual(unread([source], [source, reader], ["host/main.ts"], {}), [
      "host/dead.ts DEAD",
      "host/dead.ts UNUSED",
      "host/dead.ts FLAG_SET",
      "host/dead.ts Kind.Unused",
      "host/dead.ts forgotten",
    ]);
    const allowed = { "host/dead.ts DEAD": "for a test" };
    assert.equal(unread([source], [source, reader], ["host/main.ts"], allowed).length, 4);
  });
});

describe("tidy: names", () => {
  const modules = ["assembly/inspector/", "assembly/judge/", "host/"];

  it("mean one thing in a module", () => {
    none(
      modules.flatMap((module) =>
        sharedNames(
          code.filter(({ path }) => path.startsWith(module)),
          SHARED_NAMES,
        ),
      ),
      "name one of them for what it is",
    );
  });

  it("are refused when they mean two things", () => {
    const one = planted("host/a.ts", "export class History {}");
    const two = planted("host/b.ts", "export interface History {", "}");
    assert.deepEqual(sharedNames([one, two], {}), ["History: host/a.ts, host/b.ts"]);
    const again = planted("host/c.ts", 'export { History } from "./a.ts";');
    assert.deepEqual(sharedNames([one, again], {}), []);
  });
});

describe("tidy: comments and documents", () => {
  const rules = readFileSync(join(ROOT, "docs/DETECTION.md"), "utf8");
  const documents = sources(".md");

  it("point to files that exist", () => {
    const problems = [
      ...lostInComments(code, paths, ELSEWHERE),
      ...lostInDocuments(documents, paths, ELSEWHERE),
    ];
    none(problems, "name the file as it is called now, or say what is meant");
  });

  it("point to rules that have a page", () => {
    none(
      lostSections(
        code.filter(({ path }) => !path.startsWith("test/tidy/")),
        rules,
      ),
      "describe the rule in docs/DETECTION.md, or say in the comment what it is",
    );
  });

  it("are refused when they point to nothing", () => {
    const source = planted(
      "host/a.ts",
      "// See gone.ts, b.ts and host/b.ts; the filters of b.4.",
      'const text = "not/a/comment.ts"; // rule G9',
      "/** Told once. detection: G1. */",
    );
    const held = ["host/a.ts", "host/b.ts"];
    assert.deepEqual(lostInComments([source], held, new Set()), ["host/a.ts:1: gone.ts"]);
    assert.deepEqual(lostSections([source], "G1 repetition"), [
      "host/a.ts:1: filters of b.4",
      "host/a.ts:2: G9",
      "host/a.ts:3: detection: ",
    ]);
    const page = planted("README.md", "See `host/a.ts` and", "`docs/GONE.md`.");
    assert.deepEqual(lostInDocuments([page], held, new Set()), ["README.md:2: docs/GONE.md"]);
  });
});
