// The alert book on resets, forged segments and refusals: kinds, verdicts, holding back, reasons.

import assert from "node:assert/strict";
import { AlertBook } from "../../host/alert/book.ts";
import type { Judge } from "../../host/judge.ts";
import { finding, SECOND, START, segmentsSeen } from "./finding.ts";
import { judgeForTests } from "./judge-module.ts";

const SIGHTING = { file: "a.pcap", interfaceName: null, evidenceFile: null, lanClient: null };

describe("alert book: resets and segments", () => {
  let judge: Judge;
  before(() => {
    judge = judgeForTests();
  });

  const web = { mail: null, application: "tls", serverPort: 443 } as const;

  it("raises reset-forged, critical only where data was cut", () => {
    const book = new AlertBook({ judge, keepFlows: true });
    const segments = segmentsSeen({
      conclusive: ["rst-ack-progress"],
      strong: ["rst-ttl-step"],
      resetsToClient: 1,
      stage: "psh",
      dataCut: true,
      frames: [5],
    });
    const [alert] = book.observe(finding({ ...web, segments }), SIGHTING);
    assert.equal(alert?.alert, "reset-forged");
    assert.equal(alert?.verdict, "proven");
    assert.equal(alert?.severity, "critical");
    assert.equal(alert?.side, "far");
    const [line] = book.takeFlows(true);
    assert.equal(line?.stage, "psh");
    assert.deepEqual(line?.resets, { toClient: 1, toServer: 0 });
  });

  it("judges forged data and forged resets of one flow by themselves", () => {
    const book = new AlertBook({ judge, keepFlows: false });
    const segments = segmentsSeen({
      conclusive: ["seg-overlap-conflict"],
      strong: ["fp-scapy-default", "ts-missing"],
      weak: ["rst-seq-ahead"],
      resetsToClient: 1,
    });
    const alerts = book.observe(finding({ ...web, segments }), SIGHTING);
    assert.deepEqual(
      alerts.map((alert) => [alert.alert, alert.verdict]),
      [["segment-forged", "proven"]],
    );
  });

  it("gives a shared tuple to the kind that has other evidence", () => {
    const observe = (strong: string[], resetsToClient: number): (string | undefined)[] => {
      const book = new AlertBook({ judge, keepFlows: false });
      const [alert] = book.observe(
        finding({ ...web, segments: segmentsSeen({ strong, resetsToClient }) }),
        SIGHTING,
      );
      return [alert?.alert, alert?.verdict];
    };
    const tuple = "fp-sandvine-packetlogic";
    assert.deepEqual(observe([tuple], 1), ["reset-forged", "suspect"]);
    assert.deepEqual(observe([tuple], 0), ["segment-forged", "suspect"]);
    assert.deepEqual(observe([tuple, "ts-missing"], 0), ["segment-forged", "likely"]);
    assert.deepEqual(observe([tuple, "rst-early"], 1), ["reset-forged", "likely"]);
  });

  it("holds a reset that is not conclusive until it is no longer held", () => {
    const book = new AlertBook({ judge, keepFlows: false });
    const flow = { ...web, ordinal: 8, firstFrame: 8, cause: "changed" } as const;
    const strong = ["rst-early", "rst-ttl-step"];
    const held = segmentsSeen({ strong, held: true, resetsToClient: 1 });
    assert.deepEqual(book.observe(finding({ ...flow, segments: held }), SIGHTING), []);
    const [alert] = book.observe(
      finding({ ...flow, segments: { ...held, held: false } }),
      SIGHTING,
    );
    assert.equal(alert?.verdict, "likely");
    const conclusive = { ...held, conclusive: ["rst-then-synack"] };
    const sure = { ...flow, ordinal: 9, firstFrame: 9, segments: conclusive };
    assert.equal(book.observe(finding(sure), SIGHTING)[0]?.verdict, "proven");
  });

  it("tells a refusal by a third party and keeps quiet about the server's own", () => {
    const observe = (sender: string): string[] => {
      const icmp = { type: 3, code: 13, sender };
      const segments = segmentsSeen({ strong: ["icmp-prohibited"], icmp });
      const book = new AlertBook({ judge, keepFlows: false });
      return book
        .observe(finding({ ...web, segments }), SIGHTING)
        .map((alert) => `${alert.alert} ${alert.verdict} ${alert.severity}`);
    };
    assert.deepEqual(observe("100.64.0.1"), ["connection-blocked suspect notice"]);
    assert.deepEqual(observe("198.51.100.25"), []);
  });

  it("says why a flow with resets has no verdict", () => {
    const book = new AlertBook({ judge, keepFlows: true });
    for (const [benign, time] of [
      ["refused", START],
      ["unexplained", START + SECOND],
    ] as const) {
      const segments = segmentsSeen({ benign, resetsToClient: 1, stage: "syn" });
      book.observe(finding({ ...web, time, segments }), SIGHTING);
    }
    assert.deepEqual(
      book.takeFlows(true).map((line) => line.reason),
      ["benign:refused", "unexplained"],
    );
  });

  it("keeps no line for a flow with nothing to tell, and orders the others by first packet", () => {
    const book = new AlertBook({ judge, keepFlows: true });
    const reset = segmentsSeen({ benign: "idle", resetsToClient: 1 });
    book.observe(finding({ ...web, ordinal: 20, segments: reset }), SIGHTING);
    book.observe(finding({ ...web, ordinal: 10 }), SIGHTING);
    book.observe(finding({ ...web, ordinal: 5, clientPort: 5, segments: reset }), SIGHTING);
    assert.deepEqual(
      book.takeFlows(true).map((line) => line.flow.clientPort),
      [5, 49152],
    );
  });
});
