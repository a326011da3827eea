// Turns a collector's address into a channel that takes octets: UDP, TCP, or TLS over TCP. Says
// when it is open, when it is gone, and how much the other side has not acknowledged. Frames,
// keeps and repeats nothing (delivery.ts does).
// Read RFC 5426 §3, RFC 6587 §3.4.1, RFC 5425 §4 and §5.

import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { connect as connectTcp, isIP, isIPv6, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { Collector } from "../config/schema.ts";
import { EXIT, HostError } from "../errors.ts";
import { limitSilence, unacknowledged } from "../tap/libc.ts";

/** A connection attempt that takes longer has failed. */
const CONNECT_MS = 5_000;

/** A peer whose machine went silent is given up after this. */
const SILENCE_MS = 10_000;

/** An open way to a collector. */
export interface Channel {
  /** Takes one line, without framing. */
  write(line: string): void;
  /** Octets given to write() so far, framing included. */
  readonly written: number;
  /** Whether more may be written now; onReady tells when it turns true again. */
  readonly ready: boolean;
  /** Octets of them that the other side's kernel is not known to have. */
  pending(): number;
  close(): void;
}

/** What a channel tells. Each of onOpen and onClose comes at most once. */
export interface ChannelEvents {
  onOpen(): void;
  onReady(): void;
  /** `orderly`: the other side closed by itself, having read all that it acknowledged. */
  onClose(orderly: boolean): void;
}

/** PEM texts, read while privileged. */
export interface Credentials {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Reads the files a collector names. Throws HostError 78 naming option and file. */
export function readCredentials(collector: Collector): Credentials {
  const read = (option: "ca" | "cert" | "key"): Record<string, string> => {
    const file = collector[option];
    if (file === null) return {};
    try {
      return { [option]: readFileSync(file, "utf8") };
    } catch {
      throw new HostError(
        EXIT.config,
        `section collector, option ${option}: "${file}" cannot be read; expected a PEM file.`,
      );
    }
  };
  return { ...read("ca"), ...read("cert"), ...read("key") };
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
  let open = false;
  let closed = false;
  const fail = (): void => {
    if (closed) return;
    closed = true;
    socket.close();
    events.onClose(false);
  };
  socket.on("error", fail); // "port unreachable" arrives here, as the socket is connected
  socket.connect(collector.port, collector.host, () => {
    open = true;
    events.onOpen();
  });
  return {
    write(line) {
      const octets = Buffer.from(line);
      written += octets.length;
      socket.send(octets, (error) => {
        if (error !== null) fail();
      });
    },
    get written() {
      return written;
    },
    get ready() {
      return open && !closed;
    },
    pending: () => 0,
    close() {
      if (closed) return;
      closed = true;
      socket.close();
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
  let open = false;
  let closed = false;
  const end = (orderly: boolean): void => {
    if (closed) return;
    closed = true;
    clearTimeout(deadline);
    events.onClose(orderly);
    stream.destroy();
    raw.destroy();
  };
  const deadline = setTimeout(() => end(false), CONNECT_MS);
  raw.on("connect", () => limitSilence(descriptorOf(raw), SILENCE_MS));
  stream.on(secure === null ? "connect" : "secureConnect", () => {
    clearTimeout(deadline);
    open = true;
    events.onOpen();
  });
  stream.on("drain", () => events.onReady());
  raw.on("end", () => end(true));
  stream.on("end", () => end(true));
  for (const socket of new Set([raw, stream])) {
    socket.on("error", () => end(false));
    socket.on("close", () => end(false));
  }
  stream.resume(); // a collector has nothing to say; its end must still be heard
  return {
    write(line) {
      const framed = Buffer.from(`${Buffer.byteLength(line)} ${line}`);
      written += framed.length;
      stream.write(framed);
    },
    get written() {
      return written;
    },
    get ready() {
      return open && !closed && !stream.writableNeedDrain;
    },
    pending: () => stream.writableLength + raw.writableLength + kernelPending(raw),
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

function kernelPending(socket: Socket): number {
  const descriptor = descriptorOf(socket);
  return descriptor < 0 ? 0 : Math.max(0, unacknowledged(descriptor));
}
