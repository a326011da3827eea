// Trigger to forged frames; see inject.h and the words in rule.h. Says every forgery on stdout.

#include "inject.h"

#include <stdio.h>
#include <string.h>

static bool contains(const struct segment* segment, const char* text) {
  const size_t length = strlen(text);
  if (length == 0) return true;
  for (size_t i = 0; i + length <= segment->payloadSize; i++) {
    if (memcmp(segment->payload + i, text, length) == 0) return true;
  }
  return false;
}

static bool triggers(const struct rule* rule, const struct flow* flow,
                     const struct segment* segment) {
  const bool fromClient = flow_from_client(flow, segment);
  const int handshake = segment->flags & (SYN | ACK);
  switch (rule->on) {
    case ON_SYN:
      return fromClient && handshake == SYN;
    case ON_SYNACK:
      return !fromClient && handshake == (SYN | ACK);
    case ON_HELLO:
      return fromClient && segment_is_hello(segment, rule->sni);
    case ON_PAYLOAD:
      return fromClient && segment->payloadSize > 0 && flow->client.payloads >= rule->n &&
             contains(segment, rule->contains);
    case ON_DATA:
      return !fromClient && segment->payloadSize > 0 && flow->server.payloads >= rule->n &&
             contains(segment, rule->contains);
  }
  return false;
}

uint32_t inject_match(struct rule* rules, unsigned count, const struct flow* flow,
                      const struct segment* segment) {
  uint32_t matched = 0;
  for (unsigned i = 0; i < count; i++) {
    struct rule* rule = &rules[i];
    const bool port = rule->port == 0 || rule->port == flow->server.end.port;
    const bool spent = (rule->times != 0 && rule->fired >= rule->times) || (flow->fired & 1u << i);
    if (!port || spent || !triggers(rule, flow, segment)) continue;
    rule->fired++;
    matched |= 1u << i;
  }
  return matched;
}

static uint8_t ttl_of(const struct rule* rule, const struct half* claimed,
                      const struct segment* trigger) {
  if (rule->ttlSource == FIXED) return rule->ttl;
  // Before the claimed sender has sent anything its TTL is a guess.
  if (rule->ttlSource == SAME) return claimed->ttl != 0 ? claimed->ttl : 64;
  return trigger->ttl;
}

static uint16_t ipid_of(const struct rule* rule, const struct half* claimed,
                        const struct segment* trigger) {
  if (rule->ipidSource == FIXED) return rule->ipid;
  return rule->ipidSource == SAME ? (uint16_t)(claimed->ipid + 1) : trigger->ipid;
}

/** One direction of a rule: `claimed` is the sender whose name is used. */
static void inject_to(const struct rule* rule, const struct half* claimed,
                      const struct half* victim, uint32_t sndNxt, int side, const char* name,
                      const struct segment* trigger, emit emit) {
  struct forgery forgery = {
      .version = trigger->version,
      .from = claimed->end,
      .to = victim->end,
      .seq = sndNxt + (uint32_t)rule->seq,
      .ack = rule->flags & ACK ? victim->sndNxt + (uint32_t)rule->ack : (uint32_t)rule->ack,
      .window = rule->window,
      .ipid = ipid_of(rule, claimed, trigger),
      .flags = rule->flags,
      .ttl = ttl_of(rule, claimed, trigger),
      .dontFragment = rule->dontFragment,
      .payload = (const uint8_t*)rule->text,
      .payloadSize = (unsigned)strlen(rule->text),
  };
  memcpy(forgery.mac, claimed->mac, sizeof forgery.mac);
  for (unsigned i = 0; i < rule->count; i++) {
    uint8_t frame[FRAME_SIZE_MAX];
    emit(side, frame, segment_forge(&forgery, frame));
    printf("injected to=%s flags=0x%x seq=%u ack=%u ttl=%u ipid=%u window=%u size=%u\n", name,
           forgery.flags, forgery.seq, forgery.ack, forgery.ttl, forgery.ipid, forgery.window,
           forgery.payloadSize);
    forgery.seq += (uint32_t)rule->step;
    forgery.ack += (uint32_t)rule->ackStep;
    forgery.ttl = (uint8_t)(forgery.ttl + rule->ttlStep);
    forgery.window = (uint16_t)(forgery.window + rule->windowStep);
    forgery.ipid = (uint16_t)(forgery.ipid + rule->ipidStep);
  }
}

void inject(const struct rule* rule, const struct flow* flow, const struct flow* before,
            const struct segment* trigger, emit emit) {
  if (rule->silent) return;
  const struct flow* seen = rule->place == PLACE_AFTER ? flow : before;
  // What the victim itself has sent counts in full: a forged acknowledgment covers the trigger.
  if (rule->to & TO_CLIENT) {
    inject_to(rule, &flow->server, &flow->client, seen->server.sndNxt, flow->clientSide, "client",
              trigger, emit);
  }
  if (rule->to & TO_SERVER) {
    inject_to(rule, &flow->client, &flow->server, seen->client.sndNxt, 1 - flow->clientSide,
              "server", trigger, emit);
  }
}
