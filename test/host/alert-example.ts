// Turns a few wishes into a whole alert, for the tests of everything that takes one.

import type { Alert } from "../../host/ground/alert.ts";

/** An alert as the book would make it, with what a test wants different. */
export function exampleAlert(wishes: Partial<Alert> = {}): Alert {
  return {
    id: "9f2c01d4a7b3e586",
    revision: 1,
    time: "2014-11-13T07:10:00.123456789Z",
    alert: "capability-rewritten",
    verdict: "likely",
    severity: "warning",
    evidence: ["banner-masked", "cap-masked", "clear-mail"],
    flow: {
      client: "192.0.2.10",
      clientPort: 49_152,
      server: "198.51.100.25",
      serverPort: 25,
      application: "smtp",
    },
    interface: "wan",
    file: null,
    lanClient: null,
    happened: "",
    homeEnd: "client",
    serverName: "mail.example.net",
    side: "far",
    scope: "unknown",
    fingerprint: "cisco-esmtp",
    offered: ["PIPELINING", "XXXXXXXA"],
    expected: ["PIPELINING", "STARTTLS"],
    frames: [7, 8],
    evidenceFile: null,
    text: "The server's offer of encryption was overwritten on its way.",
    communityId: "1:hashed",
    sensor: "home",
    uplink: null,
    ...wishes,
  };
}
