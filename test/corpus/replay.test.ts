// The whole private corpus through the product, file by file: nothing crashes or hangs, what is sound
// is read to its last frame, and what raises a tampering alert is what was found to be tampered with.
// The corpus's own index and notes say what is true.

import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Alert, VERDICT_RANK } from "../../host/ground/alert.ts";
import { EXIT } from "../../host/ground/errors.ts";
import { inspectFile } from "../host/capture-files.ts";
import { openPipeline } from "../pipeline.ts";
import { corpusPath } from "./place.ts";

/** No capture of the corpus is larger than some MiB: longer than this is a hang. */
const PATIENCE_MS = 20_000;

/** Files whose resets or data were injected, or made at the endpoint to look so, as the notes say. */
const INJECTED =
  /^(mercury__capture2\.pcap|zeek__tcp__rst-inject-rae\.pcap|quantuminsert__)|bug-3286-02-linux-evasion/;

/** The only real capture of a rewritten capability list. */
const REWRITTEN = /^suricata-verify__smtp-extract-url-schemes__input\.pcap$/;

interface Row {
  readonly file: string;
  readonly format: string;
  /** What capinfos counted; null where it gave up. */
  readonly packets: number | null;
}

/** What a file came to. */
interface Outcome {
  readonly frames: number;
  readonly damage: string | null;
  /** The last revision of every alert. */
  readonly alerts: readonly Alert[];
}

function readIndex(path: string): Row[] {
  const [head = "", ...lines] = readFileSync(path, "utf8").trimEnd().split("\n");
  const names = head.split("\t");
  return lines.map((line) => {
    const fields = line.split("\t");
    const field = (name: string): string => fields[names.indexOf(name)] ?? "";
    const packets = field("packets") === "" ? null : Number(field("packets"));
    return { file: field("file"), format: field("format"), packets };
  });
}

/** The files at which capinfos stopped with an error. */
function readCut(path: string): Set<string> {
  const labels: Record<string, { capinfos: { err: string } }> = JSON.parse(
    readFileSync(path, "utf8"),
  );
  return new Set(Object.keys(labels).filter((file) => labels[file]?.capinfos.err !== ""));
}

/** One file in an inspector and with a book of its own. */
async function inspect(path: string): Promise<Outcome> {
  const alerts = new Map<string, Alert>();
  const { drain } = openPipeline({
    onAlerts: (raised) => {
      for (const alert of raised) alerts.set(alert.id, alert);
    },
  });
  const { frames, failure } = await inspectFile(path, drain);
  if (failure !== null) strictEqual(failure.status, EXIT.damaged, failure.message);
  return { frames, damage: failure?.message ?? null, alerts: [...alerts.values()] };
}

const folder = corpusPath("captures", "corpus", "files");
const index = corpusPath("captures", "corpus", "INDEX.tsv");
const labels = corpusPath("captures", "corpus", "labels.json");
const mail = corpusPath("captures", "mail");

if (folder !== null && index !== null && labels !== null && mail !== null) {
  const rows = readIndex(index);
  const standing = (
    outcome: Outcome | undefined,
    kinds: readonly string[],
    verdict: "suspect" | "likely",
  ) =>
    (outcome?.alerts ?? []).filter(
      (alert) =>
        kinds.includes(alert.alert) && VERDICT_RANK[alert.verdict] >= VERDICT_RANK[verdict],
    );

  describe("the corpus, replayed", function () {
    this.timeout(rows.length * PATIENCE_MS);
    const outcomes = new Map<string, Outcome>();

    /** The standing alerts of a file, a line each, for a failure's message. */
    const told = (file: string, kinds: readonly string[]): string[] =>
      standing(outcomes.get(file), kinds, "suspect").map(
        ({ alert, verdict, evidence, frames }) =>
          `${file} ${alert} ${verdict} ${evidence.join()} in frames ${frames.join()}`,
      );

    it("neither crashes nor hangs on any file", async () => {
      for (const { file } of rows) {
        const began = performance.now();
        outcomes.set(file, await inspect(join(folder, file)));
        ok(performance.now() - began < PATIENCE_MS, `${file} took too long`);
      }
      for (const file of readdirSync(mail)) await inspect(join(mail, file));
    });

    it("reads as many frames as capinfos counts, up to the damage", () => {
      const known = rows.filter(({ packets, format }) => packets !== null && format !== "snoop");
      ok(known.length > 470);
      const wrong = known.filter(({ file, packets }) => outcomes.get(file)?.frames !== packets);
      strictEqual(wrong.map(({ file }) => file).join("\n"), "");
    });

    it("calls exactly those files damaged that capinfos cannot read to their end, and snoop", () => {
      const cut = readCut(labels);
      const expected = rows.filter(({ file, format }) => cut.has(file) || format === "snoop");
      const found = rows.filter(({ file }) => outcomes.get(file)?.damage !== null);
      deepStrictEqual(found, expected);
    });

    it("finds a rewritten capability list in the one capture that has one", () => {
      const kinds = ["capability-rewritten"];
      const found = rows.filter(
        ({ file }) => standing(outcomes.get(file), kinds, "suspect").length,
      );
      const wrong = found.flatMap(({ file }) => (REWRITTEN.test(file) ? [] : told(file, kinds)));
      strictEqual(wrong.join("\n"), "");
      strictEqual(found.length, 1);
    });

    it("calls no reset or segment likely forged outside the captures with injected ones", () => {
      const kinds = ["reset-forged", "segment-forged", "connection-blocked"];
      const found = rows.filter(
        ({ file }) => !INJECTED.test(file) && standing(outcomes.get(file), kinds, "likely").length,
      );
      strictEqual(found.flatMap(({ file }) => told(file, kinds)).join("\n"), "");
    });
  });
}
