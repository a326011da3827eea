// DNS answers with one question: an address, perhaps behind aliases, or a record about mail. Names are
// written out but for the question's own. RFC 1035 §4.1, RFC 3596 §2, RFC 6698 §2, RFC 8461 §3.1.

import type { Address } from "./address.ts";

const TIME_TO_LIVE = 300;
const TYPE = { a: 1, cname: 5, mx: 15, txt: 16, aaaa: 28, tlsa: 52 } as const;
/** A compression pointer to the question's name. */
const QUESTION = Buffer.from([0xc0, 12]);
/** DANE-EE, SPKI, SHA-256, and a digest of nothing. */
const TLSA = Buffer.from([3, 1, 1, ...new Array<number>(32).fill(0x5a)]);

/** What is answered about a name. */
export interface DnsAnswer {
  readonly name: string;
  readonly address: Address | null;
  /** Names that the name is an alias of, each of the one before. */
  readonly via: readonly string[];
  /** The exchanger of the name; the address is then its own, beside the answer. */
  readonly exchanger: string | null;
  readonly text: string | null;
  readonly tlsa: boolean;
  readonly timeToLive: number | null;
}

/** An answer that gives a name one address. */
export function addressAnswer(name: string, address: Address): DnsAnswer {
  const nothing = { via: [], exchanger: null, text: null, tlsa: false, timeToLive: null };
  return { name, address, ...nothing };
}

function labels(name: string): Buffer {
  const parts = name.split(".").map((label) => {
    return Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")]);
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}

function record(owner: Buffer, type: number, value: Uint8Array, timeToLive: number): Buffer {
  const head = Buffer.from([0, type, 0, 1, 0, 0, 0, 0, 0, 0]);
  head.writeUInt32BE(timeToLive, 4);
  head.writeUInt16BE(value.length, 8);
  return Buffer.concat([owner, head, value]);
}

/** The message of a response. */
export function encodeDnsAnswer(answer: DnsAnswer): Uint8Array {
  const { name, address, via, exchanger, text, tlsa } = answer;
  const timeToLive = answer.timeToLive ?? TIME_TO_LIVE;
  const addressType = address?.length === 4 ? TYPE.a : TYPE.aaaa;
  const answers: Buffer[] = [];
  const beside: Buffer[] = [];
  let owner: Buffer = QUESTION;
  for (const alias of via) {
    answers.push(record(owner, TYPE.cname, labels(alias), timeToLive));
    owner = labels(alias);
  }
  if (exchanger !== null) {
    const value = Buffer.concat([Buffer.from([0, 10]), labels(exchanger)]);
    answers.push(record(QUESTION, TYPE.mx, value, timeToLive));
    owner = labels(exchanger);
  }
  if (address !== null) {
    const place = exchanger === null ? answers : beside;
    place.push(record(owner, addressType, address, timeToLive));
  }
  if (text !== null) {
    const value = Buffer.concat([Buffer.from([text.length]), Buffer.from(text, "latin1")]);
    answers.push(record(QUESTION, TYPE.txt, value, timeToLive));
  }
  if (tlsa) answers.push(record(QUESTION, TYPE.tlsa, TLSA, timeToLive));
  const mail = exchanger !== null ? TYPE.mx : text !== null ? TYPE.txt : TYPE.tlsa;
  const type = exchanger !== null || address === null ? mail : addressType;
  const counts = [0, 1, 0, answers.length, 0, 0, 0, beside.length];
  const header = Buffer.from([0x12, 0x34, 0x81, 0x80, ...counts]);
  const question = Buffer.concat([labels(name), Buffer.from([0, type, 0, 1])]);
  return Buffer.concat([header, question, ...answers, ...beside]);
}
