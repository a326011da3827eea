// Four places joined by wires: home – router – provider – server, each a network namespace.
// Turns nothing but a prefix into a small routed internet with documentation addresses, IPv4 and
// IPv6. Does not translate addresses (no NAT) and starts no server.
// Read: ip-netns(8), veth(4), RFC 5737 and RFC 3849 (documentation addresses).
//
// What the kernels of build machines may lack, found by trying: the netem queue, 802.1Q devices,
// NFQUEUE, flow tables, VRF. So delay, loss and injection come from our own forwarder; the distance
// in hops from `ip_default_ttl`; and the middlebox takes over the server's address instead of
// having packets redirected to it. Needed are only: namespaces, veth, AF_PACKET. nftables with
// redirect, tproxy and reject, the bridge and ifb are there as a rule, and are used by no part of
// the lab itself.

import { spawnSync } from "node:child_process";

/** The places, from the owner's side outwards. `wire` exists only where it is asked for. */
export type Place = "home" | "router" | "wire" | "provider" | "server";

/** The addresses of the lab. */
export const ADDRESS = {
  home: "192.168.77.10",
  home6: "2001:db8:77::10",
  routerLan: "192.168.77.1",
  routerLan6: "2001:db8:77::1",
  uplink: "198.51.100.2",
  uplink6: "2001:db8:51::2",
  provider: "198.51.100.1",
  provider6: "2001:db8:51::1",
  core: "203.0.113.1",
  core6: "2001:db8:113::1",
  /** Where clients go. The middlebox takes it over when there is one. */
  server: "203.0.113.25",
  server6: "2001:db8:113::25",
  /** The same server behind the middlebox. */
  behind: "203.0.113.26",
  behind6: "2001:db8:113::26",
} as const;

/** Name of the router's interface towards the provider: what a tap listens on. */
export const UPLINK = "wan";

const PREFIX = "sl-lab-";

/** No waiting for duplicate addresses and no router chatter: nobody else is on these wires. */
const QUIET_IPV6 = {
  "net.ipv6.conf.default.accept_dad": 0,
  "net.ipv6.conf.default.accept_ra": 0,
  "net.ipv6.conf.default.router_solicitations": 0,
};

/** What a network may be asked for beyond the four places. */
export interface NetworkOptions {
  /** Puts a fifth place between router and provider, two veth ends nothing forwards between. */
  wire?: boolean;
  /** Initial TTL and hop limit of packets a place sends; Linux's 64 where absent. */
  ttl?: Partial<Record<Place, number>>;
}

/** One running network. `start` builds, `stop` removes everything and may be called twice. */
export class Network {
  readonly #options: NetworkOptions;
  readonly #prefix = `${PREFIX}${process.pid}-${serial++}-`;

  constructor(options: NetworkOptions = {}) {
    this.#options = options;
  }

  /** Name of the namespace of `place`, as `ip netns` knows it. */
  netns(place: Place): string {
    return `${this.#prefix}${place}`;
  }

  /** Builds the places and wires; removes first what crashed runs have left. */
  start(): void {
    removeStale();
    for (const place of this.#places()) {
      ip("netns", "add", this.netns(place));
      this.#set(place, QUIET_IPV6);
      this.ip("-n", this.netns(place), "link", "set", "lo", "up");
    }
    this.#cable("home", "eth0", "router", "lan");
    if (this.#options.wire) {
      this.#set("wire", {
        "net.ipv6.conf.all.disable_ipv6": 1,
        "net.ipv6.conf.default.disable_ipv6": 1,
      });
      this.#cable("router", UPLINK, "wire", "near");
      this.#cable("wire", "far", "provider", "access");
    } else {
      this.#cable("router", UPLINK, "provider", "access");
    }
    this.#cable("provider", "core", "server", "eth0");
    this.#address();
    this.#route();
    for (const place of this.#places()) this.setTtl(place, this.#options.ttl?.[place] ?? 64);
  }

  /** Removes the places and ends what still runs in them. */
  stop(): void {
    for (const name of namespaces().filter((name) => name.startsWith(this.#prefix))) remove(name);
  }

  /** Sets the initial TTL and hop limit of what `place` sends from now on. */
  setTtl(place: Place, ttl: number): void {
    const links = ["all", "default", ...this.#links(place)];
    const limits = links.map((link) => [`net.ipv6.conf.${link}.hop_limit`, ttl] as const);
    this.#set(place, { "net.ipv4.ip_default_ttl": ttl, ...Object.fromEntries(limits) });
  }

  /** Gives `place` one more address on its loopback interface: it is delivered there from now. */
  takeOver(place: Place, address: string): void {
    this.ip(
      "-n",
      this.netns(place),
      "address",
      "replace",
      hostPrefix(address),
      "dev",
      "lo",
      ...dadOff(address),
    );
  }

  /** Undoes `takeOver`. */
  giveBack(place: Place, address: string): void {
    spawnSync("ip", ["-n", this.netns(place), "address", "del", hostPrefix(address), "dev", "lo"]);
  }

  /** One `ip` command; throws with what it said. */
  ip(...words: string[]): string {
    return ip(...words);
  }

  #places(): Place[] {
    return this.#options.wire
      ? ["home", "router", "wire", "provider", "server"]
      : ["home", "router", "provider", "server"];
  }

  /** A veth pair between two places, up, and without the offloads that spoil captured checksums. */
  #cable(left: Place, leftLink: string, right: Place, rightLink: string): void {
    const peer = ["peer", "name", rightLink, "netns", this.netns(right)];
    ip("link", "add", leftLink, "netns", this.netns(left), "type", "veth", ...peer);
    for (const [place, link] of [
      [left, leftLink],
      [right, rightLink],
    ] as const) {
      const off = ["rx", "off", "tx", "off", "tso", "off", "gso", "off", "gro", "off"];
      spawnSync("ip", ["netns", "exec", this.netns(place), "ethtool", "-K", link, ...off]);
      ip("-n", this.netns(place), "link", "set", link, "up");
    }
  }

  #address(): void {
    const assign = (place: Place, link: string, ...addresses: string[]) => {
      for (const address of addresses) {
        const size = address.includes(":") ? 64 : 24;
        const words = ["address", "add", `${address}/${size}`, "dev", link, ...dadOff(address)];
        ip("-n", this.netns(place), ...words);
      }
    };
    const a = ADDRESS;
    assign("home", "eth0", a.home, a.home6);
    assign("router", "lan", a.routerLan, a.routerLan6);
    assign("router", UPLINK, a.uplink, a.uplink6);
    assign("provider", "access", a.provider, a.provider6);
    assign("provider", "core", a.core, a.core6);
    assign("server", "eth0", a.server, a.behind, a.server6, a.behind6);
  }

  #route(): void {
    const a = ADDRESS;
    const route = (place: Place, ...words: string[]) =>
      ip("-n", this.netns(place), "route", "add", ...words);
    for (const place of ["router", "provider"] as const) {
      this.#set(place, { "net.ipv4.ip_forward": 1, "net.ipv6.conf.all.forwarding": 1 });
    }
    route("home", "default", "via", a.routerLan);
    route("home", "default", "via", a.routerLan6);
    route("router", "default", "via", a.provider);
    route("router", "default", "via", a.provider6);
    route("provider", "192.168.77.0/24", "via", a.uplink);
    route("provider", "2001:db8:77::/64", "via", a.uplink6);
    route("server", "default", "via", a.core);
    route("server", "default", "via", a.core6);
  }

  #links(place: Place): string[] {
    const lines = ip("-n", this.netns(place), "-o", "link", "show").split("\n");
    return lines.flatMap((line) => /^\d+: ([^:@]+)/.exec(line)?.[1] ?? []);
  }

  /** Kernel settings of one place, by their dotted names. */
  #set(place: Place, settings: Record<string, number>): void {
    const lines = Object.entries(settings).map(
      ([name, value]) => `echo ${value} > /proc/sys/${name.replaceAll(".", "/")}`,
    );
    spawnSync("ip", ["netns", "exec", this.netns(place), "sh"], { input: lines.join("\n") });
  }
}

let serial = 0;

function ip(...words: string[]): string {
  const done = spawnSync("ip", words, { encoding: "utf8" });
  if (done.status !== 0) throw new Error(`ip ${words.join(" ")}: ${done.stderr.trim()}`);
  return done.stdout;
}

function hostPrefix(address: string): string {
  return `${address}/${address.includes(":") ? 128 : 32}`;
}

/** IPv6 addresses are used at once: nobody else is on these wires. */
function dadOff(address: string): string[] {
  return address.includes(":") ? ["nodad"] : [];
}

function namespaces(): string[] {
  const listed = spawnSync("ip", ["netns", "list"], { encoding: "utf8" }).stdout ?? "";
  return listed.split("\n").flatMap((line) => line.split(" ")[0] || []);
}

/** Ends every process inside `name`, then removes it with its interfaces. */
function remove(name: string): void {
  const listed = spawnSync("ip", ["netns", "pids", name], { encoding: "utf8" }).stdout ?? "";
  for (const pid of listed.split("\n").filter((line) => line !== "")) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch {
      // It ended by itself in between.
    }
  }
  spawnSync("ip", ["netns", "del", name]);
}

/** Namespaces carry the process id of their owner: those of owners that are gone are removed. */
function removeStale(): void {
  for (const name of namespaces()) {
    const owner = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner !== undefined && !alive(Number(owner))) remove(name);
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
