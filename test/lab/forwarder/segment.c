// Octets to segment and back; see segment.h. The ClientHello is read within one segment only.
// Read: RFC 8446 §4.1.2, RFC 6066 §3.

#include "segment.h"

#include <string.h>

enum {
  ETHERNET_SIZE = 14,
  IPV4_SIZE = 20,
  IPV6_SIZE = 40,
  TCP_SIZE = 20,
  PROTOCOL_TCP = 6,
  RECORD_HANDSHAKE = 0x16,
  HANDSHAKE_CLIENT_HELLO = 1,
  EXTENSION_SERVER_NAME = 0,
};

static uint16_t read16(const uint8_t* at) { return (uint16_t)(at[0] << 8 | at[1]); }

static uint32_t read32(const uint8_t* at) { return (uint32_t)read16(at) << 16 | read16(at + 2); }

static void write16(uint8_t* at, unsigned value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static void write32(uint8_t* at, uint32_t value) {
  write16(at, value >> 16);
  write16(at + 2, value & 0xffff);
}

uint32_t segment_length(const struct segment* segment) {
  return segment->payloadSize + !!(segment->flags & SYN) + !!(segment->flags & FIN);
}

bool segment_read(const uint8_t* frame, unsigned size, struct segment* segment) {
  memset(segment, 0, sizeof *segment);
  if (size < ETHERNET_SIZE + IPV4_SIZE + TCP_SIZE) return false;
  const uint8_t* ip = frame + ETHERNET_SIZE;
  const uint8_t *tcp, *end;
  segment->frame = frame;
  if (read16(frame + 12) == 0x0800 && ip[0] >> 4 == 4) {
    const bool fragment = (read16(ip + 6) & 0x3fff) != 0;
    if (ip[9] != PROTOCOL_TCP || fragment) return false;
    segment->version = 4;
    segment->ttl = ip[8];
    segment->ipid = read16(ip + 4);
    memcpy(segment->from.address, ip + 12, 4);
    memcpy(segment->to.address, ip + 16, 4);
    tcp = ip + (ip[0] & 15) * 4;
    end = ip + read16(ip + 2);
  } else if (read16(frame + 12) == 0x86dd && size >= ETHERNET_SIZE + IPV6_SIZE + TCP_SIZE) {
    if (ip[6] != PROTOCOL_TCP) return false;
    segment->version = 6;
    segment->ttl = ip[7];
    memcpy(segment->from.address, ip + 8, 16);
    memcpy(segment->to.address, ip + 24, 16);
    tcp = ip + IPV6_SIZE;
    end = tcp + read16(ip + 4);
  } else {
    return false;
  }
  if (end > frame + size || tcp + TCP_SIZE > end) return false;
  segment->from.port = read16(tcp);
  segment->to.port = read16(tcp + 2);
  segment->seq = read32(tcp + 4);
  segment->ack = read32(tcp + 8);
  segment->flags = tcp[13];
  segment->window = read16(tcp + 14);
  segment->payload = tcp + (tcp[12] >> 4) * 4;
  if (segment->payload > end) return false;
  segment->payloadSize = (unsigned)(end - segment->payload);
  return true;
}

static uint32_t sum(const uint8_t* at, unsigned size, uint32_t carry) {
  for (unsigned i = 0; i + 1 < size; i += 2) carry += read16(at + i);
  if (size & 1) carry += (uint32_t)at[size - 1] << 8;
  return carry;
}

static uint16_t fold(uint32_t carry) {
  while (carry >> 16) carry = (carry & 0xffff) + (carry >> 16);
  return (uint16_t)~carry;
}

/** Writes the IP header at `ip` for `length` octets of TCP; returns the pseudo header's sum. */
static uint32_t forge_ip(const struct forgery* forgery, uint8_t* ip, unsigned length) {
  if (forgery->version == 4) {
    ip[0] = 0x45;
    write16(ip + 2, IPV4_SIZE + length);
    write16(ip + 4, forgery->ipid);
    write16(ip + 6, forgery->dontFragment ? 0x4000 : 0);
    ip[8] = forgery->ttl;
    ip[9] = PROTOCOL_TCP;
    memcpy(ip + 12, forgery->from.address, 4);
    memcpy(ip + 16, forgery->to.address, 4);
    write16(ip + 10, fold(sum(ip, IPV4_SIZE, 0)));
    return sum(ip + 12, 8, PROTOCOL_TCP + length);
  }
  ip[0] = 0x60;
  write16(ip + 4, length);
  ip[6] = PROTOCOL_TCP;
  ip[7] = forgery->ttl;
  memcpy(ip + 8, forgery->from.address, 16);
  memcpy(ip + 24, forgery->to.address, 16);
  return sum(ip + 8, 32, PROTOCOL_TCP + length);
}

unsigned segment_forge(const struct forgery* forgery, uint8_t* out) {
  const unsigned ipSize = forgery->version == 4 ? IPV4_SIZE : IPV6_SIZE;
  const unsigned length = TCP_SIZE + forgery->payloadSize;
  memset(out, 0, ETHERNET_SIZE + ipSize + TCP_SIZE);
  memcpy(out, forgery->mac, sizeof forgery->mac);
  write16(out + 12, forgery->version == 4 ? 0x0800 : 0x86dd);
  const uint32_t pseudo = forge_ip(forgery, out + ETHERNET_SIZE, length);
  uint8_t* tcp = out + ETHERNET_SIZE + ipSize;
  write16(tcp, forgery->from.port);
  write16(tcp + 2, forgery->to.port);
  write32(tcp + 4, forgery->seq);
  write32(tcp + 8, forgery->ack);
  write16(tcp + 12, (TCP_SIZE / 4) << 12 | (forgery->flags & 0x0fff));
  write16(tcp + 14, forgery->window);
  if (forgery->payloadSize > 0) memcpy(tcp + TCP_SIZE, forgery->payload, forgery->payloadSize);
  write16(tcp + 16, fold(sum(tcp, length, pseudo)));
  return ETHERNET_SIZE + ipSize + length;
}

/** Moves `*at` over a vector with a length field of `width` octets; false past `end`. */
static bool skip(const uint8_t** at, const uint8_t* end, unsigned width) {
  if (*at + width > end) return false;
  unsigned length = 0;
  for (unsigned i = 0; i < width; i++) length = length << 8 | (*at)[i];
  *at += width + length;
  return *at <= end;
}

bool segment_is_hello(const struct segment* segment, const char* name) {
  const uint8_t* at = segment->payload;
  const uint8_t* end = at + segment->payloadSize;
  if (segment->payloadSize < 43 || at[0] != RECORD_HANDSHAKE || at[5] != HANDSHAKE_CLIENT_HELLO)
    return false;
  if (name[0] == 0) return true;
  at += 5 + 4 + 2 + 32;  // record header, handshake header, version, random
  if (!skip(&at, end, 1) || !skip(&at, end, 2) || !skip(&at, end, 1)) return false;
  for (at += 2; at + 4 <= end; at += 4 + read16(at + 2)) {
    if (read16(at) != EXTENSION_SERVER_NAME || at + 9 > end) continue;
    const unsigned length = read16(at + 7);
    return at + 9 + length <= end && length == strlen(name) && memcmp(at + 9, name, length) == 0;
  }
  return false;
}
