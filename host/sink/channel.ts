// Turns a collector's address into a channel that takes lines: UDP, TCP, or TLS over TCP. Frames
// them; says when it is open, when it is gone, and how much the other side has acknowledged. Keeps
// and repeats nothing (delivery.ts does).
// Read RFC 5426 §3 and §4.3, RFC 6587 §3.4.1, RFC 5425 §4 and §5.

import { createSocket } from "node:dgram";
import { connect as connectTcp, isIP, isIPv6, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Collector } from "../config/schema.ts";
import { codeOf } from "../ground/errors.ts";
import { limitSilence, unacknowledged } from "../tap/libc.ts";
import { CLOSED_REASON, NO_ANSWER_REASON, reasonOf } from "./away.ts";
import type { Credentials } from "./credentials.ts";

/** A connection attempt that takes longer has failed. */
const CONNECT_MS = 5_000;

/** A peer whose machine went silent, or that closes and never takes the rest, is given up after this. */
const SILENCE_MS = 10_000;

/** How often a closing peer is asked whether it has taken the rest. */
const REST_MS = 10;

/**
 * Datagrams that go at once, and the pause behind them: what had to wait must not overrun a receive
 * buffer, which by default holds some 50 of our longest lines on Linux: the third burst still fits.
 */
const BURST = 16;
const BURST_MS = 10;

/** An open way to a collector. */
export interface Channel {
  /** Takes one line, without framing. */
  write(line: string): void;
  /** Octets given to write() so far, framing included. */
  readonly written: number;
  /** Whether more may be written now; onReady tells when it turns true again. */
  readonly ready: boolean;
  /** Octets of them that the other side's kernel is known to have, or never refused; only grows. */
  acknowledged(): number;
  /** Octets of them that the other side must have read, because it closed by itself after them. */
  readonly read: number;
  close(): void;
}

/** What a channel tells. Each of onOpen and onClose comes at most once. */
export interface ChannelEvents {
  onOpen(): void;
  onReady(): void;
  /** `why` it is away, in words. */
  onClose(why: string): void;
}

/** Opens a channel; its events may come before any write. */
export function openChannel(
  collector: Collector,
  credentials: Credentials,
  events: ChannelEvents,
): Channel {
  if (collector.proto === "udp") return openUdp(collector, events);
  return openStream(collector, credentials, events);
}

function openUdp(collector: Collector, events: ChannelEvents): Channel {
  const socket = createSocket(isIPv6(collector.host) ? "udp6" : "udp4");
  let written = 0;
  /** What went before the last pause and the one before it, and brought no complaint. */
  let [paused, known] = [0, 0];
  let open = false;
  let closed = false;
  let burst = 0;
  let pause: NodeJS.Timeout | null = null;
  const close = (): void => {
    closed = true;
    if (pause !== null) clearTimeout(pause);
    socket.close();
  };
  const fail = (error: Error): void => {
    if (closed) return;
    close();
    events.onClose(reasonOf(codeOf(error)));
  };
  /** Behind what the socket has to say: timers of a stall may all come at once. */
  const rest = (): NodeJS.Timeout => setTimeout(() => setImmediate(resume), BURST_MS);
  const resume = (): void => {
    if (closed) return;
    [known, paused] = [paused, written];
    pause = known < written ? rest() : null;
    burst = 0;
    events.onReady();
  };
  socket.on("error", fail); // "port unreachable" arrives here, as the socket is connected
  socket.on("connect", () => {
    open = true;
    events.onOpen();
  });
  socket.connect(collector.port, collector.host); // a callback would be called for errors, too
  return {
    write(line) {
      const octets = Buffer.from(line);
      written += octets.length;
      burst += 1;
      pause ??= rest();
      socket.send(octets, (error) => {
        if (error !== null) fail(error);
      });
    },
    get written() {
      return written;
    },
    get ready() {
      return open && !closed && burst < BURST;
    },
    acknowledged: () => known,
    read: 0,
    close() {
      if (!closed) close();
    },
  };
}

function openStream(
  collector: Collector,
  credentials: Credentials,
  events: ChannelEvents,
): Channel {
  const { host, port } = collector;
  const raw = connectTcp({ host, port, allowHalfOpen: true });
  const secure = collector.proto === "tls" ? openTls(raw, host, credentials) : null;
  const stream: Socket = secure ?? raw;
  let written = 0;
  let known = 0;
  let read = 0;
  let open = false;
  let ending = false;
  let closed = false;
  const acknowledged = (): number => {
    const descriptor = descriptorOf(raw);
    // A socket that broke has lost its descriptor, or what could not be written has left its buffer
    // without a trace: what was known last still holds.
    if (descriptor >= 0 && !stream.destroyed && stream.errored === null) {
      const waiting = stream.writableLength + raw.writableLength;
      known = Math.max(known, written - waiting - Math.max(0, unacknowledged(descriptor)));
    }
    return known;
  };
  const end = (why: string): void => {
    if (closed) return;
    closed = true;
    clearTimeout(deadline);
    const rest = acknowledged() < written;
    events.onClose(why);
    // What will come again over another connection must not still arrive over this one.
    if (rest && descriptorOf(raw) >= 0) raw.resetAndDestroy();
    stream.destroy();
    raw.destroy();
  };
  /** The other side closes. Where it only said that it has nothing to say, it takes the rest. */
  const finish = (): void => {
    if (closed || ending) return;
    ending = true;
    read = acknowledged();
    clearTimeout(deadline);
    deadline = setTimeout(() => end(CLOSED_REASON), SILENCE_MS);
    takeRest();
  };
  const takeRest = (): void => {
    if (closed) return;
    if (acknowledged() < written) {
      setTimeout(takeRest, REST_MS);
      return;
    }
    read = written;
    end(CLOSED_REASON);
  };
  let deadline = setTimeout(() => end(NO_ANSWER_REASON), CONNECT_MS);
  raw.on("connect", () => limitSilence(descriptorOf(raw), SILENCE_MS));
  stream.on(secure === null ? "connect" : "secureConnect", () => {
    clearTimeout(deadline);
    open = true;
    events.onOpen();
  });
  stream.on("drain", () => events.onReady());
  for (const socket of new Set([raw, stream])) {
    // After TLS's own farewell nothing is read any more, whatever the kernel still acknowledges.
    socket.on("end", secure === null ? finish : () => end(CLOSED_REASON));
    socket.on("error", (error) => end(reasonOf(codeOf(error))));
    socket.on("close", () => end(CLOSED_REASON));
  }
  stream.resume(); // a collector has nothing to say; its end must still be heard
  return {
    write(line) {
      acknowledged(); // should this write break the connection, nobody can ask any more
      const framed = Buffer.from(`${Buffer.byteLength(line)} ${line}`);
      written += framed.length;
      stream.write(framed);
    },
    get written() {
      return written;
    },
    get ready() {
      return open && !ending && !closed && !stream.writableNeedDrain;
    },
    acknowledged,
    get read() {
      return read;
    },
    close() {
      if (closed) return;
      closed = true;
      clearTimeout(deadline);
      stream.end();
      stream.once("finish", () => raw.end());
      setTimeout(() => raw.destroy(), SILENCE_MS).unref();
      raw.unref();
    },
  };
}

/** TLS on a connected socket; the certificate must be valid for the name we were given. */
function openTls(raw: Socket, host: string, credentials: Credentials): TLSSocket {
  return connectTls({
    socket: raw,
    host,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...credentials,
    minVersion: "TLSv1.2",
    rejectUnauthorized: true,
  });
}

/** The descriptor under a socket, or -1: Node keeps it to itself, but only TCP knows what came. */
function descriptorOf(socket: Socket): number {
  const handle: unknown = Reflect.get(socket, "_handle");
  if (typeof handle !== "object" || handle === null) return -1;
  const descriptor: unknown = Reflect.get(handle, "fd");
  return typeof descriptor === "number" ? descriptor : -1;
}
