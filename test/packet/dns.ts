// A DNS answer with one question and one address record, the name compressed. RFC 1035 §4.1,
// RFC 3596 §2.

import type { Address } from "./address.ts";

const TIME_TO_LIVE = 300;

/** The message of a response that gives `name` one address. */
export function encodeDnsAnswer(name: string, address: Address): Uint8Array {
  const type = address.length === 4 ? 1 : 28;
  const labels = name.split(".").map((label) => {
    return Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")]);
  });
  const header = Buffer.from([0x12, 0x34, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]);
  const question = Buffer.concat([...labels, Buffer.from([0, 0, type, 0, 1])]);
  const record = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, address.length]);
  record.writeUInt32BE(TIME_TO_LIVE, 6);
  return Buffer.concat([header, question, record, address]);
}
