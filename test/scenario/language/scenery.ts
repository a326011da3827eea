// Traffic that has nothing to do with a scenario, woven between its packets: three TLS connections,
// a DNS query and an ARP request. None of it may appear in a result.

import { parseAddress } from "./address.ts";
import { ACK, type Packet, PSH, SYN, type TcpPacket } from "./packet.ts";
import type { Host } from "./scenario.ts";
import { clientHello, serverHello } from "./tls.ts";

const CONNECTIONS = 3;
const RECORD = Uint8Array.from([0x17, 3, 3, 0, 4, 0xde, 0xad, 0xbe, 0xef]);
const ARP = Uint8Array.from(
  Buffer.from(
    "ffffffffffff020000000001080600010800060400010200000000010a0000010000000000000a000002",
    "hex",
  ),
);

/** The packets with one piece of scenery a microsecond after each. */
export function interleave(packets: readonly Packet[]): Packet[] {
  const six = packets.some((packet) => packet.kind === "tcp" && packet.from.address.length === 16);
  const connections = Array.from({ length: CONNECTIONS }, (_, index) => new Connection(index, six));
  return packets.flatMap((packet, index) => {
    const time = packet.time + 1000n;
    const connection = connections[index % (CONNECTIONS + 1)];
    return [packet, connection === undefined ? arp(time) : connection.next(time)];
  });
}

function arp(time: bigint): Packet {
  return { kind: "frame", origin: 0, time, octets: ARP, truncate: null, corrupt: [] };
}

/** One TLS connection, one packet at a time, without an end. */
class Connection {
  readonly #client: Host;
  readonly #server: Host;
  #turn = 0;
  #clientNext = 1;
  #serverNext = 1;

  constructor(index: number, six: boolean) {
    const host = (four: string, long: string, port: number): Host => {
      return { name: "scenery", address: parseAddress(six ? long : four), port };
    };
    this.#client = host(`192.168.1.${60 + index}`, `fd00::${60 + index}`, 52000 + index);
    this.#server = host(`203.0.113.${60 + index}`, `2001:db8::${60 + index}`, 443);
  }

  next(time: bigint): TcpPacket {
    const turn = this.#turn++;
    if (turn === 0) return this.#packet(time, true, SYN, new Uint8Array(0));
    if (turn === 1) return this.#packet(time, false, SYN | ACK, new Uint8Array(0));
    if (turn === 2) return this.#packet(time, true, ACK | PSH, clientHello("scenery.example"));
    if (turn === 3) return this.#packet(time, false, ACK | PSH, serverHello());
    return this.#packet(time, turn % 2 === 0, ACK | PSH, RECORD);
  }

  #packet(time: bigint, fromClient: boolean, flags: number, payload: Uint8Array): TcpPacket {
    const opening = (flags & SYN) !== 0;
    const seq = opening ? 0 : fromClient ? this.#clientNext : this.#serverNext;
    if (fromClient) this.#clientNext += payload.length;
    else this.#serverNext += payload.length;
    return {
      kind: "tcp",
      origin: 0,
      time,
      from: fromClient ? this.#client : this.#server,
      to: fromClient ? this.#server : this.#client,
      flags,
      seq,
      ack: flags & ACK ? (fromClient ? this.#serverNext : this.#clientNext) : 0,
      window: 501,
      options: new Uint8Array(0),
      payload,
      bulk: true,
      ttl: fromClient ? 64 : 55,
      id: null,
      df: 1,
      reserved: 0,
      ipOptions: 0,
      extensions: [],
      truncate: null,
      corrupt: [],
    };
  }
}
