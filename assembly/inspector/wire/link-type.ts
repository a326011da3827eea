// How the frames of a capture begin: the numbers of the registry of link types.
// draft-ietf-opsawg-pcaplinktype; the two BSD numbers for raw IP were never the same everywhere.

export const LINKTYPE_NULL: u32 = 0;
export const LINKTYPE_ETHERNET: u32 = 1;
export const LINKTYPE_PPP: u32 = 9;
export const LINKTYPE_RAW_BSD: u32 = 12;
export const LINKTYPE_RAW_OPENBSD: u32 = 14;
export const LINKTYPE_PPP_HDLC: u32 = 50;
export const LINKTYPE_PPP_ETHER: u32 = 51;
export const LINKTYPE_RAW: u32 = 101;
export const LINKTYPE_LOOP: u32 = 108;
export const LINKTYPE_LINUX_SLL: u32 = 113;
export const LINKTYPE_IPV4: u32 = 228;
export const LINKTYPE_IPV6: u32 = 229;
export const LINKTYPE_LINUX_SLL2: u32 = 276;
