// A capture file of the corpus → its mail dialogs: the last finding of each connection that spoke mail
// and the flow line that was printed of it. Every file meets an inspector and a past of its own.

import type { FlowLine } from "../../host/ground/alert.ts";
import type { Finding, MailSeen } from "../../host/ground/finding.ts";
import { makeState } from "../../host/run/state.ts";
import { inspectFile } from "../host/capture-files.ts";
import { openPipeline } from "../pipeline.ts";

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

function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Every mail dialog of a file, up to a place where the file is damaged, in order of first packet. */
export async function dialogsOf(path: string): Promise<Dialog[]> {
  const { sessions } = makeState(NOTHING_OWN, null, () => {});
  const last = new Map<number, Finding>();
  const { book, drain } = openPipeline({
    keepFlows: true,
    sessions,
    onAlerts: (_, finding) => {
      if (finding.mail !== null) last.set(finding.ordinal, finding);
    },
  });
  await inspectFile(path, drain);
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
