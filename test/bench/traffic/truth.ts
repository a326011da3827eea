// What a generator planted → one JSON line per flow, beside the capture: the flow, its frames, and
// what an inspector can and should say of it. The first line describes the capture itself.

import { writeFileSync } from "node:fs";
import type { FlowName } from "./connection.ts";

export interface Planted {
  /** masked · removed · demanded · refused · pix · forged · forged-syn · honest-reset · honest-mail */
  readonly kind: string;
  /** Which variety of that kind, for people. */
  readonly cause: string;
  readonly flow: FlowName;
  /** 1-based numbers of the frames that carry it. */
  readonly frames: readonly number[];
  /** The alert kind this flow must raise, or null if it must raise no accusation. */
  readonly alert: string | null;
}

/** First line of a truth file; a capture is reused when everything but the counts is as asked. */
export interface Heading {
  readonly capture: string;
  readonly generator: number;
  readonly seed: number;
  readonly frames: number;
  readonly flows: number;
  readonly frameOctets: number;
}

export class Truth {
  readonly planted: Planted[] = [];

  plant(line: Planted): void {
    this.planted.push(line);
  }

  write(path: string, heading: Heading): void {
    const lines = [heading, ...this.planted].map((line) => JSON.stringify(line));
    writeFileSync(path, `${lines.join("\n")}\n`);
  }
}
