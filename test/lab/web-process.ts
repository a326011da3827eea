// A server that keeps talking, as a process: over TLS or in clear it answers every connection with
// a stream of fixed-size pieces at fixed intervals, so that a forged reset always finds the server
// in the middle of sending.
// Usage: web-process.ts tls|clear PORT PIECES INTERVAL-MS FOLDER
// FOLDER holds certificate.pem and key.pem.
// Prints "ready" when it listens.

import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";

const PIECE_SIZE = 1000;

function answer(socket: Socket, pieces: number, intervalMs: number): void {
  socket.on("error", () => socket.destroy());
  socket.once("data", () => {
    let left = pieces;
    socket.write(
      `HTTP/1.1 200 OK\r\nContent-Length: ${pieces * PIECE_SIZE}\r\nConnection: close\r\n\r\n`,
    );
    const timer = setInterval(() => {
      if (socket.destroyed) return clearInterval(timer);
      socket.write(".".repeat(PIECE_SIZE));
      left--;
      if (left > 0) return;
      clearInterval(timer);
      socket.end();
    }, intervalMs);
  });
}

const [kind, port, pieces, intervalMs, folder = "."] = process.argv.slice(2);
const serve = (socket: Socket) => answer(socket, Number(pieces), Number(intervalMs));
const server =
  kind === "tls"
    ? createTlsServer(
        {
          cert: readFileSync(join(folder, "certificate.pem")),
          key: readFileSync(join(folder, "key.pem")),
        },
        serve,
      ).on("tlsClientError", () => {})
    : createServer(serve);
server.listen({ port: Number(port), host: "::" }, () => process.stdout.write("ready\n"));
