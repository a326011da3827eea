// A hop made of one process: frames in at one veth end, out at the other, unchanged – or late, or
// lost, or followed by forged segments. Replaces netem and NFQUEUE, which many kernels lack.
// Usage: forwarder NEAR FAR; then commands on standard input, one a line, each answered by a line:
//   delay out|in|both MS   loss out|in|both N (one of N, 0 none)   rule WORDS (see rule.h)
//   clear (forgets the rules)   count (what has passed)
// The end of standard input ends it. The delay lies on the far side: a forged segment towards the
// near side leaves at once, as from an injector close to the client.
// Read: packet(7).

#define _GNU_SOURCE  // recvmmsg

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "inject.h"

enum {
  NEAR = 0,
  FAR = 1,
  BATCH = 64,
  LANE_FRAMES = 16384,
  RECEIVE_BYTES = 64 << 20,
  LINE_SIZE = 1024
};

static const uint64_t NS_PER_MS = 1000000;

/** Frames on their way from one side to the other, in order of their due time. */
struct lane {
  struct {
    uint64_t due;
    unsigned size;
    uint8_t frame[FRAME_SIZE_MAX];
  }* slots;
  unsigned first, count;
  uint64_t delay;
  unsigned lossOneIn;
  uint64_t passed, lost, overflowed;
};

static int sockets[2];
/** lanes[NEAR] holds what came in at the near side. */
static struct lane lanes[2];
static struct rule rules[RULES_MAX];
static unsigned ruleCount;
static uint64_t dropped, injected, oversized;
static uint32_t random_state = 0x2545f491;

static uint64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/** xorshift with a fixed start: the same frames are lost in every run. */
static uint32_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 17;
  return random_state ^= random_state << 5;
}

static int open_side(const char* name) {
  const int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_ALL));
  const int one = 1, size = RECEIVE_BYTES;
  const struct sockaddr_ll address = {.sll_family = AF_PACKET,
                                      .sll_protocol = htons(ETH_P_ALL),
                                      .sll_ifindex = (int)if_nametoindex(name)};
  const struct packet_mreq promiscuous = {.mr_ifindex = address.sll_ifindex,
                                          .mr_type = PACKET_MR_PROMISC};
  if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one) < 0 ||
      setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) < 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous) < 0 ||
      bind(fd, (const struct sockaddr*)&address, sizeof address) < 0) {
    fprintf(stderr, "forwarder: %s: %s\n", name, strerror(errno));
    exit(1);
  }
  return fd;
}

static void send_frame(int side, const uint8_t* frame, unsigned size) {
  while (send(sockets[side], frame, size, 0) < 0) {
    if (errno != EINTR && errno != ENOBUFS && errno != EAGAIN) return;
  }
}

/** Puts a frame that came in at `side` on its lane. */
static void enqueue(int side, const uint8_t* frame, unsigned size) {
  struct lane* lane = &lanes[side];
  if (lane->count == LANE_FRAMES) {
    lane->overflowed++;
    return;
  }
  const unsigned slot = (lane->first + lane->count++) % LANE_FRAMES;
  lane->slots[slot].due = lane->delay == 0 ? 0 : now_ns() + lane->delay;
  lane->slots[slot].size = size;
  memcpy(lane->slots[slot].frame, frame, size);
}

/** Towards the near side at once, towards the far side through its delay. */
static void leave(int side, const uint8_t* frame, unsigned size) {
  if (side == FAR && lanes[NEAR].delay > 0) {
    enqueue(NEAR, frame, size);
  } else {
    send_frame(side, frame, size);
  }
}

static void emit_forged(int side, const uint8_t* frame, unsigned size) {
  injected++;
  leave(side, frame, size);
}

/** Decides about one frame that came in at `side`: on, lost, dropped, and what is forged. */
static void decide(int side, const uint8_t* frame, unsigned size) {
  struct lane* lane = &lanes[side];
  if (lane->lossOneIn > 0 && next_random() % lane->lossOneIn == 0) {
    lane->lost++;
    return;
  }
  lane->passed++;
  struct segment segment;
  if (ruleCount == 0 || !segment_read(frame, size, &segment)) {
    leave(1 - side, frame, size);
    return;
  }
  struct flow* flow = flow_of(&segment, side);
  if (flow->dropped) {
    dropped++;
    return;
  }
  const struct flow before = *flow;
  flow_note(flow, &segment);
  const uint32_t matched = inject_match(rules, ruleCount, flow, &segment);
  flow->fired |= matched;
  bool forwards = true;
  for (unsigned i = 0; i < ruleCount; i++) {
    if (!(matched & 1u << i) || rules[i].place == PLACE_AFTER) continue;
    inject(&rules[i], flow, &before, &segment, emit_forged);
    if (rules[i].place == PLACE_INSTEAD) forwards = false;
  }
  if (forwards) {
    leave(1 - side, frame, size);
  } else {
    dropped++;
  }
  for (unsigned i = 0; i < ruleCount; i++) {
    if (!(matched & 1u << i)) continue;
    if (rules[i].place == PLACE_AFTER) inject(&rules[i], flow, &before, &segment, emit_forged);
    if (rules[i].drop) flow->dropped = true;
  }
  if (matched != 0) fflush(stdout);
}

static void receive(int side) {
  static uint8_t frames[BATCH][FRAME_SIZE_MAX];
  struct iovec vectors[BATCH];
  struct mmsghdr messages[BATCH];
  memset(messages, 0, sizeof messages);
  for (unsigned i = 0; i < BATCH; i++) {
    vectors[i] = (struct iovec){frames[i], FRAME_SIZE_MAX};
    messages[i].msg_hdr.msg_iov = &vectors[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  const int count = recvmmsg(sockets[side], messages, BATCH, MSG_DONTWAIT, NULL);
  for (int i = 0; i < count; i++) {
    if (messages[i].msg_hdr.msg_flags & MSG_TRUNC) {
      oversized++;
    } else if (side == FAR && lanes[FAR].delay > 0) {
      enqueue(FAR, frames[i], messages[i].msg_len);
    } else {
      decide(side, frames[i], messages[i].msg_len);
    }
  }
}

/** Moves on what is due; returns milliseconds to the next due frame, -1 when there is none. */
static int release(void) {
  uint64_t next = UINT64_MAX;
  const uint64_t now = now_ns();
  for (int side = NEAR; side <= FAR; side++) {
    struct lane* lane = &lanes[side];
    while (lane->count > 0 && lane->slots[lane->first].due <= now) {
      const unsigned slot = lane->first;
      if (side == NEAR) {
        send_frame(FAR, lane->slots[slot].frame, lane->slots[slot].size);
      } else {
        decide(FAR, lane->slots[slot].frame, lane->slots[slot].size);
      }
      lane->first = (lane->first + 1) % LANE_FRAMES;
      lane->count--;
    }
    if (lane->count > 0 && lane->slots[lane->first].due < next) next = lane->slots[lane->first].due;
  }
  if (next == UINT64_MAX) return -1;
  return (int)((next - now) / NS_PER_MS);
}

static bool set_lanes(const char* which, uint64_t delay, unsigned lossOneIn, bool isDelay) {
  const bool out = strcmp(which, "out") == 0 || strcmp(which, "both") == 0;
  const bool in = strcmp(which, "in") == 0 || strcmp(which, "both") == 0;
  for (int side = NEAR; side <= FAR; side++) {
    if (!(side == NEAR ? out : in)) continue;
    if (isDelay) lanes[side].delay = delay;
    if (!isDelay) lanes[side].lossOneIn = lossOneIn;
  }
  return out || in;
}

static void obey(char* line) {
  char which[8] = "";
  unsigned number = 0;
  const char* wrong = NULL;
  if (sscanf(line, "delay %7s %u", which, &number) == 2) {
    wrong = set_lanes(which, number * NS_PER_MS, 0, true) ? NULL : which;
  } else if (sscanf(line, "loss %7s %u", which, &number) == 2) {
    wrong = set_lanes(which, 0, number, false) ? NULL : which;
  } else if (strncmp(line, "rule ", 5) == 0) {
    wrong = ruleCount == RULES_MAX ? "too many rules" : rule_read(line + 5, &rules[ruleCount]);
    if (wrong == NULL) ruleCount++;
  } else if (strcmp(line, "clear") == 0) {
    ruleCount = 0;
    flow_forget();
  } else if (strcmp(line, "count") != 0) {
    wrong = line;
  }
  if (wrong != NULL) {
    printf("error %s\n", wrong);
  } else {
    printf("ok out=%lu in=%lu lost=%lu dropped=%lu injected=%lu overflowed=%lu oversized=%lu held=%u\n",
           (unsigned long)lanes[NEAR].passed, (unsigned long)lanes[FAR].passed,
           (unsigned long)(lanes[NEAR].lost + lanes[FAR].lost), (unsigned long)dropped,
           (unsigned long)injected, (unsigned long)(lanes[NEAR].overflowed + lanes[FAR].overflowed),
           (unsigned long)oversized, lanes[NEAR].count + lanes[FAR].count);
  }
  fflush(stdout);
}

/** Reads commands; false at the end of standard input. */
static bool read_commands(void) {
  static char line[LINE_SIZE];
  static size_t length;
  const ssize_t count = read(STDIN_FILENO, line + length, sizeof line - 1 - length);
  if (count <= 0) return false;
  length += (size_t)count;
  line[length] = 0;
  char* end;
  while ((end = strchr(line, '\n')) != NULL) {
    *end = 0;
    obey(line);
    length -= (size_t)(end + 1 - line);
    memmove(line, end + 1, length + 1);
  }
  return length < sizeof line - 1;
}

int main(int count, char** words) {
  if (count != 3) {
    fprintf(stderr, "usage: forwarder NEAR FAR\n");
    return 64;
  }
  for (int side = NEAR; side <= FAR; side++) {
    sockets[side] = open_side(words[1 + side]);
    lanes[side].slots = calloc(LANE_FRAMES, sizeof *lanes[side].slots);
    if (lanes[side].slots == NULL) return 1;
  }
  printf("ready\n");
  fflush(stdout);
  struct pollfd waits[3] = {
      {STDIN_FILENO, POLLIN, 0}, {sockets[NEAR], POLLIN, 0}, {sockets[FAR], POLLIN, 0}};
  for (;;) {
    const int wait = release();
    poll(waits, 3, wait);
    if (waits[1].revents & POLLIN) receive(NEAR);
    if (waits[2].revents & POLLIN) receive(FAR);
    if (waits[0].revents != 0 && !read_commands()) return 0;
  }
}
