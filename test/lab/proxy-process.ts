// The middlebox as a process: accepts TCP on one address, dials the server behind it, and sends
// every line through the rewriter of its mode. One connection to the server for each client.
// Usage: proxy-process.ts MODE LISTEN-ADDRESS SERVER-ADDRESS PORT:DIALECT...
// Prints "ready" once every port listens. Keeps nothing of what passes.

import { connect, createServer, type Socket } from "node:net";
import { pathToFileURL } from "node:url";
import { type Dialect, MODES, type Mode, type Rewriter, type Turn } from "./rewrite.ts";
import { ImapRewriter } from "./rewrite-imap.ts";
import { Pop3Rewriter } from "./rewrite-pop3.ts";
import { SmtpRewriter } from "./rewrite-smtp.ts";

/** The longest line that is waited for; what is longer passes as it is. */
const LINE_SIZE_MAX = 16_384;

/** A new dialog in `mode`, or null where octets pass as they are. */
export function rewriterOf(dialect: Dialect, mode: Mode): Rewriter | null {
  if (mode === "none") return null;
  return {
    smtp: () => new SmtpRewriter(mode),
    imap: () => new ImapRewriter(mode),
    pop3: () => new Pop3Rewriter(mode),
  }[dialect]();
}

/** Octets of one direction in, turns out; what is not yet a line waits. Exported for tests. */
export class Direction {
  readonly #turnOf: (line: string) => Turn;
  readonly #rewriter: Rewriter;
  readonly #verbatim: (text: string) => Turn;
  #waiting = "";

  constructor(rewriter: Rewriter, from: "client" | "server") {
    this.#rewriter = rewriter;
    this.#turnOf = (line) =>
      from === "client" ? rewriter.fromClient(line) : rewriter.fromServer(line);
    this.#verbatim = (text) =>
      from === "client" ? { toClient: "", toServer: text } : { toClient: text, toServer: "" };
  }

  /** One write for each side, however many lines came at once. */
  feed(octets: string): Turn {
    this.#waiting += octets;
    const sum: Turn = { toClient: "", toServer: "" };
    const add = (turn: Turn) => {
      sum.toClient += turn.toClient;
      sum.toServer += turn.toServer;
    };
    let end = this.#waiting.indexOf("\n");
    while (end >= 0 && !this.#rewriter.opaque) {
      const line = this.#waiting.slice(0, end + 1);
      this.#waiting = this.#waiting.slice(end + 1);
      add(this.#turnOf(line));
      end = this.#waiting.indexOf("\n");
    }
    if (this.#rewriter.opaque || this.#waiting.length > LINE_SIZE_MAX) {
      add(this.#verbatim(this.#waiting));
      this.#waiting = "";
    }
    return sum;
  }
}

function join(client: Socket, server: Socket, rewriter: Rewriter | null): void {
  for (const [socket, other] of [
    [client, server],
    [server, client],
  ] as const) {
    socket.setNoDelay(true);
    socket.on("error", () => other.destroy());
    socket.on("end", () => other.end());
    socket.on("close", () => other.destroySoon());
  }
  if (rewriter === null) {
    client.on("data", (octets) => server.write(octets));
    server.on("data", (octets) => client.write(octets));
    return;
  }
  for (const [socket, from] of [
    [client, "client"],
    [server, "server"],
  ] as const) {
    const direction = new Direction(rewriter, from);
    socket.on("data", (octets: Buffer) => {
      const turn = direction.feed(octets.toString("latin1"));
      if (turn.toServer !== "") server.write(turn.toServer, "latin1");
      if (turn.toClient !== "") client.write(turn.toClient, "latin1");
    });
  }
}

function main(words: string[]): void {
  const [mode, listen, behind, ...ports] = words;
  const known = MODES.find((candidate) => candidate === mode);
  if (known === undefined || listen === undefined || behind === undefined) {
    process.stderr.write(
      "usage: proxy-process.ts MODE LISTEN-ADDRESS SERVER-ADDRESS PORT:DIALECT...\n",
    );
    process.exitCode = 64;
    return;
  }
  let waiting = ports.length;
  for (const each of ports) {
    const [port, dialect] = each.split(":");
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
      const upstream = connect({ host: behind, port: Number(port), allowHalfOpen: true }, () =>
        client.resume(),
      );
      join(client, upstream, rewriterOf(dialect as Dialect, known));
    });
    server.listen(Number(port), listen, () => {
      waiting--;
      if (waiting === 0) process.stdout.write("ready\n");
    });
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main(process.argv.slice(2));
}
