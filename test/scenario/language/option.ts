// TCP options: the text between angle brackets → octets, padded to a multiple of four.
// `mss N`, `wscale N`, `sackOK`, `nop`, `eol`, `TS val N ecr N`, `kind N [octets]`.
// RFC 9293 §3.2, RFC 7323 §2.2, §3.2, RFC 2018 §2.

const SIZE_MAX = 40;

/** The octets of an option list; `fail` gets a sentence when the text is not one. */
export function encodeOptions(text: string, fail: (what: string) => never): Uint8Array {
  const octets: number[] = [];
  for (const item of text.split(",").map((part) => part.trim())) {
    octets.push(...encodeOption(item, fail));
  }
  while (octets.length % 4 !== 0) octets.push(1);
  if (octets.length > SIZE_MAX)
    fail(`options take ${octets.length} octets, at most ${SIZE_MAX} fit`);
  return Uint8Array.from(octets);
}

function encodeOption(item: string, fail: (what: string) => never): number[] {
  const [name = "", ...rest] = item.split(/\s+/);
  const numbers = rest.filter((word) => word !== "val" && word !== "ecr").map(Number);
  if (numbers.some((value) => !Number.isInteger(value) || value < 0)) {
    fail(`option "${item}" is not understood`);
  }
  const [first = 0, second = 0] = numbers;
  if (name === "nop") return [1];
  if (name === "eol") return [0];
  if (name === "sackOK") return [4, 2];
  if (name === "mss") return [2, 4, first >>> 8, first & 0xff];
  if (name === "wscale") return [3, 3, first];
  if (name === "TS" && numbers.length === 2) return [8, 10, ...word32(first), ...word32(second)];
  if (name === "kind") return [first, numbers.length + 1, ...numbers.slice(1)];
  return fail(`option "${item}" is not understood: mss, wscale, sackOK, nop, eol, TS, kind`);
}

function word32(value: number): number[] {
  return [(value >>> 24) & 0xff, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff];
}
