// Connections into which a device on the path throws a reset: TTL and IP identification unlike the
// server's, and the server, which knows nothing of it, carries on. Each variety is one script.

import { asList, greet } from "./bulk.ts";
import { clientHello } from "./ciphertext.ts";
import { CLIENT, type Connection, SERVER } from "./connection.ts";
import { ACK, RST } from "./frame.ts";
import { connect, type Scene, serverName, TAMPERED_SERVERS } from "./scene.ts";
import { MILLISECOND, type Script } from "./timeline.ts";

/** Hops between the home and the injecting device; servers are at least seven away. */
const DEVICE_HOPS = 3;
/** Long enough that what follows a plain reset cannot be reordering (50 ms). */
const LONG_ROUND_TRIP = 80 * MILLISECOND;
/** Octets of a second answer, in the variety where the client ignores the reset. */
const ANSWER = 600;

type Variety = (scene: Scene, connection: Connection) => Generator<number, number[], void>;

const VARIETIES: Readonly<Record<string, Variety>> = {
  "at-hello": atHello,
  "at-hello-plain": atHelloPlain,
  "both-ends": bothEnds,
  "ignored-by-client": ignored,
};

export const VARIETY_NAMES = asList(Object.keys(VARIETIES));

/** A reset in an established connection. */
export function* forgedReset(scene: Scene, server: number, cause: string, version: 4 | 6): Script {
  const connection = connect(scene, server, 443, version);
  const play = VARIETIES[cause];
  if (!play) throw new Error(`no such variety of a forged reset: ${cause}`);
  const frames = yield* play(scene, connection);
  const { flow } = connection;
  scene.truth.plant({ kind: "forged", cause, flow, frames, alert: "reset-forged" });
}

/** A reset in answer to the SYN, with the server's own SYN-ACK after it. */
export function* forgedAtSyn(scene: Scene, server: number): Script {
  const connection = connect(scene, server, 443);
  connection.syn();
  yield 4 * MILLISECOND;
  connection.take(SERVER);
  inject(scene, connection, RST | ACK, 0);
  const frames = [connection.frame];
  yield connection.roundTrip - 4 * MILLISECOND;
  connection.synAck();
  frames.push(connection.frame);
  yield 200_000;
  connection.take(CLIENT);
  connection.reactive(CLIENT); // its socket is gone
  const { flow } = connection;
  scene.truth.plant({ kind: "forged-syn", cause: "at-syn", flow, frames, alert: "reset-forged" });
}

/** After the ClientHello; the server's whole flight follows and meets a closed socket. */
function* atHello(scene: Scene, connection: Connection): Generator<number, number[], void> {
  return yield* hello(scene, connection, RST | ACK, connection.roundTrip);
}

/** The same as a plain RST, which looks like a conforming answer; late data gives it away. */
function* atHelloPlain(scene: Scene, connection: Connection): Generator<number, number[], void> {
  return yield* hello(scene, connection, RST, LONG_ROUND_TRIP);
}

function* hello(
  scene: Scene,
  connection: Connection,
  flags: number,
  roundTrip: number,
): Generator<number, number[], void> {
  connection.syn();
  yield roundTrip;
  connection.synAck();
  yield MILLISECOND;
  connection.ack(CLIENT);
  connection.say(CLIENT, clientHello(scene.random, serverName(TAMPERED_SERVERS)));
  yield 5 * MILLISECOND;
  connection.take(SERVER);
  inject(scene, connection, flags, connection.end(SERVER).next);
  const frames = [connection.frame];
  yield roundTrip - 5 * MILLISECOND;
  connection.say(SERVER, scene.random.pick(asList(scene.cipher.serverFlights)));
  frames.push(connection.frame);
  yield 200_000;
  connection.reactive(CLIENT);
  return frames;
}

/** Both ends are told; only what was already under way follows. */
function* bothEnds(scene: Scene, connection: Connection): Generator<number, number[], void> {
  const { random, cipher } = scene;
  yield* established(scene, connection);
  connection.send(SERVER, cipher.stream, 0, connection.segmentSize, ACK);
  inject(scene, connection, RST | ACK, connection.end(SERVER).next);
  const frames = [connection.frame];
  yield random.between(2, 8) * MILLISECOND;
  connection.send(SERVER, cipher.stream, 1448, connection.segmentSize, ACK);
  frames.push(connection.frame);
  connection.send(SERVER, cipher.stream, 2896, connection.segmentSize);
  yield 200_000;
  connection.reactive(CLIENT);
  return frames;
}

/** The client's firewall drops the reset; both ends talk on. */
function* ignored(scene: Scene, connection: Connection): Generator<number, number[], void> {
  const { random, cipher } = scene;
  yield* established(scene, connection);
  inject(scene, connection, RST | ACK, connection.end(SERVER).next);
  const frames = [connection.frame];
  yield 20 * MILLISECOND;
  connection.say(CLIENT, random.pick(asList(cipher.requests)));
  yield connection.roundTrip;
  connection.take(SERVER);
  connection.send(SERVER, cipher.stream, 0, ANSWER);
  frames.push(connection.frame);
  yield MILLISECOND;
  connection.ack(CLIENT);
  yield* connection.close(CLIENT);
  return frames;
}

function* established(scene: Scene, connection: Connection): Script {
  yield* connection.open();
  yield MILLISECOND;
  yield* greet(scene, connection, serverName(TAMPERED_SERVERS));
  connection.say(CLIENT, scene.random.pick(asList(scene.cipher.requests)));
  yield connection.roundTrip;
  connection.take(SERVER);
}

/** A bare reset in the server's name, from a device nearer than the server. */
function inject(scene: Scene, connection: Connection, flags: number, seq: number): void {
  const { random } = scene;
  const server = connection.end(SERVER);
  const initial = random.pick([64, 64, 128, 255]);
  const foreign = (server.id + random.between(8_192, 57_344)) & 0xffff;
  connection.forge(SERVER, {
    flags,
    seq,
    ack: flags & ACK ? server.received : 0,
    window: random.pick([0, 512, 8192, 16384]),
    id: foreign === 0 ? 1 : foreign,
    ttl: initial - DEVICE_HOPS,
  });
}
