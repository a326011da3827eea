// Who may import whom, as data: layers from the top of the house to its ground. A file belongs to the
// first layer that matches its path; it may import its own layer and those it names, which all stand
// further down. A frame's walk goes down the inspector's part of this table once.

export interface ImportLayer {
  readonly name: string;
  readonly files: RegExp;
  /** Layers further down; `*` for every one of the same part of the house. */
  readonly may: readonly string[] | "*";
  /** Which part of the house: its own drawing in docs/ARCHITECTURE.md. */
  readonly part: "tests" | "board" | "inspector" | "judge" | "host";
}

type Row = readonly [name: string, files: RegExp, may: readonly string[] | "*"];

function part(name: ImportLayer["part"], rows: readonly Row[]): ImportLayer[] {
  return rows.map(([layer, files, may]) => ({ name: layer, files, may, part: name }));
}

const FLOOR = ["flow", "finding", "wire", "ground"];

export const IMPORT_TABLE: readonly ImportLayer[] = [
  // Tests may look at everything; nothing looks at them.
  ...part("tests", [["tests", /^test\//, "*"]]),
  // Packages and images are made of built files: they know no source of the product.
  ...part("board", [["board", /^board\//, []]]),
  // The judge is a module of its own; what both modules are made with stands on the inspector's floor.
  ...part("judge", [["judge", /^assembly\/judge\//, ["finding"]]]),
  // The inspector: the three wings (mail, reset, server names) know the floor below and not each other.
  ...part("inspector", [
    ["ABI", /^assembly\/inspector\/index\.ts$/, "*"],
    ["walk", /^assembly\/inspector\/walk\.ts$/, ["inspect", "source", ...FLOOR]],
    ["inspect", /^assembly\/inspector\/inspect\.ts$/, ["decode", "connection", "flow", "ground"]],
    [
      "decode",
      /^assembly\/inspector\/decode\.ts$/,
      ["connection", "server names", "wire", "ground"],
    ],
    [
      "connection",
      /^assembly\/inspector\/connection\.ts$/,
      ["mail", "reset", "server names", ...FLOOR],
    ],
    ["mail", /^assembly\/inspector\/mail\//, FLOOR],
    ["reset", /^assembly\/inspector\/reset\//, FLOOR],
    ["server names", /^assembly\/inspector\/name\//, FLOOR],
    ["source", /^assembly\/inspector\/source\//, ["wire", "ground"]],
    ["flow", /^assembly\/inspector\/flow\//, ["wire", "ground"]],
    ["finding", /^assembly\/inspector\/finding\//, ["ground"]],
    ["wire", /^assembly\/inspector\/wire\//, ["ground"]],
    [
      "ground",
      /^assembly\/inspector\/(limits|memory|guard|reason|counters|segment|clock)\.ts$|^assembly\/target\.d\.ts$/,
      [],
    ],
    ["forbidding runtime", /^assembly\/inspector\/rt\//, []],
  ]),
  // The host. Nothing of it imports assembly sources: names and offsets come from the module.
  ...part("host", [
    ["main", /^host\/main\.ts$/, ["command", "host ground", "package"]],
    ["command", /^host\/command\//, ["run", "tap", "config", "text", "host ground"]],
    [
      "run",
      /^host\/run\//,
      [
        ...["alert", "baseline", "capture", "sink", "tap", "seam", "config", "C library"],
        ...["text", "keep", "host ground"],
      ],
    ],
    ["alert", /^host\/alert\//, ["baseline", "seam", "host ground"]],
    ["baseline", /^host\/baseline\//, ["seam", "host ground"]],
    ["capture", /^host\/capture\//, ["seam", "host ground"]],
    ["sink", /^host\/sink\//, ["config", "C library", "text", "host ground"]],
    ["tap", /^host\/tap\/(?!libc\.ts$)/, ["C library", "seam", "host ground"]],
    [
      "seam",
      /^host\/(inspector|judge|drain|modules|webassembly\.d|as-bind\.d)\.ts$/,
      ["host ground"],
    ],
    ["config", /^host\/config\//, ["host ground"]],
    ["C library", /^host\/tap\/libc\.ts$/, ["host ground"]],
    ["text", /^host\/text\//, ["host ground"]],
    ["keep", /^host\/keep\//, ["host ground"]],
    ["host ground", /^host\/ground\//, []],
    ["package", /^package\.json$/, []],
  ]),
];

/** Files that recognise different things and must not know one another. */
export const STRANGERS: readonly (readonly string[])[] = [
  ["smtp", "imap", "pop3"].map((name) => `assembly/inspector/mail/dialect/${name}/${name}.ts`),
  ["reset", "segment", "block", "silence"].map((name) => `assembly/inspector/reset/${name}.ts`),
];
