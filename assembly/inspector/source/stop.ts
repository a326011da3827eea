// Why a walk over a capture returned before its end.

export enum Stop {
  /** The next record is not whole: more octets are needed. */
  Octets,
  /** Findings wait for the host. */
  Drain,
  /** A length no record can have. */
  Damaged,
  /** pcapng: a block the host reads (section, interface, names, statistics, unknown). */
  Foreign,
}
