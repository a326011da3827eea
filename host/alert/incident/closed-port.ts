// Ports that are closed towards everybody: connections to a mail port of three or more operators stay
// unanswered, are refused or forbidden, while another port of one of them answers. A common practice of
// providers with port 25; it informs and accuses nobody.

import { operatorOf, ownedName } from "../../baseline/operator.ts";
import { wideNetworkOf } from "../../ground/address.ts";
import { MAIL_PORTS } from "../../ground/dialect.ts";
import type { Finding } from "../../ground/finding.ts";
import { keepNewest } from "../../ground/newest.ts";
import { DAY_NANOSECONDS } from "../../ground/time.ts";
import { apart } from "./sample.ts";

const OPERATORS_MIN = 3;
/** Operators remembered of each port; answers remembered in all. */
const OPERATORS_MAX = 64;
const ANSWERS_MAX = 1024;

/** Whose server it is: by name, else the wide network it lies in; null for nobody's on the Internet. */
function operatorName(finding: Finding): string | null {
  const network = wideNetworkOf(finding.server);
  const name = ownedName(finding);
  return network === null || name === null ? network : operatorOf(finding.server, name, "").name;
}

/** True for a connection of this house to a mail port that was never opened. */
export function isShut(finding: Finding): boolean {
  const { clientNear, serverPort, segments, mail } = finding;
  if (!clientNear || mail !== null || !MAIL_PORTS.includes(serverPort)) return false;
  if (segments.synAckTtl !== 0) return false;
  const refused = segments.benign === "refused" && segments.resetsToClient > 0;
  const names = [...segments.weak, ...segments.strong, ...segments.conclusive];
  return refused || names.includes("syn-silent") || names.includes("icmp-prohibited");
}

/** True for a connection of this house that the server answered. */
function isAnswered({ clientNear, segments, mail }: Finding): boolean {
  if (!clientNear) return false;
  const spoke = mail !== null && (mail.listState !== "none" || mail.greetingHost !== "");
  return spoke || segments.synAckTtl !== 0 || (mail?.evidence.includes("tls-ok") ?? false);
}

/** A port and how many operators' servers were shut there within a day. */
export interface ClosedPort {
  readonly port: number;
  readonly operators: number;
}

/** Which operators' ports were shut, and which answered. */
export class ClosedPorts {
  /** By port: operators and when. */
  private readonly shut = new Map<number, Map<string, bigint>>();
  /** `operator port` and when. */
  private readonly answered = new Map<string, bigint>();
  private newest = 0n;

  observe(finding: Finding): void {
    const shut = isShut(finding);
    if (!shut && !isAnswered(finding)) return;
    const operator = operatorName(finding);
    if (operator === null) return;
    const { openTime, serverPort } = finding;
    if (openTime > this.newest) this.newest = openTime;
    if (!shut) {
      keepNewest(this.answered, `${operator} ${serverPort}`, openTime, ANSWERS_MAX);
      return;
    }
    const operators = this.shut.get(serverPort) ?? new Map<string, bigint>();
    this.shut.set(serverPort, operators);
    keepNewest(operators, operator, openTime, OPERATORS_MAX);
  }

  /** Ports that are closed, ascending. */
  found(): ClosedPort[] {
    const recent = (time: bigint): boolean => apart(time, this.newest) <= DAY_NANOSECONDS;
    const answers = [...this.answered].filter(([, time]) => recent(time)).map(([place]) => place);
    return [...this.shut]
      .map(([port, all]) => ({
        port,
        names: [...all].filter(([, time]) => recent(time)).map(([operator]) => operator),
      }))
      .filter(({ port, names }) => {
        const elsewhere = (operator: string): boolean =>
          answers.some((place) => place.startsWith(`${operator} `) && !place.endsWith(` ${port}`));
        return names.length >= OPERATORS_MIN && names.some(elsewhere);
      })
      .map(({ port, names }) => ({ port, operators: names.length }))
      .sort((a, b) => a.port - b.port);
  }
}
