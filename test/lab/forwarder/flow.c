// Segment to flow; see flow.h.

#include "flow.h"

#include <string.h>

enum { FLOWS = 4096, PROBES = 16 };

static struct flow table[FLOWS];
static unsigned oldest;

static bool same_end(const struct end* a, const struct end* b) {
  return a->port == b->port && memcmp(a->address, b->address, ADDRESS_SIZE) == 0;
}

static unsigned hash(const struct segment* segment) {
  unsigned value = (unsigned)segment->from.port * segment->to.port;
  for (int i = 0; i < ADDRESS_SIZE; i++)
    value = value * 31 + (segment->from.address[i] ^ segment->to.address[i]);
  return (value ^ value >> 15) % FLOWS;
}

static bool belongs(const struct flow* flow, const struct segment* segment) {
  const struct end *client = &flow->client.end, *server = &flow->server.end;
  return (same_end(client, &segment->from) && same_end(server, &segment->to)) ||
         (same_end(server, &segment->from) && same_end(client, &segment->to));
}

static void open_flow(struct flow* flow, const struct segment* segment, int side) {
  const bool syn = (segment->flags & (SYN | ACK)) == SYN;
  const bool synAck = (segment->flags & (SYN | ACK)) == (SYN | ACK);
  const bool sentByClient = syn || (!synAck && segment->from.port > segment->to.port);
  memset(flow, 0, sizeof *flow);
  flow->used = true;
  flow->client.end = sentByClient ? segment->from : segment->to;
  flow->server.end = sentByClient ? segment->to : segment->from;
  flow->clientSide = sentByClient ? side : 1 - side;
}

struct flow* flow_of(const struct segment* segment, int side) {
  const unsigned first = hash(segment);
  struct flow* free = NULL;
  for (unsigned i = 0; i < PROBES; i++) {
    struct flow* flow = &table[(first + i) % FLOWS];
    const bool reopened =
        (segment->flags & (SYN | ACK)) == SYN && same_end(&flow->client.end, &segment->from);
    if (!flow->used) {
      if (free == NULL) free = flow;
    } else if (belongs(flow, segment)) {
      if (reopened && flow->client.sndNxt != segment->seq + 1) open_flow(flow, segment, side);
      return flow;
    }
  }
  if (free == NULL) free = &table[(first + oldest++ % PROBES) % FLOWS];
  open_flow(free, segment, side);
  return free;
}

bool flow_from_client(const struct flow* flow, const struct segment* segment) {
  return same_end(&flow->client.end, &segment->from);
}

void flow_note(struct flow* flow, const struct segment* segment) {
  struct half* half = flow_from_client(flow, segment) ? &flow->client : &flow->server;
  struct half* other = half == &flow->client ? &flow->server : &flow->client;
  const uint32_t next = segment->seq + segment_length(segment);
  if (!(segment->flags & RST)) {
    const bool first = half->ttl == 0;
    if (first || (int32_t)(next - half->sndNxt) > 0) half->sndNxt = next;
    half->ipid = segment->ipid;
    half->ttl = segment->ttl;
    if (segment->payloadSize > 0) half->payloads++;
  }
  memcpy(half->mac, segment->frame, 12);
  memcpy(other->mac, segment->frame + 6, 6);
  memcpy(other->mac + 6, segment->frame, 6);
}

void flow_forget(void) { memset(table, 0, sizeof table); }
