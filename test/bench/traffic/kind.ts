// The four captures, each a cast of scripts with a time to begin: the mixed uplink, the small-packet
// stress, the one with many planted events, and the growth series. The proportions are the ones the
// figures in docs/PERFORMANCE.md are quoted for.

import { quicSessions, tlsSessions } from "./bulk.ts";
import { Crowd } from "./crowd.ts";
import { lookups } from "./dns.ts";
import { forgedAtSyn, forgedReset, VARIETY_NAMES } from "./forged-reset.ts";
import { CAUSE_NAMES, honestReset, SLOWEST } from "./honest-reset.ts";
import { HONEST_MIX, mailDialog } from "./mail.ts";
import { attackedServer, MAIL_SERVERS, type Scene } from "./scene.ts";
import { MILLISECOND, type Script, SECOND } from "./timeline.ts";

/** Length of the mixed and planted captures. */
const SPAN = 100 * SECOND;
const FIRST = SECOND / 2;
/** Planted scripts begin early enough to end within the capture. */
const LAST = SPAN - SLOWEST - 5 * SECOND;
/** Mean octets per frame come out near 982 with this share of QUIC. */
const USERS = 300;
const QUIC_SHARE = 0.25;
const DIALOG_FRAMES = 21.2;
const RESET_FRAMES = 11.8;
/** Mean time from a question to its answer (dns.ts). */
const ANSWER_TIME = 24 * MILLISECOND;
/** Every tampered or reset server is a different one; honest mail servers are met again. */
const HONEST_MAIL_SERVERS = 60;

/** A home uplink: 93 % bulk, 3 % DNS, 3 % short connections with resets, 0.9 % mail. */
export function mixed(scene: Scene): void {
  const frames = scene.capture.limit;
  bulk(scene, 0.931 * frames);
  names(scene, 0.03 * frames);
  honestResets(scene, (0.03 * frames) / RESET_FRAMES);
  const masked = 20;
  dialogs(scene, (0.009 * frames) / DIALOG_FRAMES - masked);
  tampered(scene, { masked });
  forged(scene, 15, 5);
}

/** The small-packet stress: 64–128 octets, a quarter of the flows alive at a time. */
export function small(scene: Scene, flows: number): void {
  const life = Math.floor(scene.capture.limit / flows);
  const plan = { concurrent: Math.floor(flows / 4), flows, life, gap: 10_000, minimum: false };
  scene.timeline.background(0, new Crowd(scene.capture, scene.random, plan).script());
}

/** For the live sweep: every frame of Ethernet's minimum size, all flows alive at once. */
export function minimum(scene: Scene, flows: number): void {
  const life = Math.floor(scene.capture.limit / flows);
  const plan = { concurrent: flows, flows, life, gap: 672, minimum: true };
  scene.timeline.background(0, new Crowd(scene.capture, scene.random, plan).script());
}

/** Many events in little traffic: what can be found, and what must not be accused. */
export function planted(scene: Scene): void {
  bulk(scene, 0.93 * scene.capture.limit);
  names(scene, 0.02 * scene.capture.limit);
  tampered(scene, { masked: 108, removed: 41, demanded: 20 });
  tampered(scene, { "refused-smtp": 20, "refused-imap": 20, pix: 22 });
  dialogs(scene, 200);
  forged(scene, 200, 50);
  honestResets(scene, 101);
}

/** Time a frame of the growth series takes; 200,000 frames a second. */
const GROWTH_GAP = 5_000;
const GROWTH_MAIL_SHARE = 0.01;

/** `flows` connections that all stay, 1 % mail, and attacks that take their time. */
export function growth(scene: Scene, flows: number): void {
  const { capture, timeline, random } = scene;
  const plan = { concurrent: flows, flows, life: Infinity, gap: GROWTH_GAP, minimum: false };
  timeline.background(0, new Crowd(capture, random, plan).script());
  const span = capture.limit * GROWTH_GAP;
  const masked = 50;
  const count = (GROWTH_MAIL_SHARE * capture.limit) / DIALOG_FRAMES - masked;
  const last = Math.max(FIRST, span - 4 * SECOND);
  dialogs(scene, count, last);
  for (let number = 0; number < masked; number++) {
    const pause = random.between(1, 150) * MILLISECOND;
    const begin = random.between(FIRST, last);
    timeline.plant(begin, mailDialog(scene, attackedServer(scene), "masked", pause));
  }
  forged(scene, 80, 20, last);
}

function bulk(scene: Scene, frames: number): void {
  const { random, timeline } = scene;
  // A burst is about 16 segments and 9 acknowledgements; all users together fill the span.
  const pause = Math.round((SPAN * USERS * 23.5) / frames);
  for (let user = 0; user < USERS; user++) {
    const begin = random.below(pause);
    const quic = user < USERS * QUIC_SHARE;
    timeline.background(begin, quic ? quicSessions(scene, pause) : tlsSessions(scene, pause));
  }
}

function names(scene: Scene, frames: number): void {
  const askers = 20;
  for (let asker = 0; asker < askers; asker++) {
    scene.timeline.background(
      scene.random.below(SECOND),
      lookups(scene, Math.round((SPAN * askers * 2) / frames) - ANSWER_TIME),
    );
  }
}

function spread(scene: Scene, count: number, last: number, script: (at: number) => Script): void {
  for (let at = 0; at < Math.round(count); at++) {
    scene.timeline.plant(scene.random.between(FIRST, last), script(at));
  }
}

function honestResets(scene: Scene, count: number): void {
  spread(scene, count, LAST, (at) =>
    honestReset(scene, at, CAUSE_NAMES[at % CAUSE_NAMES.length] ?? "closed-port"),
  );
}

/** A server always holds the same kind of dialog, so that none seems to change its mind. */
function dialogs(scene: Scene, count: number, last = LAST): void {
  spread(scene, count, last, (at) => {
    const server = at % HONEST_MAIL_SERVERS;
    const name = HONEST_MIX[server % HONEST_MIX.length] ?? HONEST_MIX[0];
    return mailDialog(scene, MAIL_SERVERS + server, name);
  });
}

function tampered(scene: Scene, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) {
    spread(scene, count, LAST, () => mailDialog(scene, attackedServer(scene), name));
  }
}

/** Every tenth established one over IPv6, where there is no identification to compare. */
function forged(scene: Scene, established: number, atSyn: number, last = LAST): void {
  spread(scene, established, last, (at) => {
    const cause = VARIETY_NAMES[at % VARIETY_NAMES.length] ?? VARIETY_NAMES[0];
    return forgedReset(scene, attackedServer(scene), cause, at % 10 === 9 ? 6 : 4);
  });
  spread(scene, atSyn, last, () => forgedAtSyn(scene, attackedServer(scene)));
}
