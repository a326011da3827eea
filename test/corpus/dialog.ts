// A capture file of the corpus → its mail dialogs: the last finding of each connection that spoke mail
// and the flow line that was printed of it. Every file meets an inspector and a past of its own.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { AlertBook } from "../../host/alert/book.ts";
import { Drain } from "../../host/drain.ts";
import { HOME_DEFAULT } from "../../host/ground/address.ts";
import type { FlowLine } from "../../host/ground/alert.ts";
import type { Finding, MailSeen } from "../../host/ground/finding.ts";
import { Inspector } from "../../host/inspector.ts";
import { type Judge, loadJudge } from "../../host/judge.ts";
import { makeState } from "../../host/run/state.ts";
import { inspectFile } from "../host/capture-files.ts";

const BUILD = fileURLToPath(new URL("../../build/", import.meta.url));
const NOTHING_OWN = { knownHosts: [], knownPlain: [] };

/** One mail dialog as the product saw it. */
export interface Dialog {
  /** `ADDRESS:PORT`, IPv6 in brackets. */
  readonly client: string;
  readonly server: string;
  readonly finding: Finding;
  readonly mail: MailSeen;
  readonly line: FlowLine;
}

let judge: Judge | null = null;

function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Every mail dialog of a file, up to a place where the file is damaged, in order of first packet. */
export async function dialogsOf(path: string): Promise<Dialog[]> {
  const inspector = Inspector.load(`${BUILD}inspector.wasm`);
  inspector.seed(0, 0);
  inspector.setHome(HOME_DEFAULT);
  const { MailEvidence: mail, SegmentEvidence: segment } = inspector.abi.names;
  judge ??= loadJudge(readFileSync(`${BUILD}judge.wasm`), { mail, segment });
  const { sessions } = makeState(NOTHING_OWN, null, () => {});
  const book = new AlertBook({ judge, keepFlows: true, sessions });
  const last = new Map<number, Finding>();
  const drain = new Drain(inspector, (finding, sighting) => {
    book.observe(finding, sighting);
    if (finding.mail !== null) last.set(finding.ordinal, finding);
  });
  await inspectFile(inspector, path, drain);
  return joined([...last.values()], book.takeFlows(true));
}

/** Findings beside their flow lines; ports that are used again keep their order. */
function joined(findings: readonly Finding[], lines: readonly FlowLine[]): Dialog[] {
  const waiting = [...lines];
  return [...findings]
    .sort((a, b) => a.firstFrame - b.firstFrame)
    .flatMap((finding) => {
      const { client, clientPort, server, serverPort, application, mail } = finding;
      const at = waiting.findIndex(
        ({ flow }) =>
          flow.client === client &&
          flow.clientPort === clientPort &&
          flow.server === server &&
          flow.serverPort === serverPort &&
          flow.application === application,
      );
      const [line] = at < 0 ? [] : waiting.splice(at, 1);
      if (mail === null || line === undefined) return [];
      return [
        {
          client: endpoint(client, clientPort),
          server: endpoint(server, serverPort),
          finding,
          mail,
          line,
        },
      ];
    });
}
