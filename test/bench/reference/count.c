/* The floor of any C tool: packets through libpcap, counted. count FILE → frames and octets. */
#include <pcap/pcap.h>
#include <stdio.h>

int main(int count, char **words) {
  char reason[PCAP_ERRBUF_SIZE];
  if (count != 2) return fprintf(stderr, "count: one capture file is needed\n"), 64;
  pcap_t *capture = pcap_open_offline(words[1], reason);
  if (!capture) return fprintf(stderr, "count: %s\n", reason), 66;
  struct pcap_pkthdr *header;
  const u_char *frame;
  unsigned long long frames = 0, octets = 0;
  while (pcap_next_ex(capture, &header, &frame) == 1) {
    frames++;
    octets += header->caplen;
  }
  pcap_close(capture);
  printf("{\"frames\":%llu,\"octets\":%llu}\n", frames, octets);
  return 0;
}
