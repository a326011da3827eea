// What the forwarder is told to do to a connection: trigger, forged segments, and what happens to
// the rest of the flow. Reads one line of `name=value` words; knows no packets.

#ifndef RULE_H
#define RULE_H

#include <stdbool.h>
#include <stdint.h>

enum { RULES_MAX = 32, TEXT_SIZE = 256 };

enum trigger { ON_SYN, ON_SYNACK, ON_PAYLOAD, ON_HELLO, ON_DATA };
enum place { PLACE_AFTER, PLACE_BEFORE, PLACE_INSTEAD };
enum { TO_CLIENT = 1, TO_SERVER = 2 };

/** How a header field of the forgery is filled: a number, or from what the flow has shown. */
enum source { FIXED, SAME, ECHO };

/**
 * One rule. Words and their meaning:
 *   on=syn|synack|payload|hello|data  client's SYN · server's SYN-ACK · client's nth payload ·
 *                                     ClientHello · nth payload of the server
 *   port=N  server port, 0 any     n=N  which payload, from 1     sni=NAME   contains=TEXT
 *   send=rst|rstack|synack|finack|data|none   flags=0xNNN  overrides the control bits
 *   to=client|server|both   place=after|before|instead  (instead: the trigger is not forwarded)
 *   ttl=N|same|echo   same: as the claimed sender's last packet; echo: as the trigger
 *   ipid=N|same|echo  same: claimed sender's last + 1           window=N   df=0|1
 *   seq=N ack=N       offsets from the claimed sender's SND.NXT and the other side's
 *   count=N step=N ttlstep=N windowstep=N ackstep=N ipidstep=N  ladders: added for each segment
 *   text=TEXT         payload of send=data; `_` stands for a blank, `~` for CRLF
 *   drop=1            everything of this flow is dropped afterwards, both ways
 *   times=N           on how many flows the rule acts, 0 all; on each flow once
 */
struct rule {
  enum trigger on;
  enum place place;
  enum source ttlSource, ipidSource;
  unsigned port, n, to, count, times, fired;
  char sni[TEXT_SIZE], contains[TEXT_SIZE], text[TEXT_SIZE];
  uint16_t flags, window;
  uint16_t ipid;
  uint8_t ttl;
  int32_t seq, ack, step, ackStep, ttlStep, windowStep, ipidStep;
  bool dontFragment, drop, silent;
};

/** Fills `rule` from `line`; returns the first word that is not understood, or NULL. */
const char* rule_read(char* line, struct rule* rule);

#endif
