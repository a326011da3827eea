// Puts frames onto an interface: frame-sender.ts INTERFACE; each line on standard input is one burst,
// frames in hexadecimal with spaces between them. Says "ready" once. For tests inside a namespace.

import { createInterface } from "node:readline";
import { bindPacket, interfaceIndex, send } from "../../host/tap/libc.ts";
import { openPacketSocket } from "../../host/tap/packet-socket.ts";

const name = process.argv[2] ?? "lo";
const descriptor = openPacketSocket(name);
bindPacket(descriptor, interfaceIndex(name));
process.stdout.write("ready\n");
for await (const line of createInterface({ input: process.stdin })) {
  for (const frame of line.split(" ")) send(descriptor, Buffer.from(frame, "hex"));
}
