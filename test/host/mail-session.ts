// Mail sessions as findings, and a house with an empty past that they are shown to: for the tests of
// what history and knowledge make of a session.

import { AlertBook } from "../../host/alert/book.ts";
import { BaselineBook } from "../../host/baseline/book.ts";
import { Knowledge, type OwnKnowledge } from "../../host/baseline/knowledge.ts";
import { Sessions } from "../../host/baseline/session.ts";
import type { Alert } from "../../host/ground/alert.ts";
import type { Finding, MailSeen } from "../../host/ground/finding.ts";
import type { Judge } from "../../host/judge.ts";
import { DAY, FULL_LIST, finding, mailSeen, START } from "./finding.ts";
import { judgeForTests } from "./judge-module.ts";

const SIGHTING = { file: null, interfaceName: "wan", evidenceFile: null, lanClient: null };
export const NOTHING_OWN: OwnKnowledge = { knownHosts: [], knownPlain: [] };

/** A baseline and the alert book that asks it. */
export interface House {
  readonly baseline: BaselineBook;
  readonly book: AlertBook;
}

let judge: Judge | null = null;

export function house(own = NOTHING_OWN, baseline = new BaselineBook()): House {
  judge ??= judgeForTests();
  const sessions = new Sessions(baseline, new Knowledge(own));
  return { baseline, book: new AlertBook({ judge, keepFlows: true, sessions }) };
}

/** A session that was offered encryption and used it. */
export function offered(
  time: bigint,
  change: Partial<Finding> = {},
  mail: Partial<MailSeen> = {},
): Finding {
  const seen = mailSeen({
    evidence: ["tls-ok"],
    tlsState: "starttls",
    tlsOffered: true,
    tlsRequested: true,
    offered: FULL_LIST,
    ...mail,
  });
  return finding({ time, mail: seen, ...change });
}

/** A session whose list lacks the offer. */
export function without(
  time: bigint,
  change: Partial<Finding> = {},
  mail: Partial<MailSeen> = {},
): Finding {
  const seen = mailSeen({ evidence: ["clear-mail", "never-offered"], ...mail });
  return finding({ time, mail: seen, ...change });
}

/** What the alert and the flow line of one session say. */
export function told(
  place: House,
  session: Finding,
): { evidence: string; verdict: string; alert: Alert | undefined } {
  const [alert] = place.book.observe(session, SIGHTING);
  const [line] = place.book.takeFlows(true);
  return { evidence: line?.evidence.join(" ") ?? "", verdict: line?.verdict ?? "", alert };
}

/** Nine sessions with the offer over nine days. */
export function nineOffers(place: House): bigint {
  for (let day = 0n; day < 9n; day++) told(place, offered(START + day * DAY));
  return START + 9n * DAY;
}
