// Whether a packet carries others that are not looked into: what passes there is said to be unseen. Numbers of the
// IANA registries of EtherTypes, protocols, and ports.

const MPLS: u32 = 0x8847;
const MPLS_UPSTREAM: u32 = 0x8848;

const GRE: u32 = 47;
const ESP: u32 = 50;
const L2TP: u32 = 115;
const MPLS_IN_IP: u32 = 137;

const L2TP_PORT: u32 = 1701;
const GTP_PORT: u32 = 2152;
const TEREDO_PORT: u32 = 3544;
const ESP_PORT: u32 = 4500;
const VXLAN_PORT: u32 = 4789;
const GENEVE_PORT: u32 = 6081;
/** VXLAN as Linux spoke it before it had a port. */
const VXLAN_LINUX_PORT: u32 = 8472;

export class Tunnel {
  static inEthernet(etherType: u32): bool { return etherType == MPLS || etherType == MPLS_UPSTREAM; }
  static inIp(protocol: u32): bool {
    return protocol == GRE || protocol == ESP || protocol == L2TP || protocol == MPLS_IN_IP;
  }
  static inUdp(port: u32): bool {
    return port == L2TP_PORT || port == GTP_PORT || port == TEREDO_PORT || port == ESP_PORT ||
      port == VXLAN_PORT || port == GENEVE_PORT || port == VXLAN_LINUX_PORT;
  }
}
