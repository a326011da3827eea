// Named strings that a sentence is made from: lines of `key=value`, as the host passes them. Whatever is
// read out of here is printable.

import { printable } from "./printable";

/** Reads `key=value` lines; an absent key is the empty string. */
export class Facts {
  private values: Map<string, string> = new Map<string, string>();

  constructor(lines: string[]) {
    for (let i = 0; i < lines.length; i++) {
      const equals = lines[i].indexOf("=");
      if (equals > 0) this.set(lines[i].slice(0, equals), lines[i].slice(equals + 1));
    }
  }

  set(key: string, value: string): void {
    this.values.set(key, printable(value));
  }

  /** Words of our own, which may be longer than what is kept of the wire. */
  setText(key: string, value: string): void {
    this.values.set(key, value);
  }

  get(key: string): string {
    return this.values.has(key) ? this.values.get(key) : "";
  }

  has(key: string): bool {
    return this.get(key) != "";
  }

  is(key: string, value: string): bool {
    return this.get(key) == value;
  }
}
