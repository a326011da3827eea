/* Frames onto one interface at a chosen rate, from a packet socket that bypasses the queueing
 * layer: either one UDP datagram of a chosen size over and over, or a capture file in a loop.
 *   send INTERFACE --size N | --file PCAP [--skip N] [--rate FRAMES_PER_SECOND] [--count N] [--speed FACTOR]
 * --rate 0 (the default) is as fast as it goes; --speed keeps the capture's own timing, divided.
 * Each further turn through a file moves the home to another network, 10.TURN/16 and
 * 2001:db8:aaaa:TURN/64, with checksums adjusted (RFC 1624 §3), so that every turn is new flows.
 * Prints one JSON line: frames sent, seconds, frames per second, frames refused, CPU seconds.
 * Little-endian pcap with Ethernet, frames of at most 1,514 octets. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sender.h"

enum { BATCH = 64, LARGEST = 1514 };

struct plan {
  const char *interface, *file;
  uint32_t size;
  double rate, speed;
  uint64_t count, skip;
};

struct capture {
  const uint8_t *start;
  size_t size, at;
  uint32_t turn;
  double first, unit; /* time of the first record, seconds per fraction */
};

static uint8_t frames[BATCH][LARGEST];
static struct iovec parts[BATCH];
static struct mmsghdr messages[BATCH];

static uint32_t word(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return value;
}

/* RFC 1624 equation 3 for one 16-bit word that was zero before. */
static void adjust(uint8_t *checksum, uint32_t added) {
  uint32_t sum = (uint32_t)(uint16_t)~(checksum[0] << 8 | checksum[1]) + added;
  sum = (sum & 0xffff) + (sum >> 16);
  checksum[0] = (uint8_t)(~sum >> 8);
  checksum[1] = (uint8_t)~sum;
}

static uint8_t *checksum_of(uint8_t *transport, uint8_t protocol) {
  if (protocol == 6) return transport + 16;
  return protocol == 17 ? transport + 6 : NULL;
}

/* Moves the home's address: the second octet of 10/8, the fourth group of 2001:db8:aaaa::/48. */
static void move_home(uint8_t *frame, uint32_t turn) {
  static const uint8_t home6[6] = {0x20, 0x01, 0x0d, 0xb8, 0xaa, 0xaa};
  if (frame[12] == 0x08 && frame[13] == 0x00) {
    uint8_t *address = frame[26] == 10 ? frame + 26 : frame[30] == 10 ? frame + 30 : NULL;
    uint8_t *checksum = checksum_of(frame + 14 + 4 * (frame[14] & 15), frame[23]);
    if (!address || address[1] != 0) return;
    address[1] = (uint8_t)turn;
    adjust(frame + 24, turn & 0xff);
    if (checksum) adjust(checksum, turn & 0xff);
  } else if (frame[12] == 0x86 && frame[13] == 0xdd) {
    uint8_t *address = memcmp(frame + 22, home6, 6) == 0   ? frame + 22
                       : memcmp(frame + 38, home6, 6) == 0 ? frame + 38
                                                           : NULL;
    uint8_t *checksum = checksum_of(frame + 54, frame[20]);
    if (!address || address[6] || address[7]) return;
    address[6] = (uint8_t)(turn >> 8);
    address[7] = (uint8_t)turn;
    if (checksum) adjust(checksum, turn & 0xffff);
  }
}

static int open_capture(struct capture *capture, const char *path) {
  struct stat state;
  int file = open(path, O_RDONLY);
  if (file < 0 || fstat(file, &state) < 0 || state.st_size < 40) return -1;
  capture->size = (size_t)state.st_size;
  capture->start = mmap(NULL, capture->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  if (capture->start == MAP_FAILED) return -1;
  capture->at = 24;
  capture->unit = word(capture->start) == 0xa1b23c4d ? 1e-9 : 1e-6;
  capture->first = word(capture->start + 24) + word(capture->start + 28) * capture->unit;
  return 0;
}

/* Puts the next frame into a slot; returns its time within all turns, in seconds. The first turn
 * is sent from where the file is mapped, further ones from a copy that can be changed. */
static double next_frame(struct capture *capture, uint32_t slot) {
  static double last, before;
  if (capture->at + 16 > capture->size) {
    capture->at = 24;
    capture->turn++;
    before += last;
  }
  const uint8_t *record = capture->start + capture->at;
  uint32_t length = word(record + 8);
  last = word(record) + word(record + 4) * capture->unit - capture->first;
  capture->at += 16 + length;
  if (length > LARGEST) length = LARGEST;
  parts[slot].iov_len = length;
  parts[slot].iov_base = (void *)(record + 16);
  if (capture->turn > 0) {
    memcpy(frames[slot], record + 16, length);
    parts[slot].iov_base = frames[slot];
    move_home(frames[slot], capture->turn);
  }
  return before + last;
}

static void fill_datagrams(uint32_t size) {
  static const uint8_t head[42] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 0, 0, 0,
                                   0x40, 0, 63, 17, 0, 0, 10, 0, 1, 1, 198, 18, 0, 1, 0x9c, 0x40,
                                   0x13, 0x88, 0, 0, 0, 0};
  for (uint32_t slot = 0; slot < BATCH; slot++) {
    uint8_t *frame = frames[slot];
    uint32_t sum = 0, network = size - 14;
    memcpy(frame, head, sizeof head);
    frame[16] = (uint8_t)(network >> 8), frame[17] = (uint8_t)network;
    frame[38] = (uint8_t)((network - 20) >> 8), frame[39] = (uint8_t)(network - 20);
    for (int at = 14; at < 34; at += 2) sum += (uint32_t)frame[at] << 8 | frame[at + 1];
    sum = (sum & 0xffff) + (sum >> 16);
    frame[24] = (uint8_t)(~sum >> 8), frame[25] = (uint8_t)~sum;
    parts[slot].iov_len = size;
  }
}

static int open_socket(const char *interface) {
  int one = 1, room = 4 << 20;
  struct sockaddr_ll place = {.sll_family = AF_PACKET,
                              .sll_ifindex = (int)if_nametoindex(interface)};
  int out = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  if (out < 0 || bind(out, (struct sockaddr *)&place, sizeof place) < 0) return -1;
  setsockopt(out, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
  setsockopt(out, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room);
  return out;
}

/* Sends a batch; what the socket has no room for is tried again, what it refuses is counted. */
static uint64_t send_batch(int out, uint32_t filled) {
  uint64_t refused = 0;
  for (uint32_t sent = 0; sent < filled && !stopping;) {
    int taken = sendmmsg(out, messages + sent, filled - sent, 0);
    if (taken > 0) sent += (uint32_t)taken;
    else if (errno == ENOBUFS || errno == EAGAIN || errno == EINTR) continue;
    else sent++, refused++;
  }
  return refused;
}

static void run(int out, const struct plan *plan, struct capture *capture) {
  uint64_t sent = 0, refused = 0;
  double start = now();
  while (sent < plan->count && !stopping) {
    uint32_t filled = 0;
    double due = 0;
    uint32_t most = plan->count - sent < BATCH ? (uint32_t)(plan->count - sent) : BATCH;
    /* At low rates a batch is short, so that frames leave evenly: at most 200 µs of them. */
    if (plan->rate > 0 && plan->rate * 2e-4 < most) most = (uint32_t)(plan->rate * 2e-4) + 1;
    if (plan->speed > 0) most = 1;
    while (filled < most) {
      if (capture->start) due = next_frame(capture, filled);
      filled++;
    }
    due = plan->speed > 0 ? due / plan->speed : plan->rate > 0 ? (double)sent / plan->rate : 0;
    while (now() - start < due && !stopping) continue;
    refused += send_batch(out, filled);
    sent += filled;
  }
  report(sent - refused, refused, start);
}

int main(int count, char **words) {
  struct plan plan = {.interface = count > 1 ? words[1] : NULL, .size = 60, .count = UINT64_MAX};
  struct capture capture = {0};
  for (int at = 2; at + 1 < count; at += 2) {
    if (strcmp(words[at], "--size") == 0) plan.size = (uint32_t)atoi(words[at + 1]);
    else if (strcmp(words[at], "--file") == 0) plan.file = words[at + 1];
    else if (strcmp(words[at], "--rate") == 0) plan.rate = atof(words[at + 1]);
    else if (strcmp(words[at], "--speed") == 0) plan.speed = atof(words[at + 1]);
    else if (strcmp(words[at], "--count") == 0) plan.count = strtoull(words[at + 1], NULL, 10);
    else if (strcmp(words[at], "--skip") == 0) plan.skip = strtoull(words[at + 1], NULL, 10);
    else return fprintf(stderr, "send: unknown option %s\n", words[at]), 64;
  }
  if (!plan.interface || plan.size < 60 || plan.size > LARGEST)
    return fprintf(stderr, "send: an interface and a size of 60 to 1514 are needed\n"), 64;
  if (plan.file && open_capture(&capture, plan.file) < 0) return perror(plan.file), 66;
  for (uint64_t frame = 0; plan.file && frame < plan.skip; frame++) next_frame(&capture, 0);
  int out = open_socket(plan.interface);
  if (out < 0) return perror(plan.interface), 69;
  for (int slot = 0; slot < BATCH; slot++) {
    parts[slot].iov_base = frames[slot];
    messages[slot].msg_hdr = (struct msghdr){.msg_iov = &parts[slot], .msg_iovlen = 1};
  }
  if (!plan.file) fill_datagrams(plan.size);
  stop_by_signal();
  run(out, &plan, &capture);
  return 0;
}
