// What scenarios cannot say of ring blocks: the status the kernel gives a frame beside its octets.
// Feeds the built inspector, judges by evidence planes. Read packet(7) on TP_STATUS_CSUMNOTREADY.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { HOME_DEFAULT } from "../../host/ground/address.ts";
import { Inspector } from "../../host/inspector.ts";
import { converse } from "../scenario/language/conversation.ts";
import { encodeFrames } from "../scenario/language/encode.ts";
import { parseScenario } from "../scenario/language/parse.ts";
import { encodeRing } from "../scenario/language/ring.ts";

const MODULE = fileURLToPath(new URL("../../build/inspector.wasm", import.meta.url));
const ETHERNET = 1;
const NANOSECONDS = 9;
const BLOCK_SIZE = 65_536;

/** The second answer differs from the first, and its checksum is wrong. */
const DAMAGED = `# Two answers for one range.
# RFC 1071

client 192.168.1.10:49200
server 198.51.100.80:80

handshake rtt 0.040
c > s  fill "x" 150
+0.040 s > c  P.  1:349(348)  fill "HTTP/1.1 200 OK nginx " 348
c > s  .  next
+0.005 s > c  P.  1:44(43)  fill "HTTP/1.1 302 elsewhere " 43  corrupt tcp.sum=0x0101
`;

/** The conclusive evidence when the frames come in one ring block. */
function conclusive(checksumNotReady: boolean): readonly string[] {
  const inspector = Inspector.load(MODULE);
  inspector.seed(0, 0);
  inspector.setHome(HOME_DEFAULT);
  inspector.openInput("ring");
  inspector.setInterface(0, { linkType: ETHERNET, resolution: NANOSECONDS, offsetSeconds: 0n });
  const { packets } = converse(parseScenario("ring", DAMAGED));
  const [block] = encodeRing(encodeFrames(packets, [{ kind: "ethernet" }]), {
    blockSize: BLOCK_SIZE,
    framesPerBlock: () => packets.length,
    checksumNotReady,
  });
  assert.ok(block);
  inspector.octets.set(block, inspector.ringAt);
  assert.equal(inspector.inspectRing(inspector.ringAt, 0, 0), 0);
  const found = [...inspector.drain()];
  while (inspector.finish()) found.push(...inspector.drain());
  found.push(...inspector.drain());
  return found.at(-1)?.segments.conclusive ?? [];
}

describe("a ring block's frame", () => {
  it("with a wrong checksum is believed where the card was still to fill it in, else not", () => {
    assert.deepEqual(conclusive(false), []);
    assert.deepEqual(conclusive(true), ["seg-overlap-conflict"]);
  });
});
