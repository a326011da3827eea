// The body of a home uplink: long TLS sessions and QUIC flows, down and up, IPv4 and IPv6, with the
// odd lost and the odd overtaken segment. Endless: when a session ends the next one begins.

import { clientHello, QUIC_PAYLOAD, RECORD_LENGTH } from "./ciphertext.ts";
import { CLIENT, type Connection, farHost, homeHost, SERVER, type Side } from "./connection.ts";
import { ACK, PSH, path, writeUdp } from "./frame.ts";
import { BULK_SERVERS, connect, type Scene, serverName } from "./scene.ts";
import { MILLISECOND, type Script } from "./timeline.ts";

const SERVERS = 600;
const IPV6_SHARE = 0.3;
const UPLOAD_SHARE = 0.12;
const LOSS = 1 / 3000;
const OVERTAKEN = 1 / 4000;

/** One user's chain of TLS sessions; `pause` is the mean time between two bursts, in ns. */
export function* tlsSessions(scene: Scene, pause: number): Script {
  const { random } = scene;
  for (;;) {
    const server = BULK_SERVERS + random.below(SERVERS);
    const connection = connect(scene, server, 443, random.chance(IPV6_SHARE) ? 6 : 4);
    yield* connection.open();
    yield* greet(scene, connection, serverName(server));
    const sender = random.chance(UPLOAD_SHARE) ? CLIENT : SERVER;
    const bursts = random.between(8, 240);
    let at = RECORD_LENGTH * random.below(scene.cipher.streamLength / RECORD_LENGTH);
    for (let burst = 0; burst < bursts; burst++) {
      if (sender === SERVER && burst % 4 === 0) {
        connection.say(CLIENT, random.pick(asList(scene.cipher.requests)));
        yield connection.roundTrip;
      }
      at = transfer(scene, connection, sender, random.between(6, 26), at);
      yield random.between(pause / 2, (3 * pause) / 2);
    }
    yield* connection.close(random.chance(0.5) ? CLIENT : SERVER);
    yield random.between(pause / 2, pause);
  }
}

/** ClientHello to the client's Finished. */
export function* greet(scene: Scene, connection: Connection, name: string): Script {
  const { random, cipher } = scene;
  connection.say(CLIENT, clientHello(random, name));
  yield connection.roundTrip;
  connection.say(SERVER, random.pick(asList(cipher.serverFlights)));
  yield MILLISECOND;
  connection.say(CLIENT, random.pick(asList(cipher.clientFinished)));
  yield MILLISECOND;
}

/** One window of segments and the acknowledgements it draws; returns where the stream stands. */
function transfer(
  scene: Scene,
  connection: Connection,
  sender: Side,
  segments: number,
  from: number,
): number {
  const { random, cipher } = scene;
  const receiver = sender === CLIENT ? SERVER : CLIENT;
  const size = connection.segmentSize;
  let at = from;
  let lost = -1;
  for (let segment = 0; segment < segments; segment++) {
    const last = segment === segments - 1;
    if (!last && lost < 0 && random.chance(LOSS)) {
      lost = segment;
      connection.lose(sender, size);
    } else if (!last && random.chance(OVERTAKEN)) {
      connection.lose(sender, size);
      connection.send(sender, cipher.stream, (at + size) % cipher.streamLength, size, ACK);
      connection.resend(sender, 2 * size, cipher.stream, at, size);
      at += size;
      segment++;
    } else {
      connection.send(sender, cipher.stream, at, size, last ? PSH | ACK : ACK);
    }
    at = (at + size) % cipher.streamLength;
    if (lost < 0 && (segment % 2 === 1 || last)) connection.ack(receiver);
    else if (lost >= 0) connection.send(receiver, cipher.stream, 0, 0, ACK); // duplicate ACK
  }
  if (lost >= 0) {
    const back = segments - lost;
    const start = at - back * size;
    const wrapped = start < 0 ? start + cipher.streamLength : start;
    connection.resend(sender, back * size, cipher.stream, wrapped, size);
    connection.ack(receiver);
  }
  return at;
}

/** One user's chain of QUIC flows. */
export function* quicSessions(scene: Scene, pause: number): Script {
  const { random, capture, cipher } = scene;
  for (;;) {
    const version = random.chance(IPV6_SHARE) ? 6 : 4;
    const client = homeHost(random, version);
    const server = farHost(BULK_SERVERS + random.below(SERVERS), version);
    const port = random.between(32768, 60999);
    const there = path(true, "udp", client.address, port, server.address, 443);
    const back = path(false, "udp", server.address, 443, client.address, port);
    const initial = random.pick(asList(cipher.quicInitials));
    writeUdp(capture, there, client.ttl, 0, initial, 0, 1_200);
    yield 30 * MILLISECOND;
    writeUdp(capture, back, server.ttl, 0, initial, 0, 1_200);
    const bursts = random.between(8, 200);
    for (let burst = 0; burst < bursts; burst++) {
      const packets = random.between(6, 26);
      for (let packet = 0; packet < packets; packet++) {
        const at = QUIC_PAYLOAD * random.below(cipher.quicLength / QUIC_PAYLOAD);
        writeUdp(capture, back, server.ttl, 0, cipher.quicPackets, at, quicSize(packet, packets));
        if (packet % 3 === 2) writeUdp(capture, there, client.ttl, 0, cipher.quicPackets, at, 34);
      }
      yield random.between(pause / 2, (3 * pause) / 2);
    }
  }
}

function quicSize(packet: number, packets: number): number {
  return packet === packets - 1 ? 640 : QUIC_PAYLOAD;
}

/** `pick` wants to know that a list is not empty. */
export function asList<T>(list: readonly T[]): readonly [T, ...T[]] {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error("an empty list of materials");
  return [first, ...rest];
}
