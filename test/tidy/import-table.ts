// Who may import whom, as data. A file belongs to the first layer that matches its path; it may
// import its own layer and those named. The walk of a frame goes down this table once.

export interface ImportLayer {
  readonly name: string;
  readonly files: RegExp;
  readonly may: readonly string[];
}

export const IMPORT_TABLE: readonly ImportLayer[] = [
  // The inspector: a frame goes down this list once. The three wings know the floor below and not each other.
  {
    name: "ABI",
    files: /^assembly\/inspector\/index\.ts$/,
    may: ["*inspector"],
  },
  {
    name: "walk",
    files: /^assembly\/inspector\/walk\.ts$/,
    may: ["inspect", "source", "finding", "flow", "wire", "ground"],
  },
  {
    name: "inspect",
    files: /^assembly\/inspector\/inspect\.ts$/,
    may: ["decode", "connection", "flow", "ground"],
  },
  {
    name: "decode",
    files: /^assembly\/inspector\/decode\.ts$/,
    may: ["connection", "server names", "wire", "ground"],
  },
  {
    name: "connection",
    files: /^assembly\/inspector\/connection\.ts$/,
    may: ["mail", "reset", "server names", "flow", "finding", "wire", "ground"],
  },
  {
    name: "ground",
    files: /^assembly\/inspector\/(limits|memory|guard|reason|counters|segment|clock)\.ts$/,
    may: [],
  },
  { name: "wire", files: /^assembly\/inspector\/wire\//, may: ["ground"] },
  { name: "source", files: /^assembly\/inspector\/source\//, may: ["ground", "wire"] },
  { name: "finding", files: /^assembly\/inspector\/finding\//, may: ["ground"] },
  { name: "flow", files: /^assembly\/inspector\/flow\//, may: ["ground", "wire"] },
  {
    name: "server names",
    files: /^assembly\/inspector\/name\//,
    may: ["ground", "wire", "flow", "finding"],
  },
  {
    name: "reset",
    files: /^assembly\/inspector\/reset\//,
    may: ["ground", "wire", "flow", "finding"],
  },
  {
    name: "mail",
    files: /^assembly\/inspector\/mail\//,
    may: ["ground", "wire", "flow", "finding", "server names"],
  },
  { name: "forbidding runtime", files: /^assembly\/inspector\/rt\//, may: [] },
  // The judge is another module; what both are made with stands on the inspector's floor.
  { name: "judge module", files: /^assembly\/judge\//, may: ["finding"] },
  { name: "compiler's world", files: /^assembly\/target\.d\.ts$/, may: [] },
  // The host. Nothing of it imports assembly sources: names and offsets come from the module.
  { name: "main", files: /^host\/main\.ts$/, may: ["command", "host ground", "package"] },
  {
    name: "command",
    files: /^host\/command\//,
    may: ["run", "tap", "config", "text", "host ground"],
  },
  {
    name: "run",
    files: /^host\/run\//,
    may: [
      ...["alert", "baseline", "capture", "tap", "C library", "sink", "seam"],
      ...["config", "keep", "text", "host ground"],
    ],
  },
  { name: "alert", files: /^host\/alert\//, may: ["baseline", "seam", "host ground"] },
  { name: "baseline", files: /^host\/baseline\//, may: ["seam", "host ground"] },
  { name: "capture", files: /^host\/capture\//, may: ["seam", "host ground"] },
  { name: "C library", files: /^host\/tap\/libc\.ts$/, may: ["host ground"] },
  { name: "tap", files: /^host\/tap\//, may: ["C library", "seam", "host ground"] },
  { name: "sink", files: /^host\/sink\//, may: ["C library", "config", "text", "host ground"] },
  {
    name: "seam",
    files: /^host\/(inspector|judge|drain|modules|webassembly\.d|as-bind\.d)\.ts$/,
    may: ["host ground"],
  },
  { name: "config", files: /^host\/config\//, may: ["host ground"] },
  { name: "keep", files: /^host\/keep\//, may: ["host ground"] },
  { name: "text", files: /^host\/text\//, may: ["host ground"] },
  { name: "host ground", files: /^host\/ground\//, may: [] },
  // Packages for routers take what was built, never a source.
  { name: "board", files: /^board\//, may: [] },
  { name: "package", files: /^package\.json$/, may: [] },
];

/** Files that recognise different things and must not know one another. */
export const STRANGERS: readonly (readonly string[])[] = [
  ["smtp", "imap", "pop3"].map((name) => `assembly/inspector/mail/dialect/${name}/${name}.ts`),
  ["reset", "segment", "block", "silence"].map((name) => `assembly/inspector/reset/${name}.ts`),
];
