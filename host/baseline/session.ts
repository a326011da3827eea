// Follows one mail session through the baseline: looks up what its server did before when the session
// begins, compares each finding with that, and counts the session once when it is over or encrypted.

import { isLocalAddress } from "../ground/address.ts";
import type { Dialect } from "../ground/dialect.ts";
import type { Finding, MailSeen } from "../ground/finding.ts";
import { type BaselineBook, secondsOf, type View } from "./book.ts";
import { FrontTable } from "./front.ts";
import { compare, type History, isFullView } from "./history.ts";
import { isSharedFront, type Knowledge } from "./knowledge.ts";

/** What was made of a session, as far as the baseline asks. */
export interface Judged {
  readonly tampered: boolean;
  /** By a lost offer alone: the server itself may have changed. */
  readonly onlyVanished: boolean;
}

/** What is remembered of one session. */
export interface SessionState {
  view: View | null;
  /** The server's name when the view was taken: a name learnt later asks again. */
  viewName: string | null;
  sameFront: boolean;
  fronted: boolean;
  settled: boolean;
}

export function openSession(): SessionState {
  return { view: null, viewName: null, sameFront: false, fronted: false, settled: false };
}

/** The client as pairs are counted: the machine behind the router when it is known. */
function clientOf(finding: Finding, lanClient: string | null): string {
  return finding.clientNear && lanClient !== null ? lanClient : finding.client;
}

/** True when a session will not say more that history could use. */
function isOver(finding: Finding, mail: MailSeen): boolean {
  return finding.cause === "ended" || mail.dialogOver || mail.evidence.includes("tls-ok");
}

/** The operator a session was counted under; null before its first comparison. */
export function operatorName(state: SessionState): string | null {
  return state.view?.operator.name ?? null;
}

/** Baseline, knowledge and fronts together, as the alert book asks them. */
export class Sessions {
  private readonly book: BaselineBook;
  private readonly knowledge: Knowledge;
  private readonly fronts = new FrontTable();

  constructor(book: BaselineBook, knowledge: Knowledge) {
    this.book = book;
    this.knowledge = knowledge;
  }

  /** The owner accepts what a server offers now. Returns false when the server is not known. */
  acknowledge(dialect: Dialect, server: string, port: number): boolean {
    return this.book.acknowledge(dialect, server, port);
  }

  /** Compares a finding with the past. `resetForged`: the segments of this connection look forged. */
  compare(
    state: SessionState,
    finding: Finding,
    mail: MailSeen,
    dialect: Dialect,
    lanClient: string | null,
    resetForged: boolean,
  ): History {
    if (finding.policy !== "none" && finding.serverName !== null) {
      this.book.learnPolicy(finding.serverName, finding.policy, secondsOf(finding.time));
    }
    const named = state.viewName === null && finding.serverName !== null;
    if (state.view === null || (named && !state.settled)) {
      state.view = this.book.view(finding, dialect, clientOf(finding, lanClient));
      state.viewName = finding.serverName;
    }
    const view = state.view;
    if (!state.fronted && isFullView(mail) && !isSharedFront(mail.greetingHost)) {
      state.fronted = true;
      state.sameFront = this.fronts.observe(finding, view.operator.name, mail.offered ?? []);
    }
    const { sameFront } = state;
    const { knowledge } = this;
    const isOneMachine =
      lanClient !== null || !finding.clientNear || isLocalAddress(finding.client);
    return compare(finding, mail, {
      view,
      knowledge,
      dialect,
      resetForged,
      isOneMachine,
      sameFront,
    });
  }

  /**
   * Counts the session once it is over or encrypted, and only when all of it was seen.
   * Returns true when it was counted now.
   */
  settle(
    state: SessionState,
    finding: Finding,
    mail: MailSeen,
    dialect: Dialect,
    lanClient: string | null,
    judged: Judged,
    history: History,
  ): boolean {
    if (state.settled || !isOver(finding, mail)) return false;
    const implicit = mail.tlsState === "implicit" && mail.evidence.includes("tls-ok");
    if (!isFullView(mail) && !implicit) return false;
    state.settled = true;
    this.book.settle(finding, dialect, clientOf(finding, lanClient), {
      seconds: secondsOf(finding.time),
      offered: mail.tlsOffered,
      tlsOk: mail.evidence.includes("tls-ok"),
      tainted: judged.tampered,
      onlyVanished: judged.onlyVanished,
      doubtful: history.doubtful,
      words: mail.offered ?? [],
      greetingHost: mail.greetingHost,
    });
    return true;
  }
}
