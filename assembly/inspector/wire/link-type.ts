// How the frames of a capture begin: the numbers of the registry of link types that are read here.
// draft-ietf-opsawg-pcaplinktype; the two BSD numbers for raw IP were never the same everywhere.

export enum LinkType {
  Null = 0,
  Ethernet = 1,
  Ppp = 9,
  RawBsd = 12,
  RawOpenbsd = 14,
  PppHdlc = 50,
  PppEther = 51,
  Raw = 101,
  CiscoHdlc = 104,
  Loop = 108,
  LinuxSll = 113,
  /** A number for private use that macOS took for PKTAP before that had one of its own. */
  User2 = 149,
  Ipv4 = 228,
  Ipv6 = 229,
  Nflog = 239,
  Pktap = 258,
  LinuxSll2 = 276,
}
