// Named strings that a sentence is made from: lines of `key=value`, as the host passes them.

/** Reads `key=value` lines; an absent key is the empty string. */
export class Facts {
  private values: Map<string, string> = new Map<string, string>();

  constructor(lines: string[]) {
    for (let i = 0; i < lines.length; i++) {
      const equals = lines[i].indexOf("=");
      if (equals > 0) this.values.set(lines[i].slice(0, equals), lines[i].slice(equals + 1));
    }
  }

  get(key: string): string {
    return this.values.has(key) ? this.values.get(key) : "";
  }

  has(key: string): bool {
    return this.get(key) != "";
  }
}
