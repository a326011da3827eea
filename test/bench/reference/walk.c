/* The memory limit: a mapped capture file, every record's headers touched, nothing kept.
 * walk FILE → frames and a sum over the header fields read (so that reading them is not idle).
 * Little-endian pcap with Ethernet only. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static uint32_t word(const uint8_t *at) {
  uint32_t value;
  memcpy(&value, at, 4);
  return value;
}

static uint32_t pair(const uint8_t *at) {
  return (uint32_t)at[0] << 8 | at[1];
}

/* Addresses, ports and TCP flags of one frame, folded into one number. */
static uint64_t headers(const uint8_t *frame, uint32_t length) {
  if (length < 54) return length;
  uint32_t type = pair(frame + 12);
  if (type == 0x0800) {
    const uint8_t *transport = frame + 14 + 4 * (frame[14] & 15);
    uint64_t sum = word(frame + 26) ^ word(frame + 30) ^ word(transport);
    return frame[23] == 6 ? sum + transport[13] : sum;
  }
  if (type == 0x86dd) {
    uint64_t sum = word(frame + 54);
    for (int at = 22; at < 54; at += 4) sum ^= word(frame + at);
    return frame[20] == 6 ? sum + frame[67] : sum;
  }
  return type;
}

int main(int count, char **words) {
  if (count != 2) return fprintf(stderr, "walk: one capture file is needed\n"), 64;
  int file = open(words[1], O_RDONLY);
  struct stat state;
  if (file < 0 || fstat(file, &state) < 0) return perror(words[1]), 66;
  size_t size = (size_t)state.st_size;
  const uint8_t *start = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
  if (start == MAP_FAILED || size < 24) return perror(words[1]), 66;
  uint64_t frames = 0, sum = 0;
  size_t at = 24;
  while (at + 16 <= size) {
    uint32_t captured = word(start + at + 8);
    if (captured > size - at - 16) break;
    sum += headers(start + at + 16, captured);
    frames++;
    at += 16 + captured;
  }
  printf("{\"frames\":%llu,\"sum\":%llu}\n", (unsigned long long)frames, (unsigned long long)sum);
  return 0;
}
