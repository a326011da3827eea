// Connections that end in a reset for an honest reason, the way real stacks write it: what an
// inspector must not accuse. RFC 9293 §3.5.2, §3.10.7.1; each cause is one script.

import { asList, greet } from "./bulk.ts";
import { CLIENT, type Connection, SERVER } from "./connection.ts";
import { ACK, RST } from "./frame.ts";
import { connect, RESET_SERVERS, type Scene, serverName } from "./scene.ts";
import { MILLISECOND, type Script, SECOND } from "./timeline.ts";

type Cause = (scene: Scene, connection: Connection) => Script;

const CAUSES: Readonly<Record<string, Cause>> = {
  "closed-port": closedPort,
  "linger-zero": lingerZero,
  "process-died": processDied,
  "after-remote-fin": afterRemoteFin,
  "overtakes-data": overtakesData,
  "windows-abort": lingerZero,
  "after-local-close": afterLocalClose,
  "client-abort": clientAbort,
  "idle-reaper": idleReaper,
};

export const CAUSE_NAMES = asList(Object.keys(CAUSES));
/** How long the slowest cause takes, in ns. */
export const SLOWEST = 45 * SECOND;

/** One short connection that ends in a reset for the named cause. */
export function* honestReset(scene: Scene, server: number, cause: string): Script {
  const stack = cause === "windows-abort" ? "windows" : "linux";
  const version = cause !== "idle-reaper" && scene.random.chance(0.2) ? 6 : 4;
  const port = cause === "closed-port" ? scene.random.between(1024, 9999) : 443;
  const connection = connect(scene, RESET_SERVERS + server, port, version, stack);
  const play = CAUSES[cause];
  if (!play) throw new Error(`no such cause of a reset: ${cause}`);
  yield* play(scene, connection);
  const frames = [connection.frame];
  scene.truth.plant({ kind: "honest-reset", cause, flow: connection.flow, frames, alert: null });
}

function* closedPort(_scene: Scene, connection: Connection): Script {
  connection.syn();
  yield connection.roundTrip;
  connection.refuse();
}

/** The server closes with unread octets or SO_LINGER 0; late segments then get plain resets. */
function* lingerZero(scene: Scene, connection: Connection): Script {
  yield* exchange(scene, connection);
  connection.send(CLIENT, request(scene), 0, 120);
  yield connection.roundTrip / 2;
  connection.abort(SERVER);
  yield connection.roundTrip / 2;
  connection.take(SERVER);
  connection.reactive(SERVER);
}

/** The server has forgotten the connection: one plain reset per segment it is sent. */
function* processDied(scene: Scene, connection: Connection): Script {
  yield* exchange(scene, connection);
  yield 2 * SECOND;
  connection.send(CLIENT, request(scene), 0, 140);
  connection.send(CLIENT, request(scene), 0, 90);
  yield connection.roundTrip;
  connection.reactive(SERVER);
  connection.reactive(SERVER);
}

/** The server has closed for good; the client still had something to say. */
function* afterRemoteFin(scene: Scene, connection: Connection): Script {
  yield* exchange(scene, connection);
  connection.fin(SERVER);
  yield 300_000;
  connection.say(CLIENT, request(scene));
  yield connection.roundTrip;
  connection.reactive(SERVER);
}

/** The reset takes another way than the last data and is there first. */
function* overtakesData(scene: Scene, connection: Connection): Script {
  yield* exchange(scene, connection);
  const { stream } = scene.cipher;
  const size = connection.segmentSize;
  connection.abort(SERVER, 2 * size);
  yield 2 * MILLISECOND;
  connection.send(SERVER, stream, 0, size, ACK);
  connection.send(SERVER, stream, size, size);
  yield 300_000;
  connection.take(CLIENT);
}

/** The client closes and is gone; the server's last data meets a closed port at home. */
function* afterLocalClose(scene: Scene, connection: Connection): Script {
  yield* exchange(scene, connection);
  connection.fin(CLIENT);
  yield connection.roundTrip;
  connection.say(SERVER, request(scene));
  yield 300_000;
  connection.reactive(CLIENT);
}

/** A browser tab is closed in the middle of a download. */
function* clientAbort(scene: Scene, connection: Connection): Script {
  yield* exchange(scene, connection);
  connection.abort(CLIENT);
  yield 3 * MILLISECOND;
  connection.send(SERVER, scene.cipher.stream, 0, connection.segmentSize, ACK);
  yield 200_000;
  connection.reactive(CLIENT);
}

/** A load balancer forgets an idle flow and tells both ends, from a class of its own. */
function* idleReaper(scene: Scene, connection: Connection): Script {
  yield* exchange(scene, connection);
  yield 40 * SECOND;
  const server = connection.end(SERVER);
  const ttl = 255 - (64 - server.host.ttl);
  const id = scene.random.below(65536);
  const { next: seq, received: ack } = server;
  connection.forge(SERVER, { flags: RST | ACK, seq, ack, window: 0, id, ttl });
}

/** Handshake, hellos, one request and its answer. */
function* exchange(scene: Scene, connection: Connection): Script {
  yield* connection.open();
  yield MILLISECOND;
  yield* greet(scene, connection, serverName(RESET_SERVERS));
  connection.say(CLIENT, request(scene));
  yield connection.roundTrip;
  connection.take(SERVER);
  connection.send(SERVER, scene.cipher.stream, 0, connection.segmentSize);
  yield 400_000;
  connection.ack(CLIENT);
}

function request(scene: Scene) {
  return scene.random.pick(asList(scene.cipher.requests));
}
