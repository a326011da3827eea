// Rules against segments: which rule a segment triggers, and the frames that rule forges.

#ifndef INJECT_H
#define INJECT_H

#include "flow.h"
#include "rule.h"
#include "segment.h"

/** Sends one forged frame out at `side` (0 near, 1 far). */
typedef void (*emit)(int side, const uint8_t* frame, unsigned size);

/** The rules that `segment` triggers on `flow` as bits by index; each counts as fired. */
uint32_t inject_match(struct rule* rules, unsigned count, const struct flow* flow,
                      const struct segment* segment);

/** Forges the segments of `rule`; `before` is the flow as it was without `trigger`. */
void inject(const struct rule* rule, const struct flow* flow, const struct flow* before,
            const struct segment* trigger, emit emit);

#endif
