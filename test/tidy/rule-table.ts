// Filters and rules between connections, as data: the scenario in which each acts, and its twin, which
// comes close and in which it must not. Evidence names have theirs in the scenarios' own headers.

export interface Rule {
  /** Its short name in the comments of the product. */
  readonly rule: string;
  readonly acts: string;
  readonly twin: string;
}

export const RULES: readonly Rule[] = [
  {
    rule: "F1 after home's close",
    acts: "reset/late-segment-of-home-draws-a-reset.scn",
    twin: "reset/nearer-reset-alone-is-suspect.scn",
  },
  {
    rule: "F2 after the far side's FIN",
    acts: "reset/reset-after-the-servers-own-fin.scn",
    twin: "reset/nearer-reset-alone-is-suspect.scn",
  },
  {
    rule: "F3 idle",
    acts: "reset/idle-connection-is-reaped.scn",
    twin: "reset/nearer-reset-alone-is-suspect.scn",
  },
  {
    rule: "F4 refused",
    acts: "reset/refused-syn-is-silent.scn",
    twin: "reset/syn-ack-after-the-reset-is-proven.scn",
  },
  {
    rule: "F5 a box in front of the endpoint",
    acts: "reset/front-box-of-another-class-is-silent.scn",
    twin: "reset/nearer-reset-alone-is-suspect.scn",
  },
  {
    rule: "F6 captured twice",
    acts: "reset/reset-captured-on-both-sides-is-silent.scn",
    twin: "reset/resets-from-three-distances-is-suspect.scn",
  },
  {
    rule: "F7 no connection",
    acts: "wire/reset-without-a-connection.scn",
    twin: "reset/captured-in-the-middle-is-silent.scn",
  },
  {
    rule: "F8 loss",
    acts: "reset/data-behind-the-reset-in-a-torn-stream-is-likely.scn",
    twin: "reset/data-behind-the-reset-is-proven.scn",
  },
  {
    rule: "F9 hidden from the tap: data behind a reset",
    acts: "reset/data-behind-the-reset-on-a-fast-path-is-likely.scn",
    twin: "reset/data-behind-the-reset-is-proven.scn",
  },
  {
    rule: "F9 hidden from the tap: a middle nobody saw",
    acts: "reset/late-packets-hidden-from-the-tap-draw-resets.scn",
    twin: "reset/resets-far-ahead-of-all-that-was-seen-are-likely.scn",
  },
  {
    rule: "F9 hidden from the tap: silence",
    acts: "reset/silence-behind-a-fast-path-is-no-silence.scn",
    twin: "reset/unanswered-hello-is-unexplained.scn",
  },
  {
    rule: "G1 repetition",
    acts: "incident/one-injector-three-times-is-proven.scn",
    twin: "incident/one-injector-in-one-network-stays-likely.scn",
  },
  {
    rule: "G2 name differential",
    acts: "incident/one-name-fails-where-others-work-is-blocked.scn",
    twin: "incident/every-name-fails-is-unexplained.scn",
  },
  {
    rule: "G3 constant tuple",
    acts: "incident/one-tuple-for-three-servers-is-suspect.scn",
    twin: "incident/zero-tuple-for-three-servers-is-silent.scn",
  },
  {
    rule: "G4 route event",
    acts: "incident/route-changes-for-three-connections-is-withdrawn.scn",
    twin: "incident/new-connections-reset-alike-stay-likely.scn",
  },
  {
    rule: "G4 route event: it speaks from there now",
    acts: "reset/server-that-has-moved-is-silent.scn",
    twin: "reset/reset-from-elsewhere-and-data-the-old-way-are-likely.scn",
  },
  {
    rule: "G5 residual blocking",
    acts: "incident/same-server-again-is-one-incident.scn",
    twin: "incident/one-injector-three-times-is-proven.scn",
  },
  {
    rule: "G6 near proxy",
    acts: "incident/one-box-answers-for-five-networks-informs.scn",
    twin: "incident/five-networks-at-their-own-distances-are-silent.scn",
  },
  {
    rule: "G7 one machine of the house",
    acts: "incident/one-machine-fails-where-another-works-is-unexplained.scn",
    twin: "incident/one-name-fails-where-others-work-is-blocked.scn",
  },
  {
    rule: "G8 constant distance",
    acts: "incident/one-distance-for-four-servers-is-likely.scn",
    twin: "incident/each-server-at-its-own-distance-is-silent.scn",
  },
];
