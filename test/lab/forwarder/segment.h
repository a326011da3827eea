// One TCP segment inside an Ethernet frame: read from octets, and forged into octets.
// IPv4 and IPv6 without extension headers; VLAN tags and fragments are not TCP to this file.
// Read: RFC 9293 §3.1, RFC 791 §3.1, RFC 8200 §3 and §8.1, RFC 1071 (checksum).

#ifndef SEGMENT_H
#define SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

enum { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };
enum { FRAME_SIZE_MAX = 2048, ADDRESS_SIZE = 16 };

/** One end of a connection; an IPv4 address fills the first four octets, the rest are zero. */
struct end {
  uint8_t address[ADDRESS_SIZE];
  uint16_t port;
};

/** A segment as read; all numbers in host byte order, pointers into the frame. */
struct segment {
  int version;
  struct end from, to;
  uint32_t seq, ack;
  uint16_t window, ipid;
  uint8_t flags, ttl;
  const uint8_t* payload;
  unsigned payloadSize;
  const uint8_t* frame;
};

/** A segment to be built. `mac` is destination and source as they stand in the frame. */
struct forgery {
  int version;
  uint8_t mac[12];
  struct end from, to;
  uint32_t seq, ack;
  uint16_t window, ipid, flags;
  uint8_t ttl;
  bool dontFragment;
  const uint8_t* payload;
  unsigned payloadSize;
};

/** SEG.LEN: payload and the SYN and FIN bits. */
uint32_t segment_length(const struct segment* segment);

/** Reads `frame`; false when it is not a whole TCP segment of IPv4 or IPv6. */
bool segment_read(const uint8_t* frame, unsigned size, struct segment* segment);

/** Builds a frame with right checksums in `out` (FRAME_SIZE_MAX octets); returns its size. */
unsigned segment_forge(const struct forgery* forgery, uint8_t* out);

/** True when `segment` begins with a ClientHello naming `name` (any name when empty). */
bool segment_is_hello(const struct segment* segment, const char* name);

#endif
