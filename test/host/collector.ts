// Turns what a sender delivers over TCP with octet counting into lines in a file: a collector of
// its own process, so that a test can kill it. collector.ts PORT FILE; prints "ready".
// Read RFC 6587 §3.4.1.

import { appendFileSync } from "node:fs";
import { createServer } from "node:net";

const port = Number(process.argv[2]);
const file = process.argv[3] ?? "/dev/null";

const server = createServer((socket) => {
  let held = Buffer.alloc(0);
  socket.on("error", () => {});
  socket.on("data", (chunk) => {
    held = Buffer.concat([held, Buffer.from(chunk)]);
    for (;;) {
      const space = held.indexOf(" ");
      const length = Number(held.subarray(0, space).toString());
      if (space < 0 || held.length < space + 1 + length) return;
      appendFileSync(file, `${held.subarray(space + 1, space + 1 + length)}\n`);
      held = held.subarray(space + 1 + length);
    }
  });
});
server.listen(port, "127.0.0.1", () => process.stdout.write("ready\n"));
