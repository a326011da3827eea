/* What a C program on the same kind of ring pays: TPACKET_V3 on one interface, every frame's
 * headers touched and counted. ring INTERFACE [BLOCKS BLOCK_SIZE] prints "ready" when it listens
 * and, at SIGTERM or SIGINT, one JSON line: frames seen, frames the kernel dropped, CPU seconds. */
#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t stopping;

static void stop(int signal) {
  (void)signal;
  stopping = 1;
}

static uint64_t walk(uint8_t *block, uint64_t *sum) {
  struct tpacket_block_desc *head = (struct tpacket_block_desc *)block;
  uint32_t frames = head->hdr.bh1.num_pkts;
  uint8_t *at = block + head->hdr.bh1.offset_to_first_pkt;
  for (uint32_t frame = 0; frame < frames; frame++) {
    struct tpacket3_hdr *record = (struct tpacket3_hdr *)at;
    const uint8_t *octets = at + record->tp_mac;
    uint32_t flags = record->tp_snaplen > 47 ? 47 : 14; /* TCP flags of a plain IPv4 frame */
    *sum += record->tp_snaplen + octets[12] + octets[23] + octets[flags];
    at += record->tp_next_offset;
  }
  return frames;
}

static uint64_t dropped(int tap) {
  struct tpacket_stats_v3 counts;
  socklen_t size = sizeof counts;
  if (getsockopt(tap, SOL_PACKET, PACKET_STATISTICS, &counts, &size) < 0) return 0;
  return counts.tp_drops;
}

static double cpu(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static uint8_t *open_ring(int tap, unsigned interface, struct tpacket_req3 *shape) {
  int version = TPACKET_V3;
  struct sockaddr_ll place = {.sll_family = AF_PACKET,
                              .sll_protocol = htons(ETH_P_ALL),
                              .sll_ifindex = (int)interface};
  if (setsockopt(tap, SOL_PACKET, PACKET_VERSION, &version, sizeof version) < 0) return NULL;
  if (setsockopt(tap, SOL_PACKET, PACKET_RX_RING, shape, sizeof *shape) < 0) return NULL;
  size_t size = (size_t)shape->tp_block_nr * shape->tp_block_size;
  uint8_t *ring = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, tap, 0);
  if (ring == MAP_FAILED) return NULL;
  if (bind(tap, (struct sockaddr *)&place, sizeof place) < 0) return NULL;
  return ring;
}

int main(int count, char **words) {
  if (count != 2 && count != 4) return fprintf(stderr, "ring: an interface is needed\n"), 64;
  unsigned interface = if_nametoindex(words[1]);
  struct tpacket_req3 shape = {.tp_block_nr = count == 4 ? (unsigned)atoi(words[2]) : 256,
                               .tp_block_size = count == 4 ? (unsigned)atoi(words[3]) : 65536,
                               .tp_frame_size = 2048,
                               .tp_retire_blk_tov = 20};
  shape.tp_frame_nr = shape.tp_block_nr * (shape.tp_block_size / shape.tp_frame_size);
  int tap = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
  uint8_t *ring = tap < 0 || !interface ? NULL : open_ring(tap, interface, &shape);
  if (!ring) return perror(words[1]), 69;
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  puts("ready");
  fflush(stdout);
  uint64_t frames = 0, sum = 0;
  for (unsigned turn = 0;; turn = (turn + 1) % shape.tp_block_nr) {
    uint8_t *block = ring + (size_t)turn * shape.tp_block_size;
    uint32_t *status = &((struct tpacket_block_desc *)block)->hdr.bh1.block_status;
    while (!(__atomic_load_n(status, __ATOMIC_ACQUIRE) & TP_STATUS_USER) && !stopping) {
      struct pollfd wish = {.fd = tap, .events = POLLIN};
      poll(&wish, 1, -1);
    }
    if (!(__atomic_load_n(status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) break;
    frames += walk(block, &sum);
    __atomic_store_n(status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
  }
  printf("{\"frames\":%llu,\"dropped\":%llu,\"cpu\":%.6f,\"sum\":%llu}\n",
         (unsigned long long)frames, (unsigned long long)dropped(tap), cpu(),
         (unsigned long long)sum);
  return 0;
}
