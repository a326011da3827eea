// Times as the host counts them, nanoseconds since 1970, and as it writes them. Asks no clock.

/** One second. */
export const SECOND_NANOSECONDS = 1_000_000_000n;
export const DAY_SECONDS = 86_400;
export const DAY_NANOSECONDS = BigInt(DAY_SECONDS) * SECOND_NANOSECONDS;

/** Nanoseconds since 1970 as RFC 3339, UTC, nine fractional digits. */
export function formatTime(time: bigint): string {
  const seconds = time / SECOND_NANOSECONDS;
  const fraction = (time % SECOND_NANOSECONDS).toString().padStart(9, "0");
  return `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}.${fraction}Z`;
}

/** The nanoseconds since 1970 of a time made by formatTime. */
export function parseTime(text: string): bigint {
  const [whole = "", fraction = ""] = text.replace("Z", "").split(".");
  return BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0"));
}
