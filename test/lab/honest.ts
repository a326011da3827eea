// Honest resets, which look like interference to a hasty reader: each cause is connections from
// the home that a real kernel ends by itself, no injector anywhere on the path.
// Read: RFC 9293 §3.5.2 and §3.10.7, tcp(7), socket(7) on SO_LINGER, ss(8) on --kill.

import { ADDRESS, type Network } from "./namespace.ts";
import { lineFrom, type Outcome, PYTHON, run, start, stop } from "./process.ts";

/** Where the honest peers listen; no rule of a test uses these ports. */
const PORT = 8080;
const CLOSED_PORT = 8081;

/** What the server does, and whether the home sees a reset from it. */
export const CAUSES = {
  "closed-port": "nobody listens: RST+ACK to the SYN",
  "linger-zero": "closed with linger 0 after the answer: RST+ACK at SND.NXT",
  "linger-zero-after-fin": "the same after the client has closed its half",
  unread: "closed with the client's octets unread: RST instead of FIN",
  killed: "the process is killed with octets unread, in the middle of its answer",
  "late-data": "closed while the client still sends: a plain RST for each late segment",
  "upload-refused": "a long upload answered early and closed: resets into a full window",
  "listener-closed": "the listener closes while the connection waits to be accepted",
  "queue-overflow": "the accept queue is full and the kernel set to say so",
  forgotten: "the server has forgotten the connection: a plain RST to the next segment",
  destroyed: "an administrator destroys the socket",
  "firewall-refuses": "the server's own packet filter rejects the SYN with a reset",
  "firewall-cuts": "the server's own packet filter rejects segments of an open connection",
  "client-aborts": "the client gives up in the middle of an answer: only its own reset",
  "late-fin": "a FIN long after the last octet, no reset at all",
} as const;

export type Cause = keyof typeof CAUSES;

/** Causes after which the server is not the one that resets. */
export const WITHOUT_RESET: readonly Cause[] = ["client-aborts", "late-fin"];

const NFT: Partial<Record<Cause, string>> = {
  "firewall-refuses": `tcp dport ${PORT} tcp flags & (syn|ack) == syn reject with tcp reset`,
};

/** `count` connections that end by `cause`, one after the other. */
export async function honestEnd(
  network: Network,
  cause: Cause,
  count = 1,
  server: string = ADDRESS.server,
): Promise<Outcome> {
  const target = [server, String(cause === "closed-port" ? CLOSED_PORT : PORT), String(count)];
  const peer = start(network.netns("server"), [PYTHON, "-c", PEER, cause, String(PORT)]);
  peer.stderr?.resume();
  try {
    await lineFrom(peer, /^ready/);
    const rule = NFT[cause];
    if (rule !== undefined) await filter(network, rule);
    return await run(network.netns("home"), [PYTHON, "-c", CLIENT, cause, ...target], {
      timeoutMs: 120_000,
    });
  } finally {
    await stop(peer, "SIGKILL");
    if (cause.startsWith("firewall"))
      await run(network.netns("server"), ["nft", "flush", "ruleset"]);
  }
}

/** One input rule in the server's own packet filter. */
async function filter(network: Network, rule: string): Promise<void> {
  const chain = "type filter hook input priority 0";
  const text = `table inet lab {\n chain input {\n ${chain}\n ${rule}\n }\n}\n`;
  const done = await run(network.netns("server"), ["nft", "-f", "-"], { input: text });
  if (done.status !== 0) throw new Error(`nft: ${done.transcript}`);
}

/**
 * The server's side: one connection after the other, each ended in the manner named. Where the
 * kernel's settings or filter are to act, they are changed from here, in this namespace only.
 */
const PEER = `
import os, socket, struct, subprocess, sys, time
manner, port = sys.argv[1], int(sys.argv[2])
def listen(backlog=100):
    return socket.create_server(
        ("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=backlog, reuse_port=False)
def quiet(*words):
    subprocess.run(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
def linger(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
TABLE = """table inet lab {
 chain input {
  type filter hook input priority 0
  tcp sport %d reject with tcp reset
 }
}
"""
def serve(peer):
    client = peer.getpeername()[1]
    if manner not in ("unread", "killed", "upload-refused"):
        peer.recv(100)
    peer.sendall(b"." * 3000)
    if manner == "linger-zero":
        time.sleep(0.05)
        linger(peer)
    elif manner == "linger-zero-after-fin":
        while peer.recv(1000):
            pass
        peer.sendall(b"." * 500)
        linger(peer)
    elif manner == "unread":
        time.sleep(0.08)
    elif manner == "upload-refused":
        time.sleep(0.02)
    elif manner == "killed":
        for _ in range(5):
            peer.sendall(b"." * 500)
            time.sleep(0.01)
        os._exit(0)
    elif manner == "forgotten":
        # Closed without a word: the filter swallows the FIN, then the port answers for itself.
        quiet("nft", "add table inet hush; add chain inet hush out { type filter hook output priority 0; };"
              " add rule inet hush out tcp sport %d tcp dport %d drop" % (port, client))
        linger(peer)
        peer.close()
        quiet("nft", "delete table inet hush")
    elif manner == "destroyed":
        time.sleep(0.02)
        quiet("ss", "-K", "sport", "=", ":%d" % port, "dport", "=", ":%d" % client)
    elif manner == "firewall-cuts":
        time.sleep(0.03)
        subprocess.run(["nft", "-f", "-"], input=(TABLE % client).encode())
        # The program hears nothing of it, and says good-bye when it is tired of waiting.
        peer.settimeout(0.6)
        try:
            while peer.recv(1000):
                pass
        except OSError:
            pass
        quiet("nft", "delete table inet lab")
    elif manner == "late-fin":
        time.sleep(1)
    elif manner == "client-aborts":
        try:
            for _ in range(60):
                peer.sendall(b"." * 500)
                time.sleep(0.005)
        except OSError:
            pass
    peer.close()
if manner == "queue-overflow":
    open("/proc/sys/net/ipv4/tcp_abort_on_overflow", "w").write("1")
    # With SYN cookies, which so short a queue would call for, the kernel forgets without a word.
    open("/proc/sys/net/ipv4/tcp_syncookies", "w").write("0")
    listener = listen(2)
    print("ready", flush=True)
    while True:
        time.sleep(0.15)
        peer, _ = listener.accept()
        peer.close()
elif manner == "listener-closed":
    listener = listen()
    print("ready", flush=True)
    import select
    while True:
        select.select([listener], [], [])
        time.sleep(0.03)
        listener.close()
        listener = listen()
elif manner == "killed":
    listener = listen()
    print("ready", flush=True)
    while True:
        peer, _ = listener.accept()
        if os.fork() == 0:
            serve(peer)
        peer.close()
        os.wait()
else:
    listener = listen()
    print("ready", flush=True)
    while True:
        peer, _ = listener.accept()
        try:
            serve(peer)
        except OSError:
            pass
        peer.close()
`;

const CLIENT = `
import socket, sys, time
manner, server, port, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
def was_reset(peer):
    try:
        peer.recv(1)
    except ConnectionResetError:
        return True
    except OSError:
        pass
    return False
def crowd():
    # Two at a time, until one finds the queue full that had room for both when their SYNs came.
    peers = []
    for _ in range(40):
        for _ in range(2):
            peer = socket.socket(socket.AF_INET6 if ":" in server else socket.AF_INET)
            peer.setblocking(False)
            peer.connect_ex((server, port))
            peers.append(peer)
        time.sleep(0.1)
        if any([was_reset(peer) for peer in peers]):
            break
    for peer in peers:
        peer.close()
def session():
    if manner == "queue-overflow":
        return crowd()
    peer = socket.create_connection((server, port), 3)
    peer.settimeout(3)
    peer.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
    if manner == "client-aborts":
        peer.recv(3000)
        time.sleep(0.05)
        peer.close()
        return
    if manner == "linger-zero-after-fin":
        peer.shutdown(socket.SHUT_WR)
    if manner == "late-data":
        time.sleep(0.05)
        for _ in range(3):
            peer.sendall(b"more\\r\\n")
            time.sleep(0.02)
    if manner == "upload-refused":
        for _ in range(20):
            peer.sendall(b"u" * 1000)
    if manner == "unread":
        peer.sendall(b"more\\r\\n")
    if manner in ("firewall-cuts", "forgotten"):
        # How soon the server is done with it is the machine's affair: until it answers with a reset.
        for _ in range(25):
            time.sleep(0.12)
            peer.sendall(b"more\\r\\n")
    while peer.recv(65536):
        pass
ended = {}
for _ in range(count):
    try:
        session()
        how = "closed"
    except OSError as problem:
        how = str(problem)
    ended[how] = ended.get(how, 0) + 1
    time.sleep(0.02)
for how, times in ended.items():
    print(times, how)
time.sleep(0.3)
`;
