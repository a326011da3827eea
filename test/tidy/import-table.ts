// Who may import whom, as data. A file belongs to the first layer that matches its path; it may
// import its own layer and those named. The walk of a frame goes down this table once.

export interface ImportLayer {
  readonly name: string;
  readonly files: RegExp;
  readonly may: readonly string[];
}

export const IMPORT_TABLE: readonly ImportLayer[] = [
  // The inspector: index and walk see everything below, everything else only what it stands on.
  { name: "ABI", files: /^assembly\/inspector\/index\.ts$/, may: ["*inspector"] },
  { name: "walk", files: /^assembly\/inspector\/(walk|inspect)\.ts$/, may: ["*inspector"] },
  {
    name: "ground",
    files: /^assembly\/inspector\/(limits|memory|guard|reason|counters|segment)\.ts$/,
    may: [],
  },
  { name: "wire", files: /^assembly\/inspector\/wire\//, may: ["ground"] },
  { name: "source", files: /^assembly\/inspector\/source\//, may: ["ground", "wire"] },
  { name: "finding", files: /^assembly\/inspector\/finding\//, may: ["ground"] },
  { name: "names of evidence", files: /^assembly\/inspector\/evidence\/evidence\.ts$/, may: [] },
  { name: "flow", files: /^assembly\/inspector\/flow\//, may: ["ground", "wire"] },
  {
    name: "server names",
    files: /^assembly\/inspector\/name\//,
    may: ["ground", "wire", "flow", "finding"],
  },
  { name: "stream", files: /^assembly\/inspector\/stream\//, may: ["ground", "wire"] },
  {
    name: "rewrite evidence",
    files: /^assembly\/inspector\/evidence\/rewrite\.ts$/,
    may: ["names of evidence"],
  },
  {
    name: "evidence",
    files: /^assembly\/inspector\/evidence\//,
    may: ["ground", "wire", "flow", "finding", "names of evidence"],
  },
  {
    name: "dialog",
    files: /^assembly\/inspector\/dialog\//,
    may: [
      "ground",
      "wire",
      "flow",
      "stream",
      "finding",
      "names of evidence",
      "rewrite evidence",
      "server names",
    ],
  },
  { name: "forbidding runtime", files: /^assembly\/inspector\/rt\//, may: [] },
  { name: "judge module", files: /^assembly\/judge\//, may: [] },
  { name: "compiler's world", files: /^assembly\/target\.d\.ts$/, may: [] },
  // The host. Nothing of it imports assembly sources: names and offsets come from the module.
  { name: "main", files: /^host\/main\.ts$/, may: ["command", "errors", "package"] },
  { name: "command", files: /^host\/command\//, may: ["*host"] },
  { name: "run", files: /^host\/run\//, may: ["*host"] },
  { name: "errors", files: /^host\/errors\.ts$/, may: [] },
  { name: "alert record", files: /^host\/alert\/alert\.ts$/, may: ["seam"] },
  { name: "sink", files: /^host\/sink\//, may: ["alert record", "config", "errors", "C library"] },
  { name: "C library", files: /^host\/tap\/libc\.ts$/, may: ["errors"] },
  { name: "tap", files: /^host\/tap\//, may: ["C library", "errors", "seam"] },
  { name: "capture", files: /^host\/capture\//, may: ["seam", "errors"] },
  { name: "config", files: /^host\/config\//, may: ["errors"] },
  { name: "baseline", files: /^host\/baseline\//, may: ["seam", "errors"] },
  { name: "alert", files: /^host\/alert\//, may: ["alert record", "baseline", "seam", "errors"] },
  {
    name: "seam",
    files:
      /^host\/(abi|address|newest|finding|finding-record|inspector|judge|drain|modules|webassembly\.d|as-bind\.d|shared-memory)\.ts$/,
    may: ["errors", "alert record", "alert"],
  },
  { name: "package", files: /^package\.json$/, may: [] },
];

/** Files that recognise different things and must not know one another. */
export const STRANGERS: readonly (readonly string[])[] = [
  ["smtp", "imap", "pop3"].map((name) => `assembly/inspector/dialog/${name}.ts`),
  ["reset", "segment", "block", "silence", "rewrite"].map(
    (name) => `assembly/inspector/evidence/${name}.ts`,
  ),
];
