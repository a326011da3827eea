/* Turns a fuzzer's octets into input for the inspector, translated to C from its WebAssembly, and holds
 * what must be true of every input: no trap, every call comes back, frames in = segments + DNS answers
 * + reasons (+ ICMP errors that found a connection), findings within their ring, no connection left,
 * the guard words behind the tables intact, no more steps than any frame may take.
 * The first octet chooses the way in: capture records, pcapng blocks, a ring block, or a script whose
 * steps keep sixteen connections' numbers, so that lines reach the dialogs. Judges no verdict. */
#include "inspector.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define CALL(name) Z_inspectorZ_##name
#define NUMBER(name) (*CALL(name)(&instance))
#define BLOCK_SIZE 65536
#define INPUT_MAX 60000
#define SECONDS 1415862600u
/* A script's step is one frame; more would only be slow. */
#define STEPS_MAX 256
/* Processor time, not the clock's: a busy machine is no hang. */
#define WALK_SECONDS_MAX 2

static Z_inspector_instance_t instance;
static u8 *octets; /* the linear memory */
static u32 ring;
/* What was reached since the start. */
static struct { u64 inputs, frames, segments, dialogs, findings, flows; } tally;

static void fail(const char *what) {
  fprintf(stderr, "broken: %s\n", what);
  abort();
}

static void on_hang(int signal) {
  (void)signal;
  fail("a walk took longer than any walk may");
}

static void limit(long seconds) {
  struct itimerval timer = {{0, 0}, {seconds, 0}};
  setitimer(ITIMER_VIRTUAL, &timer, NULL);
}

void on_trap(int code) {
  fprintf(stderr, "trap %d\n", code);
  abort();
}

/* Jumps of the translated code since the input began: soak.ts puts STEP in front of each, so that the
 * bound is the same on every machine. Most are counted in the end of an input, which looks at all slots. */
u64 steps;
/* Frames whose payload came to a mail dialog. */
u64 dialogFrames;
static u64 stepsMost;
#define STEPS_OF_INPUT 4000000u
#define STEPS_OF_FRAME 400000u

static u64 table(u32 at, u32 index) {
  u64 value;
  memcpy(&value, octets + at + 8 * index, 8);
  return value;
}
static u64 counter(u32 index) { return table(CALL(countersAt)(&instance), index); }
static u64 reason(u32 index) { return table(CALL(reasonsAt)(&instance), index); }

static void report(void) {
  fprintf(stderr, "reached: %llu inputs %llu frames %llu segments %llu flows %llu dialogs %llu findings\n",
          (unsigned long long)tally.inputs, (unsigned long long)tally.frames,
          (unsigned long long)tally.segments, (unsigned long long)tally.flows,
          (unsigned long long)tally.dialogs, (unsigned long long)tally.findings);
  fprintf(stderr, "reached: %llu frames in a dialog\n", (unsigned long long)dialogFrames);
  fprintf(stderr, "reached: %llu steps at most in an input\n", (unsigned long long)stepsMost);
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  (void)argc;
  (void)argv;
  wasm_rt_init();
  Z_inspector_init_module();
  Z_inspector_instantiate(&instance);
  octets = CALL(memory)(&instance)->data;
  ring = CALL(ringAt)(&instance);
  CALL(seed)(&instance, 0, 0);
  /* 192.168.0.0/16 is home; addresses stand as IPv4-mapped. */
  static const u8 home[32] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168, 0, 0,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0};
  memcpy(octets + CALL(homeAt)(&instance), home, sizeof home);
  CALL(setHomeCount)(&instance, 1);
  if (CALL(ringSize)(&instance) < 1 << 20 || CALL(blockSize)(&instance) != BLOCK_SIZE) fail("another ring");
  if (CALL(homeCapacity)(&instance) < 1 || CALL(flowCapacity)(&instance) < 1) fail("tables without rows");
  atexit(report);
  signal(SIGVTALRM, on_hang);
  return 0;
}

static void drain(void) {
  u32 count = CALL(findingCount)(&instance);
  if (count > 1024) fail("more findings than the ring holds");
  for (u32 index = 0; index < count; index++) {
    u32 at = CALL(findingAt)(&instance, index);
    if (at < ring || at > CALL(memory)(&instance)->size - 1024) fail("a finding lies outside");
  }
  tally.findings += count;
  CALL(releaseFindings)(&instance, count);
}

typedef u32 (*walk)(Z_inspector_instance_t *, u32, u32, u32);

static void walkCapture(walk step, u32 size, u32 swapped) {
  u32 at = ring, end = ring + size;
  for (;;) {
    u32 next = step(&instance, at, end, swapped);
    if (next < at || next > end) fail("a walk left its window");
    if (CALL(pausedForDrain)(&instance) && CALL(findingCount)(&instance) == 0) fail("paused for nothing");
    drain();
    if (CALL(stopReason)(&instance) != NUMBER(StopZ2EDrain)) return;
    at = next;
  }
}

/* ---- the script ---------------------------------------------------------------------------- */

#define CONNECTIONS 16
typedef struct { u32 next[2]; u16 ports[2]; u8 open; } connection;
static u32 recordsEnd, secondsNow, nanosNow, identification;

static void put16(u8 *at, u32 value) { at[0] = value >> 8; at[1] = value; }
static void put32(u8 *at, u32 value) { put16(at, value >> 16); put16(at + 2, value); }

static u32 checksum(u32 sum, const u8 *at, u32 size) {
  for (u32 index = 0; index + 1 < size; index += 2) sum += at[index] << 8 | at[index + 1];
  if (size & 1) sum += at[size - 1] << 8;
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

static u8 *record(u32 size) {
  if (recordsEnd + 16 + size > ring + 1000000) return NULL;
  u8 *at = octets + recordsEnd;
  u32 header[4] = {secondsNow, nanosNow, size, size};
  memcpy(at, header, 16);
  recordsEnd += 16 + size;
  return at + 16;
}

/* One segment of connection c; side 0 is the client. */
static void segment(connection *c, u32 side, u32 flags, u32 seq, u32 ack, u32 ttl, u32 window,
                    const u8 *text, u32 length) {
  u32 syn = (flags & 2) != 0, options = syn ? 4 : 0;
  u32 total = 20 + 20 + options + length;
  u8 *f = record(14 + total);
  if (f == NULL) return;
  memset(f, 0, 14 + 40 + options);
  f[0] = f[6] = 2;
  f[5] = 1;
  put16(f + 12, 0x0800);
  u8 *ip = f + 14, *tcp = ip + 20;
  ip[0] = 0x45;
  put16(ip + 2, total);
  put16(ip + 4, side ? identification++ : 0x7000 + identification++);
  ip[6] = 0x40;
  ip[8] = ttl;
  ip[9] = 6;
  static const u8 ends[2][4] = {{192, 168, 1, 10}, {198, 51, 100, 25}};
  memcpy(ip + 12, ends[side], 4);
  memcpy(ip + 16, ends[1 - side], 4);
  put16(ip + 10, ~checksum(0, ip, 20));
  put16(tcp, c->ports[side]);
  put16(tcp + 2, c->ports[1 - side]);
  put32(tcp + 4, seq);
  put32(tcp + 8, ack);
  tcp[12] = (5 + options / 4) << 4;
  tcp[13] = flags;
  put16(tcp + 14, window);
  if (syn) memcpy(tcp + 20, "\x02\x04\x05\xb4", 4);
  if (length) memcpy(tcp + 20 + options, text, length);
  put16(tcp + 16, ~checksum(checksum(6 + total - 20, ip + 12, 8), tcp, total - 20));
}

static void step(connection *c, u32 op, u32 argument, const u8 *text, u32 length) {
  u32 side = op & 1, ttl = side ? 52 : 64, other = 1 - side;
  switch ((op >> 1) & 7) {
    case 0: /* a line at the right place */
    case 1:
      segment(c, side, 0x18, c->next[side], c->next[other], ttl, 501, text, length);
      c->next[side] += length;
      break;
    case 2: /* a line elsewhere: early, late, twice */
      segment(c, side, 0x18, c->next[side] + (int8_t)argument, c->next[other], ttl, 501, text, length);
      break;
    case 3: /* a reset, in or beside its place */
      segment(c, side, argument & 1 ? 0x14 : 0x04, c->next[side] + ((argument >> 1) & 7) * 1460,
              c->next[other], argument & 0x10 ? 111 : ttl, argument & 0x20 ? 0 : 501, text, 0);
      break;
    case 4: /* an end */
      segment(c, side, 0x11, c->next[side]++, c->next[other], ttl, 501, text, 0);
      break;
    case 5: /* time passes */
      secondsNow += argument;
      nanosNow = (nanosNow + argument * 1000003u) % 1000000000u;
      break;
    case 6: /* any flags */
      segment(c, side, argument, c->next[side], c->next[other], ttl, 501, text, length);
      break;
    default: /* anything at all behind an Ethernet header that may be right */
      if (length >= 2) {
        u8 *f = record(length);
        if (f != NULL) memcpy(f, text, length);
      }
  }
}

static void handshake(connection *c, u32 port, u32 which) {
  c->ports[0] = 49152 + which;
  c->ports[1] = port;
  c->next[0] = 1000;
  c->next[1] = 500000;
  segment(c, 0, 0x02, c->next[0]++, 0, 64, 64240, NULL, 0);
  nanosNow += 20000000;
  segment(c, 1, 0x12, c->next[1]++, c->next[0], 52, 65535, NULL, 0);
  segment(c, 0, 0x10, c->next[0], c->next[1], 64, 501, NULL, 0);
  c->open = 1;
}

static void script(const u8 *input, size_t size) {
  static const u16 ports[8] = {25, 587, 143, 110, 465, 993, 443, 80};
  connection connections[CONNECTIONS] = {{{0}}};
  recordsEnd = ring;
  secondsNow = SECONDS;
  nanosNow = 0;
  identification = 1;
  size_t at = 0;
  if (size < 1) return;
  u32 port = input[at++];
  for (u32 taken = 0; taken < STEPS_MAX && at + 3 <= size; taken++) {
    u32 op = input[at], argument = input[at + 1], length = input[at + 2];
    at += 3;
    if (length > size - at) length = size - at;
    u32 which = op >> 4 & (CONNECTIONS - 1);
    connection *c = &connections[which];
    if (!c->open) handshake(c, ports[(port + which) & 7], which);
    nanosNow = (nanosNow + 10000000) % 1000000000;
    if (nanosNow < 10000000) secondsNow++;
    step(c, op, argument, input + at, length);
    at += length;
  }
  walkCapture(CALL(inspectRecords), recordsEnd - ring, 0);
}

/* ---- one input ----------------------------------------------------------------------------- */

static void ringBlock(const u8 *input, u32 size) {
  memset(octets + ring, 0, BLOCK_SIZE);
  memcpy(octets + ring, input, size);
  u32 offset = 0, turns = 0;
  do {
    offset = CALL(inspectRing)(&instance, ring, offset, 0);
    drain();
    if (++turns > 2000) fail("a ring block never ended");
  } while (offset != 0);
}

static u64 early(void) {
  u64 sum = 0;
  for (u32 index = 1; index < 64; index++) {
    if (index == NUMBER(ReasonZ2EResetNoFlow) || index == NUMBER(ReasonZ2EDnsMalformed)) continue;
    sum += reason(index);
  }
  return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t size) {
  if (size < 3 || size > INPUT_MAX) return 0;
  u64 frames = counter(NUMBER(CounterZ2EFrames)), segments = counter(NUMBER(CounterZ2ESegments));
  u64 answers = counter(NUMBER(CounterZ2EDnsAnswers)), left = early();
  limit(WALK_SECONDS_MAX);
  steps = 0;
  CALL(openInput)(&instance);
  u32 way = input[0], form = input[1], length = (u32)size - 2;
  static const u32 links[8] = {1, 0, 101, 113, 276, 108, 9, 50}; /* LINKTYPE_… */
  /* a script writes Ethernet; its second octet is a port */
  u32 link = way & 2 ? links[0] : links[form & 7];
  CALL(setInterface)(&instance, 0, link, way & 0x40 ? 6 : form & 0x40 ? 0x80 | 20 : 9);
  if (form & 0x20) CALL(setInterfaceOffset)(&instance, 0, form, 0);
  CALL(setTerse)(&instance, form >> 3 & 1);
  CALL(setOffloaded)(&instance, form >> 4 & 1);
  if (way & 2) {
    script(input + 1, size - 1);
  } else if ((way & 7) == 5) {
    ringBlock(input + 2, length);
  } else {
    memcpy(octets + ring, input + 2, length);
    walkCapture((way & 3) == 1 ? CALL(inspectBlocks) : CALL(inspectRecords), length, way & 0x80);
  }
  if (way & 0x20) CALL(lostFrames)(&instance);
  if (way & 0x10) CALL(tick)(&instance, SECONDS + form, 0, 0);
  drain();
  while (CALL(finish)(&instance)) drain();
  drain();
  if (CALL(flowsAlive)(&instance) != 0) fail("a connection outlived its input");
  frames = counter(NUMBER(CounterZ2EFrames)) - frames;
  segments = counter(NUMBER(CounterZ2ESegments)) - segments;
  answers = counter(NUMBER(CounterZ2EDnsAnswers)) - answers;
  left = early() - left;
  if (segments + answers + left > frames) fail("a frame was counted twice");
  if (CALL(guardsBroken)(&instance) != 0) fail("a guard behind a table was written over");
  if (steps > STEPS_OF_INPUT + frames * STEPS_OF_FRAME) fail("a frame took more steps than any may");
  if (steps > stepsMost) stepsMost = steps;
  tally.inputs++;
  tally.frames += frames;
  tally.segments += segments;
  tally.flows = counter(NUMBER(CounterZ2EFlows));
  tally.dialogs = counter(NUMBER(CounterZ2EDialogs));
  limit(0);
  return 0;
}
