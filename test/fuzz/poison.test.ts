// Three ways to poison what is remembered of a server: show it without STARTTLS first, flood the book
// with other servers, let another machine greet with its name. None may turn an honest server into a
// suspect, and none may silence the loss of an upgrade that a strong history stands behind.

import assert from "node:assert/strict";
import type { Alert } from "../../host/ground/alert.ts";
import { openPipeline } from "../pipeline.ts";
import { feed } from "../scenario/language/feed.ts";
import { readScenario } from "../scenario/language/library.ts";
import type { Packet } from "../scenario/language/packet.ts";
import { asWritten } from "../scenario/language/transform.ts";

/** A session without the offer: 220 mx.example, a list of three words. */
const PLAIN = "baseline/upgrade-that-vanished-is-likely.scn";
const DAY = 86_400_000_000_000n;
const OFFER = Buffer.from("250-STARTTLS\r\n250 8BITMIME\r\n");
const NO_OFFER = Buffer.from("250 8BITMIME\r\n");
/** More servers than a household meets in years. */
const SERVERS = 3_000;

/** A house with its memory; days go by as sessions are shown. */
class House {
  readonly #pipeline = openPipeline({ onAlerts: (raised) => this.#alerts.push(...raised) });
  #alerts: Alert[] = [];
  #port = 20_000;

  /** One session with the server 203.0.x.y on a day; the alerts it raised, worst verdicts first seen. */
  session(server: number, day: number, offers: boolean, greeting = `mx${server}.example`): Alert[] {
    const base = asWritten(readScenario(PLAIN));
    this.#port += 1;
    const packets = base.packets.map((packet) => this.#rewrite(packet, server, offers, greeting));
    this.#alerts = [];
    const told = { ...base, packets: renumber(packets), shift: BigInt(day) * DAY };
    feed(this.#pipeline.drain, told);
    return this.#alerts.filter(({ verdict }) => verdict === "likely" || verdict === "proven");
  }

  #rewrite(packet: Packet, server: number, offers: boolean, greeting: string): Packet {
    if (packet.kind !== "tcp") return packet;
    const address = Uint8Array.from([45, 9, server >>> 8, server]);
    const place = (host: typeof packet.from) =>
      host.name === "s" ? { ...host, address } : { ...host, port: this.#port };
    const text = Buffer.from(packet.payload)
      .toString("latin1")
      .replaceAll("mx.example", greeting)
      .replace(NO_OFFER.toString(), (offers ? OFFER : NO_OFFER).toString());
    const payload = Uint8Array.from(Buffer.from(text, "latin1"));
    return { ...packet, from: place(packet.from), to: place(packet.to), payload };
  }
}

/** Numbers follow the changed payloads. */
function renumber(packets: readonly Packet[]): Packet[] {
  const shift = new Map<string, number>();
  const before = asWritten(readScenario(PLAIN)).packets;
  return packets.map((packet, index) => {
    const old = before[index];
    if (packet.kind !== "tcp" || old?.kind !== "tcp") return packet;
    const mine = shift.get(packet.from.name) ?? 0;
    const theirs = shift.get(packet.to.name) ?? 0;
    shift.set(packet.from.name, mine + packet.payload.length - old.payload.length);
    return { ...packet, seq: packet.seq + mine, ack: packet.ack + theirs };
  });
}

describe("poisoned history", function () {
  this.timeout(120_000);
  const TRUE_ONE = 1;

  /** Nine sessions on four days: a history nobody doubts. */
  function strong(house: House): void {
    for (let session = 0; session < 9; session++) {
      assert.deepEqual(house.session(TRUE_ONE, Math.floor(session / 2), true), []);
    }
  }

  it("is seen at all: a strong history makes a lost offer likely", () => {
    const house = new House();
    strong(house);
    assert.ok(house.session(TRUE_ONE, 6, false).length > 0);
  });

  it("first without STARTTLS, then with it: nobody is accused", () => {
    const house = new House();
    for (let session = 0; session < 5; session++) {
      assert.deepEqual(house.session(TRUE_ONE, 0, false), [], "an honest plain server");
    }
    for (let session = 0; session < 9; session++) {
      assert.deepEqual(house.session(TRUE_ONE, 1 + Math.floor(session / 2), true), []);
    }
  });

  it("plain sessions after a strong history do not teach: each is told", () => {
    const house = new House();
    strong(house);
    for (let session = 0; session < 4; session++) {
      assert.ok(house.session(TRUE_ONE, 6, false).length > 0, `session ${session} was silent`);
    }
  });

  it("a book flooded with servers accuses none of them and forgets no strong history", () => {
    const house = new House();
    strong(house);
    for (let server = 2; server < SERVERS; server++) {
      assert.deepEqual(house.session(server, 5, false), [], `server ${server}`);
    }
    assert.ok(house.session(TRUE_ONE, 6, false).length > 0, "the strong history is gone");
  });

  it("another server with its greeting is not accused, and changes nothing for the true one", () => {
    const house = new House();
    strong(house);
    const name = `mx${TRUE_ONE}.example`;
    for (let session = 0; session < 6; session++) house.session(2, 5, false, name);
    assert.deepEqual(house.session(3, 5, true, name), [], "an honest one of that name");
    assert.ok(house.session(TRUE_ONE, 6, false).length > 0, "the true loss is silent");
  });
});
