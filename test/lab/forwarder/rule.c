// Text to rule; see rule.h for the words.

#include "rule.h"

#include <stdlib.h>
#include <string.h>

#include "segment.h"

static int choice(const char* value, const char* const* names, int count) {
  for (int i = 0; i < count; i++) {
    if (strcmp(value, names[i]) == 0) return i;
  }
  return -1;
}

static void copy_text(char* to, const char* from) {
  size_t length = 0;
  for (; *from != 0 && length + 3 < TEXT_SIZE; from++) {
    if (*from == '~') {
      to[length++] = '\r';
      to[length++] = '\n';
    } else {
      to[length++] = *from == '_' ? ' ' : *from;
    }
  }
  to[length] = 0;
}

static enum source read_source(const char* value) {
  if (strcmp(value, "same") == 0) return SAME;
  return strcmp(value, "echo") == 0 ? ECHO : FIXED;
}

static bool read_kind(const char* value, struct rule* rule) {
  static const char* const names[] = {"rst", "rstack", "synack", "finack", "data", "none"};
  static const uint16_t flags[] = {RST, RST | ACK, SYN | ACK, FIN | ACK, PSH | ACK, 0};
  const int kind = choice(value, names, 6);
  if (kind < 0) return false;
  rule->flags = flags[kind];
  rule->silent = kind == 5;
  return true;
}

static bool read_choice(const char* name, const char* value, struct rule* rule) {
  static const char* const triggers[] = {"syn", "synack", "payload", "hello", "data"};
  static const char* const places[] = {"after", "before", "instead"};
  static const char* const targets[] = {"", "client", "server", "both"};
  int chosen = -1;
  if (strcmp(name, "on") == 0 && (chosen = choice(value, triggers, 5)) >= 0)
    rule->on = (enum trigger)chosen;
  if (strcmp(name, "place") == 0 && (chosen = choice(value, places, 3)) >= 0)
    rule->place = (enum place)chosen;
  if (strcmp(name, "to") == 0 && (chosen = choice(value, targets, 4)) > 0)
    rule->to = (unsigned)chosen;
  if (strcmp(name, "send") == 0 && read_kind(value, rule)) chosen = 0;
  return chosen >= 0;
}

static bool read_number(const char* name, const char* value, struct rule* rule) {
  const long number = strtol(value, NULL, 0);
  const struct {
    const char* name;
    unsigned* at;
  } counts[] = {
      {"port", &rule->port}, {"n", &rule->n}, {"count", &rule->count}, {"times", &rule->times}};
  for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
    if (strcmp(name, counts[i].name) == 0) return *counts[i].at = (unsigned)number, true;
  }
  const struct {
    const char* name;
    int32_t* at;
  } steps[] = {{"seq", &rule->seq},          {"ack", &rule->ack},
               {"step", &rule->step},        {"ackstep", &rule->ackStep},
               {"ttlstep", &rule->ttlStep},  {"windowstep", &rule->windowStep},
               {"ipidstep", &rule->ipidStep}};
  for (unsigned i = 0; i < sizeof steps / sizeof *steps; i++) {
    if (strcmp(name, steps[i].name) == 0) return *steps[i].at = (int32_t)number, true;
  }
  if (strcmp(name, "window") == 0) return rule->window = (uint16_t)number, true;
  if (strcmp(name, "flags") == 0) return rule->flags = (uint16_t)number, true;
  if (strcmp(name, "df") == 0) return rule->dontFragment = number != 0, true;
  if (strcmp(name, "drop") == 0) return rule->drop = number != 0, true;
  return false;
}

static bool read_word(const char* name, const char* value, struct rule* rule) {
  if (strcmp(name, "ttl") == 0) {
    rule->ttlSource = read_source(value);
    rule->ttl = (uint8_t)atoi(value);
  } else if (strcmp(name, "ipid") == 0) {
    rule->ipidSource = read_source(value);
    rule->ipid = (uint16_t)strtol(value, NULL, 0);
  } else if (strcmp(name, "sni") == 0) {
    copy_text(rule->sni, value);
  } else if (strcmp(name, "contains") == 0) {
    copy_text(rule->contains, value);
  } else if (strcmp(name, "text") == 0) {
    copy_text(rule->text, value);
  } else {
    return read_choice(name, value, rule) || read_number(name, value, rule);
  }
  return true;
}

const char* rule_read(char* line, struct rule* rule) {
  memset(rule, 0, sizeof *rule);
  rule->n = rule->count = rule->times = 1;
  rule->to = TO_CLIENT;
  rule->flags = RST;
  rule->ttlSource = SAME;
  rule->dontFragment = true;
  char* rest = NULL;
  for (char* word = strtok_r(line, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest)) {
    char* value = strchr(word, '=');
    if (value == NULL) return word;
    *value++ = 0;
    if (!read_word(word, value, rule)) return word;
  }
  return NULL;
}
