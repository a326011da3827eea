// Why a frame left the walk before its segment was inspected. Numbers never move; new reasons go to
// the end. Each has a counter; odd frames are counted, never logged one by one.

export enum Reason {
  Ok,
  /** The record is shorter than the header it should hold (or the capture cut it). */
  LinkTruncated,
  /** A link type we do not decode. */
  LinkUnknown,
  /** An EtherType we do not decode (ARP, LLDP, …). */
  EthertypeUnknown,
  /** More nested headers than LAYER_DEPTH_MAX. */
  LayersTooDeep,
  VlanTruncated,
  PppoeTruncated,
  /** A PPP protocol other than IPv4 and IPv6, or PPPoE control. */
  PppUnknown,
  Ip4Truncated,
  Ip4Version,
  Ip4HeaderLength,
  Ip4TotalLength,
  /** A fragment: counted, not reassembled. */
  Ip4Fragment,
  Ip6Truncated,
  Ip6Version,
  Ip6Extension,
  Ip6Fragment,
  /** A transport we do not inspect. */
  TransportOther,
  /** UDP that is not a DNS answer. */
  UdpOther,
  TcpTruncated,
  TcpDataOffset,
  /** Flags no stack sends: SYN with RST or FIN, none at all. */
  TcpFlagsImpossible,
  /** Source or target port 0. */
  TcpPortZero,
  /** Same address and port at both ends. */
  TcpLand,
  /** A reset without a connection: backscatter. */
  ResetNoFlow,
  IcmpOther,
  IcmpTruncated,
  IcmpNoFlow,
  DnsMalformed,
  /** Other packets are inside, and not looked at. */
  Tunnel,
}
