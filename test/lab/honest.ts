// Honest ends of a connection that look like interference to a hasty reader: each function is one
// connection from the home namespace that a real kernel resets or closes by itself, no injector.
// Read: RFC 9293 §3.5.2, socket(7) on SO_LINGER.

import { ADDRESS, type Network } from "./namespace.ts";
import { lineFrom, type Outcome, PYTHON, run, start, stop } from "./process.ts";

/** Where the honest peers listen; no rule of a test uses this port. */
const PORT = 8080;
const CLOSED_PORT = 8081;

/** Nobody listens: the server's kernel answers the SYN with RST+ACK. */
export function closedPort(network: Network, server: string = ADDRESS.server): Promise<Outcome> {
  return run(network.netns("home"), [
    "curl",
    "-sS",
    "--max-time",
    "5",
    `http://${host(server)}:${CLOSED_PORT}/`,
  ]);
}

/** The server closes with linger 0 after its answer: RST+ACK at SND.NXT. */
export function lingerZero(network: Network, server?: string): Promise<Outcome> {
  return withPeer(network, "linger", server);
}

/** The server closes with the client's octets unread: RST instead of FIN. */
export function unread(network: Network, server?: string): Promise<Outcome> {
  return withPeer(network, "unread", server);
}

/** The server's process is killed in the middle of its answer. */
export function killed(network: Network, server?: string): Promise<Outcome> {
  return withPeer(network, "killed", server);
}

/** The server closes while the client still sends: FIN, then a plain RST for each late segment. */
export function lateData(network: Network, server?: string): Promise<Outcome> {
  return withPeer(network, "late", server);
}

/** A FIN long after the last octet, no reset at all. */
export function lateFin(network: Network, server?: string): Promise<Outcome> {
  return withPeer(network, "fin", server);
}

/** The client gives up in the middle of an answer: its own kernel resets. */
export function clientAborts(network: Network, server?: string): Promise<Outcome> {
  return withPeer(network, "abort", server);
}

async function withPeer(
  network: Network,
  manner: string,
  server: string = ADDRESS.server,
): Promise<Outcome> {
  const peer = start(network.netns("server"), [PYTHON, "-c", PEER, manner, String(PORT)]);
  try {
    await lineFrom(peer, /^ready/);
    return await run(network.netns("home"), [
      "python3",
      "-c",
      CLIENT,
      manner,
      server,
      String(PORT),
    ]);
  } finally {
    await stop(peer, "SIGKILL");
  }
}

function host(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

const PEER = `
import os, signal, socket, struct, sys, time
manner, port = sys.argv[1], int(sys.argv[2])
listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
print("ready", flush=True)
peer, _ = listener.accept()
if manner != "unread":
    peer.recv(100)
peer.sendall(b"." * 3000)
if manner == "linger":
    time.sleep(0.1)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()
elif manner == "unread":
    time.sleep(0.2)
    peer.close()
elif manner == "killed":
    for _ in range(10):
        peer.sendall(b"." * 500)
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)
elif manner == "late":
    peer.close()
elif manner == "fin":
    time.sleep(1)
    peer.close()
elif manner == "abort":
    try:
        for _ in range(100):
            peer.sendall(b"." * 500)
            time.sleep(0.005)
    except OSError:
        pass
time.sleep(0.3)
`;

const CLIENT = `
import socket, sys, time
manner, server, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
peer = socket.create_connection((server, port), 5)
peer.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
try:
    if manner == "abort":
        peer.recv(3000)
        time.sleep(0.05)
        peer.close()
        time.sleep(0.3)
        sys.exit(0)
    if manner == "late":
        time.sleep(0.1)
        for _ in range(4):
            peer.sendall(b"more\\r\\n")
            time.sleep(0.05)
    if manner == "unread":
        peer.sendall(b"more\\r\\n")
    while peer.recv(65536):
        pass
except OSError as problem:
    print(problem)
`;
