// The two handshake records a dialog needs after its go-ahead: a ClientHello (with or without a
// server name) and a ServerHello, each one TLS record. Just enough structure for an observer;
// nothing here could complete a handshake. RFC 8446 §4.1.2, §4.1.3, §5.1; RFC 6066 §3.

const HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const RANDOM_SIZE = 32;

/** A ClientHello record offering one suite, naming `serverName` unless it is empty. */
export function clientHello(serverName: string): Uint8Array {
  const name = Buffer.from(serverName, "latin1");
  const entry = Buffer.concat([Buffer.from([0]), sized16(name)]);
  const extension = Buffer.concat([Buffer.from([0, 0]), sized16(sized16(entry))]);
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    pattern(RANDOM_SIZE, 0x11),
    Buffer.from([0]), // no session id
    sized16(Buffer.from([0x13, 0x01])),
    Buffer.from([1, 0]), // null compression
    sized16(serverName === "" ? Buffer.alloc(0) : extension),
  ]);
  return record(CLIENT_HELLO, body);
}

/** A ServerHello record accepting that suite. */
export function serverHello(): Uint8Array {
  const body = Buffer.concat([
    Buffer.from([3, 3]),
    pattern(RANDOM_SIZE, 0x53),
    Buffer.from([0, 0x13, 0x01, 0]),
    sized16(Buffer.alloc(0)),
  ]);
  return record(SERVER_HELLO, body);
}

function record(kind: number, body: Buffer): Uint8Array {
  const message = Buffer.concat([Buffer.from([kind, 0]), sized16(body)]);
  return Buffer.concat([Buffer.from([HANDSHAKE, 3, 1]), sized16(message)]);
}

function sized16(octets: Buffer): Buffer {
  return Buffer.concat([Buffer.from([octets.length >> 8, octets.length & 0xff]), octets]);
}

function pattern(size: number, first: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_, index) => (first + index * 7) & 0xff));
}
