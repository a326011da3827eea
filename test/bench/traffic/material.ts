// Octets with running 16-bit sums → the checksum contribution of any slice in two look-ups, so a
// gigabyte of payload costs a copy and no summing. RFC 1071 §2 (the sum may be split at even
// offsets). It knows no protocol.

export interface Material {
  readonly octets: Uint8Array;
  /** sums[i] = sum of the big-endian 16-bit words before octet 2·i; exact in a double. */
  readonly sums: Float64Array;
}

export function material(octets: Uint8Array): Material {
  const words = octets.length >> 1;
  const sums = new Float64Array(words + 1);
  let sum = 0;
  for (let word = 0; word < words; word++) {
    sum += ((octets[2 * word] ?? 0) << 8) | (octets[2 * word + 1] ?? 0);
    sums[word + 1] = sum;
  }
  return { octets, sums };
}

export function text(line: string): Material {
  return material(new TextEncoder().encode(line));
}

/** Sum of a slice as 16-bit words, not folded; `start` must be even. */
export function sliceSum(from: Material, start: number, length: number): number {
  const end = start + length;
  const sum = (from.sums[end >> 1] ?? 0) - (from.sums[start >> 1] ?? 0);
  return length & 1 ? sum + ((from.octets[end - 1] ?? 0) << 8) : sum;
}

export const NOTHING: Material = material(new Uint8Array(0));
