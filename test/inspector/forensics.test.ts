// What scenarios cannot say of reset forensics: frames the kernel lost between two others, and more
// resets at one time than there are rows. Feeds the built inspector, judges by evidence planes.

import assert from "node:assert/strict";
import type { Alert } from "../../host/ground/alert.ts";
import type { Finding } from "../../host/ground/finding.ts";
import type { Inspector } from "../../host/inspector.ts";
import { openInspector, openPipeline } from "../pipeline.ts";
import { converse } from "../scenario/language/conversation.ts";
import { encodeFrames } from "../scenario/language/encode.ts";
import type { Packet } from "../scenario/language/packet.ts";
import { parseScenario } from "../scenario/language/parse.ts";
import { encodeRecords } from "../scenario/language/pcap.ts";

const SIGHTING = { file: "forensics", interfaceName: null, evidenceFile: null, lanClient: null };
const ETHERNET = 1;
const NANOSECONDS = 9;
/** RESET_CAPACITY less row 0. */
const ROWS = 4095;
const SECOND = 1_000_000_000n;

/** The server's answer follows a reset that is not reactive. */
const FORGED = `# A reset, and data behind it.
# RFC 9293 §3.10.7.4

client 192.168.1.10:49200
server 198.51.100.80:443

handshake rtt 0.040
c > s  fill "x" 300
+0.030 s > c  R.  next
+0.011 s > c  fill "y" 600
`;
/** The moves before the answer make this many packets. */
const BEFORE_ANSWER = 5;

function packetsOf(text: string): readonly Packet[] {
  return converse(parseScenario("forensics", text)).packets;
}

/** The same traffic from another port, later. */
function moved(packets: readonly Packet[], port: number, later: bigint): Packet[] {
  return packets.map((packet) => {
    if (packet.kind !== "tcp") return packet;
    const move = (host: typeof packet.from) => (host.name === "c" ? { ...host, port } : host);
    return {
      ...packet,
      time: packet.time + later,
      from: move(packet.from),
      to: move(packet.to),
    };
  });
}

function open(): Inspector {
  const inspector = openInspector();
  inspector.openInput("forensics");
  inspector.setInterface(0, {
    linkType: ETHERNET,
    resolution: NANOSECONDS,
    offsetSeconds: 0n,
  });
  return inspector;
}

/** Puts packets through and returns what was found meanwhile. */
function put(inspector: Inspector, packets: readonly Packet[]): Finding[] {
  const octets = encodeRecords(encodeFrames(packets, [{ kind: "ethernet" }]), {
    linkType: ETHERNET,
  });
  inspector.octets.set(octets, inspector.ringAt);
  const found: Finding[] = [];
  const end = inspector.ringAt + octets.length;
  for (let at = inspector.ringAt; at < end; ) {
    at = inspector.inspectRecords(at, end, false).next;
    found.push(...inspector.drain());
  }
  return found;
}

function end(inspector: Inspector): Finding[] {
  const found: Finding[] = [];
  while (inspector.finish()) found.push(...inspector.drain());
  return [...found, ...inspector.drain()];
}

describe("reset forensics", function () {
  this.timeout(60_000);

  for (const lost of [false, true]) {
    it(`${lost ? "after lost frames data behind a reset convicts no more" : "data behind a reset convicts"}`, () => {
      const inspector = open();
      const packets = packetsOf(FORGED);
      put(inspector, packets.slice(0, BEFORE_ANSWER));
      if (lost) inspector.lostFrames();
      put(inspector, packets.slice(BEFORE_ANSWER));
      const last = end(inspector).at(-1)?.segments;
      assert.deepEqual(last?.conclusive, lost ? [] : ["rst-data-after"]);
      assert.equal(last?.strong.includes("rst-data-after"), lost);
    });
  }

  it("with every row waiting, further resets are counted and passed over", () => {
    const inspector = open();
    const honest = packetsOf(FORGED).slice(0, BEFORE_ANSWER);
    const extra = 50;
    for (let index = 0; index < ROWS + extra; index++) {
      put(inspector, moved(honest, 10_000 + index, BigInt(index) * 1000n));
    }
    assert.equal(inspector.counters().get("resets-refused"), BigInt(extra));
    const resets = end(inspector).filter((finding) => finding.segments.resetsToClient === 1);
    assert.equal(resets.length, ROWS + extra, "a reset without a row is still counted");
    const judged = resets.filter((finding) => finding.segments.stage === "psh");
    assert.equal(judged.length, ROWS);
  });

  it("a judged row makes room for the next reset", () => {
    const inspector = open();
    const packets = packetsOf(FORGED);
    for (let index = 0; index < ROWS; index++) {
      put(inspector, moved(packets.slice(0, BEFORE_ANSWER), 10_000 + index, BigInt(index) * 1000n));
    }
    // Ten seconds later the first of them are judged, a few a frame.
    const [forged] = [put(inspector, moved(packets, 9_000, 12n * SECOND))];
    const told = forged.filter((finding) => finding.clientPort === 9_000);
    assert.deepEqual(told.at(-1)?.segments.conclusive, ["rst-data-after"]);
    assert.equal(inspector.counters().get("resets-refused"), 1n);
  });

  it("a history that made room takes nothing back, and its connection is told to the end", () => {
    const inspector = open();
    const alerts: Alert[] = [];
    const { book } = openPipeline({ inspector, keepFlows: true });
    const observe = (findings: readonly Finding[]): void => {
      for (const finding of findings) alerts.push(...book.observe(finding, SIGHTING));
    };
    inspector.setTerse(true);
    const packets = packetsOf(FORGED);
    observe(put(inspector, moved(packets, 9_000, 0n)));
    // Two waves of forged resets, more than there are rows: the first history must go.
    for (let index = 0; index < ROWS + 1; index++) {
      const later = BigInt(index < ROWS / 2 ? 60 : 120) * SECOND + BigInt(index) * 1000n;
      observe(put(inspector, moved(packets, 10_000 + index, later)));
    }
    observe(end(inspector));
    const first = alerts.filter(({ flow }) => flow.clientPort === 9_000);
    assert.deepEqual(
      first.map(({ verdict, revision }) => `${verdict} ${revision}`),
      ["likely 1"],
    );
    const line = book.takeFlows(true).find(({ flow }) => flow.clientPort === 9_000);
    assert.deepEqual(line?.evidence, ["rst-data-after"]);
    assert.deepEqual(line?.alerts, ["reset-forged"]);
    assert.ok((inspector.counters().get("resets-refused") ?? 0n) > 0n, "no row had to go");
    assert.deepEqual(
      alerts.filter(({ verdict }) => verdict === "withdrawn"),
      [],
    );
  });
});
