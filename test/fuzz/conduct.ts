// What a broken collector does, by name: with a connection once it is open, instead of a TLS handshake, and
// with which certificate. Knows nothing of when it is done (broken-collector.ts).

import type { Socket } from "node:net";
import type { Random } from "../scenario/language/random.ts";
import type { Identities } from "./identity.ts";
import type { Visit } from "./visit.ts";

export type Protocol = "tcp" | "tls" | "udp";

const SIP_MS = 30;
const GARBAGE_MAX = 300;

/** A connection under way, with all that a conduct may do to it. */
export interface Scene {
  readonly stream: Socket;
  readonly visit: Visit;
  readonly random: Random;
  /** So many octets are read before the conduct shows. */
  readonly after: number;
  breakOff(how: "reset" | "close"): void;
  /** To be called before TLS's farewell: notes what that may leave unread. */
  farewell(): void;
}

/** What is done when octets have come, and what when the visit's time is over. */
export interface Conduct {
  readonly opened?: (scene: Scene) => void;
  readonly came?: (scene: Scene) => void;
  readonly over: (scene: Scene) => void;
}

const reset = ({ breakOff }: Scene): void => breakOff("reset");
const close = ({ breakOff }: Scene): void => breakOff("close");
/** Says that there is nothing more to say, and reads on. */
const halfClose = ({ stream, farewell }: Scene): void => {
  farewell();
  stream.end();
  stream.resume();
};
const stopReading = ({ stream }: Scene): void => void stream.pause();
const enough = ({ visit, after }: Scene): boolean => visit.octets >= after;
export const garbage = (random: Random): Buffer =>
  Buffer.from(Array.from({ length: 1 + random.below(GARBAGE_MAX) }, () => random.below(256)));

/** What a collector does with an open connection. */
export const CONDUCTS: Readonly<Record<string, Conduct>> = {
  "resets at once": { opened: reset, over: reset },
  "resets after some octets": { came: (scene) => enough(scene) && reset(scene), over: reset },
  "closes after some octets": { came: (scene) => enough(scene) && close(scene), over: close },
  "closes amid a frame": {
    came: (scene) => enough(scene) && scene.visit.rest > 0 && close(scene),
    over: close,
  },
  "half-closes at once and reads on": { opened: halfClose, over: () => {} },
  "half-closes after some octets": {
    came: (scene) => enough(scene) && halfClose(scene),
    over: halfClose,
  },
  "half-closes unread and resets": {
    opened: ({ stream, farewell }) => {
      farewell();
      stream.pause().end();
    },
    over: ({ breakOff, visit }) => {
      breakOff("reset");
      visit.unread = Number.POSITIVE_INFINITY; // who says farewell has read: that was a lie
    },
  },
  "stops reading and resets": {
    came: (scene) => enough(scene) && stopReading(scene),
    over: reset,
  },
  "stops reading, then reads on": { opened: stopReading, over: halfClose },
  "reads slowly": {
    came: ({ stream, random }) => {
      stream.pause();
      setTimeout(() => stream.resume(), random.below(SIP_MS));
    },
    over: halfClose,
  },
  "talks back": {
    opened: ({ stream, random }) => void stream.write(garbage(random)),
    came: ({ stream, random }) => !stream.writableEnded && stream.write(garbage(random)),
    over: halfClose,
  },
  "reads, then closes": { over: halfClose },
};

export const HEALTHY = "reads";
export const AWAY = "is away";
export const DATAGRAM_CONDUCTS = ["reads, then goes", "talks back, then goes"];

/** What it does with a TLS connection that never opens. */
export const HANDSHAKES: Readonly<Record<string, (raw: Socket, random: Random) => void>> = {
  "resets amid the handshake": (raw) => void raw.once("data", () => raw.resetAndDestroy()),
  "closes amid the handshake": (raw) => void raw.once("data", () => raw.destroy()),
  "half-closes amid the handshake": (raw) => void raw.once("data", () => raw.end()),
  "answers the handshake with garbage": (raw, random) =>
    void raw.once("data", () => raw.write(garbage(random))),
  "is silent in the handshake": (raw) => void raw.resume(),
};
export const CERTIFICATES: Readonly<Record<string, Exclude<keyof Identities, "ca">>> = {
  "shows an expired certificate": "expired",
  "shows a certificate of another name": "otherName",
  "shows a certificate of a stranger": "stranger",
};

/** All that a collector of this protocol may do, by name. */
export function conductsOf(protocol: Protocol): string[] {
  if (protocol === "udp") return [AWAY, ...DATAGRAM_CONDUCTS];
  const wrong =
    protocol === "tls" ? [...Object.keys(HANDSHAKES), ...Object.keys(CERTIFICATES)] : [];
  return [AWAY, ...Object.keys(CONDUCTS), ...wrong];
}
