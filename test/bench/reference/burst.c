/* TCP segments onto one interface, faster than a system call a frame allows: each message is up to 64
 * segments of one connection in one large packet, which the kernel cuts apart on the way out.
 *   burst INTERFACE [--size OCTETS] [--flows N] [--rate FRAMES_PER_SECOND] [--count N]
 * Opens N connections (SYN, SYN-ACK, ACK), then sends bursts for one after the other, from either end in
 * turns. Every frame has 60 octets, or as many as --size says (four more with its checksum on a cable),
 * and right checksums of its own.
 * --rate 0 (the default) is as fast as it goes. Switches the interface's own segmentation off, so that a
 * tap at the other end sees single frames. Prints one JSON line like send.c.
 * Read packet(7) (PACKET_VNET_HDR), linux/virtio_net.h, the kernel's networking/segmentation-offloads. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "sender.h"

enum {
  SEGMENTS_MAX = 64,   /* of a burst: enough that the call itself no longer counts */
  OCTETS_MAX = 64000,  /* of a burst: what an IPv4 packet holds, and a little less */
  SMALLEST = 60, LARGEST = 1514, /* frames, without their checksum */
  HEADERS = 54,
  IP_AT = 14,
  TCP_AT = 34,
  SYN = 0x02,
  ACK = 0x10,
  FLOWS_MAX = 65000, /* one port each */
};

struct flow {
  uint32_t next[2]; /* SND.NXT of the client, of the server */
};

static struct flow flows[FLOWS_MAX];
static uint8_t frame[HEADERS + OCTETS_MAX];
static uint32_t payload = SMALLEST - HEADERS, segments_of_burst = SEGMENTS_MAX;
static struct virtio_net_hdr offload;

static void put16(uint8_t *at, uint32_t value) {
  at[0] = (uint8_t)(value >> 8);
  at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value) {
  put16(at, value >> 16);
  put16(at + 2, value & 0xffff);
}

/* The sum of 16-bit words. RFC 1071. */
static uint32_t sum(const uint8_t *at, int size, uint32_t so_far) {
  for (int word = 0; word < size; word += 2) so_far += (uint32_t)at[word] << 8 | at[word + 1];
  while (so_far >> 16) so_far = (so_far & 0xffff) + (so_far >> 16);
  return so_far;
}

/* Writes the headers for `segments` segments (0: none, a bare header) of one side of a connection. */
static size_t write_headers(uint32_t number, int server, uint8_t flags, uint32_t segments) {
  static const uint8_t near[4] = {10, 0, 1, 1}, far[4] = {198, 18, 0, 1};
  struct flow *flow = &flows[number];
  uint32_t size = segments ? segments * payload : SMALLEST - HEADERS; /* padding of a bare header */
  uint32_t total = HEADERS - IP_AT + (segments ? size : 0), port = 500 + number;
  memset(frame, 0, HEADERS);
  frame[0] = frame[6] = 2, frame[5] = (uint8_t)(2 - server), frame[11] = (uint8_t)(1 + server);
  put16(frame + 12, ETH_P_IP);
  frame[IP_AT] = 0x45, frame[IP_AT + 8] = server ? 52 : 63, frame[IP_AT + 9] = 6;
  put16(frame + IP_AT + 2, total);
  put16(frame + IP_AT + 6, 0x4000);
  memcpy(frame + IP_AT + 12, server ? far : near, 4);
  memcpy(frame + IP_AT + 16, server ? near : far, 4);
  put16(frame + IP_AT + 10, ~sum(frame + IP_AT, 20, 0) & 0xffff);
  put16(frame + TCP_AT, server ? 443 : port);
  put16(frame + TCP_AT + 2, server ? port : 443);
  put32(frame + TCP_AT + 4, flow->next[server]);
  if (flags & ACK) put32(frame + TCP_AT + 8, flow->next[!server]);
  frame[TCP_AT + 12] = 0x50, frame[TCP_AT + 13] = flags;
  put16(frame + TCP_AT + 14, 64000);
  /* The pseudo-header's sum; the kernel completes it for each segment. RFC 9293 §3.1. */
  put16(frame + TCP_AT + 16, sum(frame + IP_AT + 12, 8, 6 + total - 20));
  flow->next[server] += flags & SYN ? 1 : segments * payload;
  offload = (struct virtio_net_hdr){.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
                                    .csum_start = TCP_AT, .csum_offset = 16};
  if (segments > 1) {
    offload.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
    offload.hdr_len = HEADERS, offload.gso_size = (uint16_t)payload;
  }
  return HEADERS + size;
}

/* Hands one message over; waits while the socket has no room. 0 when the kernel refuses it. */
static int hand_over(int out, size_t size) {
  struct iovec parts[] = {{&offload, sizeof offload}, {frame, size}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  while (sendmsg(out, &message, 0) < 0) {
    if (stopping || (errno != ENOBUFS && errno != EAGAIN && errno != EINTR)) return 0;
  }
  return 1;
}

static void switch_off(int out, const char *interface, uint32_t command) {
  struct ethtool_value value = {.cmd = command, .data = 0};
  struct ifreq request = {.ifr_data = (void *)&value};
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface);
  if (ioctl(out, SIOCETHTOOL, &request) < 0) perror("burst: SIOCETHTOOL");
}

static int open_socket(const char *interface) {
  int one = 1, room = 4 << 20;
  struct sockaddr_ll place = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP),
                              .sll_ifindex = (int)if_nametoindex(interface)};
  int out = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (out < 0 || bind(out, (struct sockaddr *)&place, sizeof place) < 0) return -1;
  if (setsockopt(out, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof one) < 0) return -1;
  setsockopt(out, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  switch_off(out, interface, ETHTOOL_STSO);
  switch_off(out, interface, ETHTOOL_SGSO);
  switch_off(out, interface, ETHTOOL_STXCSUM);
  return out;
}

int main(int count, char **words) {
  uint32_t flow_count = 1000, size_of_frame = SMALLEST;
  double rate = 0;
  uint64_t wanted = UINT64_MAX, sent = 0, refused = 0;
  for (int at = 2; at + 1 < count; at += 2) {
    if (strcmp(words[at], "--size") == 0) size_of_frame = (uint32_t)atoi(words[at + 1]);
    else if (strcmp(words[at], "--flows") == 0) flow_count = (uint32_t)atoi(words[at + 1]);
    else if (strcmp(words[at], "--rate") == 0) rate = atof(words[at + 1]);
    else if (strcmp(words[at], "--count") == 0) wanted = strtoull(words[at + 1], NULL, 10);
    else return fprintf(stderr, "burst: unknown option %s\n", words[at]), 64;
  }
  if (count < 2 || flow_count < 1 || flow_count > FLOWS_MAX)
    return fprintf(stderr, "burst: an interface and 1 to %d flows are needed\n", FLOWS_MAX), 64;
  if (size_of_frame < SMALLEST || size_of_frame > LARGEST)
    return fprintf(stderr, "burst: a size of %d to %d is needed\n", SMALLEST, LARGEST), 64;
  payload = size_of_frame - HEADERS;
  if (segments_of_burst > OCTETS_MAX / payload) segments_of_burst = OCTETS_MAX / payload;
  int out = open_socket(words[1]);
  if (out < 0) return perror(words[1]), 69;
  stop_by_signal();
  double start = now();
  uint64_t turn = 0;
  /* Three turns open a connection, each further one is a burst. */
  for (; sent < wanted && !stopping; turn++) {
    uint32_t number = (uint32_t)(turn % flow_count);
    uint64_t stage = turn / flow_count;
    int server = (int)(stage & 1), opening = stage < 3;
    uint8_t flags = (uint8_t)((stage < 2 ? SYN : 0) | (stage > 0 ? ACK : 0));
    if (stage == 0) flows[number] = (struct flow){{number * 2654435761u, number * 40503u + 7}};
    size_t size = write_headers(number, server, flags, opening ? 0 : segments_of_burst);
    while (rate > 0 && now() - start < (double)sent / rate && !stopping) continue;
    uint32_t frames = opening ? 1 : segments_of_burst;
    if (hand_over(out, size)) sent += frames;
    else refused += frames;
  }
  report(sent, refused, start);
  return 0;
}
