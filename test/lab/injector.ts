// Injectors that others wrote, run at the provider: each starts, acts on connections to one port,
// and stops. tcpkill and nftables decide for themselves what to send; hping3 and scapy are told by
// a few lines of ours what to claim.
// Read: tcpkill(8), hping3(8), nft(8) on reject, scapy's documentation on sniff and send.

import type { ChildProcess } from "node:child_process";
import { ADDRESS, type Network } from "./namespace.ts";
import { lineFrom, PYTHON, run, start, stop } from "./process.ts";

export const INJECTOR_PACKAGES = ["dsniff", "hping3", "nftables", "python3-scapy", "tcpdump"];

/** Something at work on the path until `stop`. */
export interface Injector {
  stop: () => Promise<void>;
}

const ended = (child: ChildProcess): Injector => ({ stop: () => stop(child, "SIGTERM", 500) });

/** Resets every connection to `port` as soon as it sees a segment of it, with growing windows. */
export async function tcpkill(network: Network, port: number): Promise<Injector> {
  const filter = ["tcp", "port", String(port)];
  const child = start(network.netns("provider"), ["tcpkill", "-i", "access", "-9", ...filter]);
  await lineFrom(child, /listening on/);
  child.stderr?.resume();
  child.stdout?.resume();
  return ended(child);
}

/** The provider's packet filter answers segments towards the server with a reset. */
export async function nftReject(network: Network, port: number): Promise<Injector> {
  const netns = network.netns("provider");
  const match = `ip daddr ${ADDRESS.server} tcp dport ${port}`;
  const hook = "type filter hook forward priority 0";
  const table = `table inet lab {\n chain forward {\n ${hook}\n ${match} reject with tcp reset\n }\n}\n`;
  const done = await run(netns, ["nft", "-f", "-"], { input: table });
  if (done.status !== 0) throw new Error(`nft: ${done.transcript}`);
  return {
    stop: async () => {
      await run(netns, ["nft", "flush", "ruleset"]);
    },
  };
}

/** One RST to the client after the server's `n`th data segment, header fields as scapy fills them. */
export async function scapy(network: Network, port: number, n = 8): Promise<Injector> {
  const child = start(network.netns("provider"), [PYTHON, "-c", SCAPY, String(port), String(n)]);
  await lineFrom(child, /^ready/, 60_000);
  child.stdout?.resume();
  return ended(child);
}

/** The same with hping3: RST, TTL 40, sequence number as just seen by tcpdump. */
export async function hping3(network: Network, port: number, n = 8): Promise<Injector> {
  const child = start(network.netns("provider"), [PYTHON, "-c", HPING, String(port), String(n)]);
  await lineFrom(child, /^ready/);
  child.stdout?.resume();
  return ended(child);
}

const SCAPY = `
import logging, sys
logging.getLogger("scapy.runtime").setLevel(logging.ERROR)
from scapy.all import IP, TCP, conf, AsyncSniffer, L3RawSocket, send
import time
port, n = int(sys.argv[1]), int(sys.argv[2])
out = L3RawSocket(iface="access")
seen = {}
def react(packet):
    if TCP not in packet or len(packet[TCP].payload) == 0:
        return
    key = packet[TCP].dport
    seen[key] = seen.get(key, 0) + 1
    if seen[key] == n:
        end = packet[TCP].seq + len(packet[TCP].payload)
        out.send(IP(src=packet[IP].src, dst=packet[IP].dst) /
                 TCP(sport=port, dport=key, flags="R", seq=end))
sniffer = AsyncSniffer(iface="core", filter="tcp src port %d" % port, prn=react, store=False)
sniffer.start()
time.sleep(1)
print("ready", flush=True)
time.sleep(600)
`;

const HPING = `
import re, subprocess, sys
port, n = sys.argv[1], int(sys.argv[2])
watch = subprocess.Popen(
    ["tcpdump", "-lnS", "--immediate-mode", "-i", "core", "tcp src port %s and greater 100" % port],
    stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
watch.stderr.readline()
print("ready", flush=True)
seen = {}
for line in watch.stdout:
    found = re.search(r"IP (\\S+)\\.(\\d+) > (\\S+)\\.(\\d+): .* seq \\d+:(\\d+)", line)
    if not found:
        continue
    source, _, target, client, end = found.groups()
    seen[client] = seen.get(client, 0) + 1
    if seen[client] == n:
        subprocess.run(
            ["hping3", target, "-a", source, "-s", port, "-k", "-p", client, "-R", "-M", end,
             "-t", "40", "-c", "1", "-q"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
`;
