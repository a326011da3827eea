/* Turns arguments into Ethernet frames on an interface, evenly paced: sender IFACE COUNT RATE SIZE.
 * COUNT frames of SIZE octets, RATE a second (0: as fast as it goes); TCP segments from port 40000
 * to PORT (fifth argument, 80 unless given), the sequence number counting them. For the tests of
 * the tap only; prints the number the kernel accepted. Read packet(7). */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <errno.h>

#define BATCH 64

static unsigned char frame[BATCH][65536];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void build(unsigned char *f, int size, int port) {
  memset(f, 0, 12);
  f[0] = f[6] = 2;
  f[5] = 1;
  f[12] = 8; /* IPv4 */
  unsigned char *ip = f + 14, *tcp = f + 34;
  ip[0] = 0x45;
  ip[2] = (size - 14) >> 8;
  ip[3] = (size - 14) & 255;
  ip[8] = 64;
  ip[9] = 6;
  memcpy(ip + 12, "\xc0\x00\x02\x01\xc6\x33\x64\x01", 8); /* 192.0.2.1 to 198.51.100.1 */
  tcp[0] = 40000 >> 8;
  tcp[1] = 40000 & 255;
  tcp[2] = port >> 8;
  tcp[3] = port & 255;
  tcp[12] = 0x50;
  tcp[13] = 0x10;
  memset(f + 54, 'x', size - 54);
}

int main(int argc, char **argv) {
  if (argc < 5) return 64;
  long count = atol(argv[2]), rate = atol(argv[3]);
  int size = atoi(argv[4]), port = argc > 5 ? atoi(argv[5]) : 80;
  int s = socket(AF_PACKET, SOCK_RAW, 0), on = 1;
  struct sockaddr_ll to = {.sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(argv[1])};
  if (s < 0 || size < 60 || size > 65000 || bind(s, (struct sockaddr *)&to, sizeof to) < 0) {
    perror("sender");
    return 69;
  }
  setsockopt(s, SOL_PACKET, 20 /* PACKET_QDISC_BYPASS */, &on, sizeof on);
  struct mmsghdr m[BATCH];
  struct iovec v[BATCH];
  memset(m, 0, sizeof m);
  for (int i = 0; i < BATCH; i++) {
    build(frame[i], size, port);
    v[i] = (struct iovec){frame[i], (size_t)size};
    m[i].msg_hdr.msg_iov = &v[i];
    m[i].msg_hdr.msg_iovlen = 1;
  }
  double start = now();
  long sent = 0;
  while (sent < count) {
    long due = rate ? (long)((now() - start) * rate) : count;
    long want = (due < count ? due : count) - sent;
    if (want <= 0) {
      usleep(200);
      continue;
    }
    if (want > BATCH) want = BATCH;
    for (int i = 0; i < want; i++) {
      unsigned sequence = htonl((unsigned)(sent + i));
      memcpy(frame[i] + 38, &sequence, 4);
    }
    int n = sendmmsg(s, m, (unsigned)want, 0);
    if (n > 0) sent += n;
    else if (errno != ENOBUFS && errno != EAGAIN && errno != ENETDOWN) break;
    else usleep(100);
  }
  printf("%ld\n", sent);
  return 0;
}
