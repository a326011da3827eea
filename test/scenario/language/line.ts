// One line of a scenario → its tokens: words, quoted text as octets, options in angle brackets.
// A cursor walks them; whatever is left over is an error with the line's number.

export class ScenarioError extends Error {
  constructor(path: string, line: number, what: string) {
    super(`${path}:${line}: ${what}`);
    this.name = "ScenarioError";
  }
}

export type Token =
  | { readonly kind: "word"; readonly text: string }
  | { readonly kind: "text"; readonly octets: Uint8Array }
  | { readonly kind: "options"; readonly text: string };

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|<([^>]*[^>\s][^>]*)>|(\S+))/y;

/** Splits a line; `fail` gets a sentence when it cannot be split. */
export function tokenize(line: string, fail: (what: string) => never): Token[] {
  const tokens: Token[] = [];
  const rest = line.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < rest.length) {
    const match = TOKEN.exec(rest);
    if (match === null) fail(`cannot read "${rest}"`);
    const [, quoted, options, word] = match;
    if (quoted !== undefined) tokens.push({ kind: "text", octets: unescaped(quoted, fail) });
    else if (options !== undefined) tokens.push({ kind: "options", text: options });
    else if (word?.startsWith("#")) break;
    else tokens.push({ kind: "word", text: word ?? "" });
  }
  return tokens;
}

const SIMPLE: Readonly<Record<string, number>> = {
  r: 13,
  n: 10,
  t: 9,
  "0": 0,
  '"': 34,
  "\\": 92,
};

function unescaped(text: string, fail: (what: string) => never): Uint8Array {
  const octets: number[] = [];
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 255) fail(`"${text[at]}" is not one octet: write it as \\xHH`);
    if (code !== 92) {
      octets.push(code);
      continue;
    }
    const next = text[++at] ?? "";
    if (next === "x") {
      const hex = text.slice(at + 1, at + 3);
      if (!/^[0-9a-f]{2}$/i.test(hex)) fail(`\\x needs two hexadecimal digits`);
      octets.push(Number.parseInt(hex, 16));
      at += 2;
    } else {
      const octet = SIMPLE[next];
      if (octet === undefined)
        fail(`\\${next} is not an escape: use \\r \\n \\t \\0 \\" \\\\ \\xHH`);
      octets.push(octet);
    }
  }
  return Uint8Array.from(octets);
}

/** Walks a line's tokens. */
export class Cursor {
  readonly fail: (what: string) => never;
  #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[], fail: (what: string) => never) {
    this.#tokens = tokens;
    this.fail = fail;
  }

  get done(): boolean {
    return this.#at >= this.#tokens.length;
  }

  peek(ahead = 0): Token | undefined {
    return this.#tokens[this.#at + ahead];
  }

  /** True and past it when the next token is this word. */
  take(word: string): boolean {
    const token = this.peek();
    if (token?.kind !== "word" || token.text !== word) return false;
    this.#at++;
    return true;
  }

  word(what: string): string {
    const token = this.peek();
    if (token?.kind !== "word") this.fail(`${what} is missing`);
    this.#at++;
    return token.text;
  }

  text(what: string): Uint8Array {
    const token = this.peek();
    if (token?.kind !== "text") this.fail(`${what} is missing: it stands in quotes`);
    this.#at++;
    return token.octets;
  }

  options(): string | null {
    const token = this.peek();
    if (token?.kind !== "options") return null;
    this.#at++;
    return token.text;
  }

  /** A whole number, decimal or 0x…, 0 … limit. */
  number(what: string, limit = 0xffffffff): number {
    const word = this.word(what);
    if (!/^(\d+|0x[0-9a-f]+)$/i.test(word)) this.fail(`${what} "${word}" is not a number`);
    const value = Number(word);
    if (value > limit) this.fail(`${what} ${value} is larger than ${limit}`);
    return value;
  }

  /** Seconds with a fraction, as nanoseconds. */
  seconds(what: string): bigint {
    const word = this.word(what);
    const match = /^\+?(\d+)(?:\.(\d{1,9}))?$/.exec(word);
    if (match === null) this.fail(`${what} "${word}" is not a number of seconds`);
    const fraction = (match[2] ?? "").padEnd(9, "0");
    return BigInt(match[1] ?? "0") * 1_000_000_000n + BigInt(fraction);
  }

  /** Ends the line: nothing may be left. */
  end(): void {
    const token = this.peek();
    if (token === undefined) return;
    this.fail(
      token.kind === "word" ? `"${token.text}" is not understood here` : "a token too many",
    );
  }
}
