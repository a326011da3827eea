// Turns what became of a replay's frames into the sentences that close it: how many were inspected, and why
// the others were not. Every frame is in one of the figures.

/** What became of the frames of all inputs. */
export interface FrameAccount {
  readonly frames: number;
  /** TCP connections seen. */
  readonly flows: number;
  /** Frames that were not inspected, by the inspector's name for the reason; `ok` is none. */
  readonly reasons: ReadonlyMap<string, bigint>;
  /** Link types of the inputs that are not read. */
  readonly linkTypes: readonly number[];
}

const LINK_UNKNOWN = "link-unknown";

/** What a person understands, and the inspector's reasons that come to it; in the order they are said. */
const WORDS: readonly (readonly [words: string, reasons: readonly string[]])[] = [
  ["without IP behind their link header", [LINK_UNKNOWN]],
  ["in tunnels", ["tunnel"]],
  ["in headers nested too deeply", ["layers-too-deep"]],
  ["fragments of IP packets", ["ip4-fragment", "ip6-fragment"]],
  [
    "cut off within their headers",
    [
      ...["link-truncated", "vlan-truncated", "pppoe-truncated", "ip4-truncated"],
      ...["ip6-truncated", "tcp-truncated", "icmp-truncated"],
    ],
  ],
  [
    "with broken headers",
    [
      ...["ip4-version", "ip4-header-length", "ip4-total-length", "ip6-version", "ip6-extension"],
      ...["tcp-data-offset", "tcp-flags-impossible", "tcp-port-zero", "tcp-land", "dns-malformed"],
    ],
  ],
  ["resets of connections that were not seen", ["reset-no-flow"]],
  ["not IP, such as ARP", ["ethertype-unknown", "ppp-unknown"]],
  ["UDP other than DNS answers", ["udp-other"]],
  ["ICMP about no connection that was seen", ["icmp-other", "icmp-no-flow"]],
  ["neither TCP, UDP nor ICMP", ["transport-other"]],
];

/** Link types people meet whose frames are not read. */
const LINK_TYPES: Readonly<Record<number, string>> = {
  105: "IEEE 802.11",
  119: "IEEE 802.11 with Prism header",
  127: "IEEE 802.11 with radiotap header",
  187: "Bluetooth",
  189: "USB",
  195: "IEEE 802.15.4",
  201: "Bluetooth",
  220: "USB",
  227: "CAN",
  249: "USB as USBPcap writes it",
  251: "Bluetooth Low Energy",
  253: "Netlink",
};

/** The words for one of the inspector's reasons; one that has none yet is named as it is. */
export function reasonWords(reason: string): string {
  return WORDS.find(([, reasons]) => reasons.includes(reason))?.[0] ?? reason;
}

/** "link type 249 (USB as USBPcap writes it)": by number, with its name where people know it. */
export function describeLinkTypes(types: readonly number[]): string {
  const names = types.map((type) => `${type}${type in LINK_TYPES ? ` (${LINK_TYPES[type]})` : ""}`);
  return `${types.length === 1 ? "link type" : "link types"} ${names.join(" and ")}`;
}

function notInspected({ reasons, linkTypes }: FrameAccount): string[] {
  const counts = new Map<string, bigint>(WORDS.map(([words]) => [words, 0n]));
  for (const [reason, count] of reasons) {
    const words = reasonWords(reason);
    if (reason !== "ok") counts.set(words, (counts.get(words) ?? 0n) + count);
  }
  return [...counts]
    .filter(([, count]) => count > 0n)
    .map(([words, count]) => {
      const isLink = words === reasonWords(LINK_UNKNOWN) && linkTypes.length > 0;
      return isLink ? `${count} of ${describeLinkTypes(linkTypes)}` : `${count} ${words}`;
    });
}

const counted = (count: number, noun: string): string =>
  `${count} ${noun}${count === 1 ? "" : "s"}`;

/** The closing line of a replay; `alerts` is how many stand. */
export function describeFrames(account: FrameAccount, alerts: number): string {
  const { frames, flows, reasons } = account;
  let inspected = frames;
  for (const [reason, count] of reasons) if (reason !== "ok") inspected -= Number(count);
  const result =
    flows === 0
      ? "no TCP connection: there was nothing to judge"
      : `${counted(flows, "TCP connection")}: ${alerts === 0 ? "no alert" : counted(alerts, "alert")}`;
  const others = notInspected(account);
  const rest = others.length === 0 ? "" : ` Not inspected: ${others.join(", ")}.`;
  return `${inspected} of ${counted(frames, "frame")} inspected, ${result}.${rest}`;
}
