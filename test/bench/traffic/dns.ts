// Look-ups of the servers the other scripts talk to: A and AAAA questions to one resolver and its
// answers with the address used. RFC 1035 §4.1, RFC 3596 §2.2.

import { far4, far6 } from "./address.ts";
import { farHost, homeHost } from "./connection.ts";
import { path, writeUdp } from "./frame.ts";
import { material } from "./material.ts";
import { BULK_SERVERS, MAIL_SERVERS, type Scene, serverName } from "./scene.ts";
import type { Script } from "./timeline.ts";

const RESOLVER = 130_500;
const TYPE_A = 1;
const TYPE_AAAA = 28;

/** Endless questions, `pause` ns apart on average. */
export function* lookups(scene: Scene, pause: number): Script {
  const { random, capture } = scene;
  const resolver = farHost(RESOLVER, 4);
  for (;;) {
    const client = homeHost(random, 4);
    const port = random.between(32768, 60999);
    const mail = random.chance(0.05);
    const server = mail ? MAIL_SERVERS + random.below(60) : BULK_SERVERS + random.below(600);
    const type = random.chance(0.5) ? TYPE_A : TYPE_AAAA;
    const question = message(random.below(65536), server, type);
    const answer = material(question.octets.slice());
    const there = path(true, "udp", client.address, port, resolver.address, 53);
    const back = path(false, "udp", resolver.address, 53, client.address, port);
    writeUdp(capture, there, client.ttl, random.below(65536), question, 0, question.octets.length);
    yield random.between(8_000_000, 40_000_000);
    const reply = reanswered(answer.octets, server, type);
    writeUdp(capture, back, resolver.ttl, random.below(65536), reply, 0, reply.octets.length);
    yield random.between(pause / 2, (3 * pause) / 2);
  }
}

function message(id: number, server: number, type: number) {
  const labels = serverName(server).split(".");
  const name = labels.flatMap((label) => [label.length, ...new TextEncoder().encode(label)]);
  const header = [id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  return material(Uint8Array.from([...header, ...name, 0, 0, type, 0, 1]));
}

/** The same message with its question answered. */
function reanswered(question: Uint8Array, server: number, type: number) {
  const { octets } = type === TYPE_A ? far4(server) : far6(server);
  const record = [0xc0, 12, 0, type, 0, 1, 0, 0, 1, 44, 0, octets.length, ...octets];
  const reply = Uint8Array.from([...question, ...record]);
  reply.set([0x81, 0x80], 2);
  reply[7] = 1;
  return material(reply);
}
