// The connections that cross the forwarder: segment in, what each side has sent so far out.
// A table of fixed size in which the oldest connection makes room.
// Read: RFC 9293 §3.3.1 for the names.

#ifndef FLOW_H
#define FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "rule.h"
#include "segment.h"

/** One sender as the forwarder has seen it. */
struct half {
  struct end end;
  uint32_t sndNxt;
  uint16_t ipid;
  uint8_t ttl;
  unsigned payloads;
  /** Ethernet destination and source of the frames it sends. */
  uint8_t mac[12];
};

/** One connection; the client sent the first SYN, or has the higher port. */
struct flow {
  struct half client, server;
  /** 0 when the client's frames come in at the near side, 1 at the far side. */
  int clientSide;
  bool used, dropped;
  uint32_t fired;
};

/** The flow of `segment`, made when it is new; `side` is where the segment came in. */
struct flow* flow_of(const struct segment* segment, int side);

/** True when `segment` was sent by the client of `flow`. */
bool flow_from_client(const struct flow* flow, const struct segment* segment);

/** Takes note of a segment: SND.NXT, IPID, TTL, the count of payloads. */
void flow_note(struct flow* flow, const struct segment* segment);

/** Forgets every connection. */
void flow_forget(void);

#endif
