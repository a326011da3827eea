// The names of what the inspector can see. A member's number is its bit in the evidence sets of a
// finding; numbers never move, new names go to the end. The text form is the kebab-case of the member
// (RstThenSynack → rst-then-synack), made by one rule in the host.

/** Seen in a mail dialog. What needs history or knowledge (cap-vanished …) is added by the host. At most 64. */
export enum MailEvidence {
  CapMasked,
  CapMaskedOther,
  CapMangled,
  CapHole,
  CapUnterminated,
  CapForked,
  BannerMasked,
  BannerMismatch,
  CmdMasked,
  CmdOdd,
  EchoMasked,
  TlsDemanded,
  StarttlsUnknown,
  StarttlsTemp,
  StarttlsOdd,
  EhloDenied,
  EhloNooped,
  NoTlsAfterGo,
  InjectS2c,
  InjectC2s,
  RstAtStarttls,
  StallAtHello,
  TextOnTlsPort,
  Preauth,
  PretlsData,
  Referral,
  TlsUnused,
  NeverOffered,
  ClearAuth,
  ClearMail,
  ClearRead,
  TlsOk,
  ViewOneway,
  ViewGap,
  LineLong,
  /** One connection offers the upgrade in one list and not in another; otherwise history's to say. */
  CapVanished,
  AuthWeakened,
}

/** Seen in the segments of a connection: resets, forged segments, refusals by third parties, silence. At most 64. */
export enum SegmentEvidence {
  RstThenSynack,
  RstAckProgress,
  RstDataAfter,
  RstAliveAfter,
  AckSeqRegress,
  SynackConflict,
  RstSeqLadder,
  RstAckChange,
  RstAckWrong,
  RstDataBefore,
  RstSeqAhead,
  RstSeqZero,
  RstTtlImplausible,
  RstTtlStep,
  RstTtlDiverse,
  RstIpidEcho,
  RstIpidBreak,
  TsMissing,
  RstTsBogus,
  RstEarly,
  SegOverlapConflict,
  RstWinLadder,
  RstBurst,
  RstFlagsOdd,
  IcmpProhibited,
  SynSilent,
  ChSilent,
  FlowFreeze,
  SegTtlImplausible,
  SegTtlStep,
  SegIpidEcho,
  FpSandvinePacketlogic,
  FpRae,
  FpHenan,
  FpPerftech,
  FpScapyDefault,
  FpUnknownConstant,
  FpConstantDistance,
  NameDifferential,
  NearProxy,
}

/** Why resets were seen and nothing is said (contract: "reason" of --flows). */
export enum Benign {
  None,
  Refused,
  Reactive,
  AfterLocalClose,
  AfterRemoteFin,
  Idle,
  NearEndpoint,
  Conforming,
  Unexplained,
}

/** Where the connection stood at the first inbound reset. */
export enum Stage { None, Syn, Ack, Psh, Later }

/** How the mail dialog is protected, as seen. */
export enum TlsState { No, Starttls, Implicit, Unknown }

/** What is known of the capability list. */
export enum ListState {
  /** No list was asked for or seen. */
  None,
  /** A list was seen but a gap, one-way view or the end cut it: absence proves nothing. */
  Partial,
  /** Command and whole reply seen without a gap. */
  Complete,
}

/** Reusable, crackable or harmless credentials in clear. */
export enum AuthLevel { None, Harmless, Low, Crackable, Reusable }

/** What the server answered to credentials in clear text; once accepted stays accepted. */
export enum AuthAnswer { None, Refused, Accepted }

/** Whose words a refused command was answered in. */
export enum Family { None, Postfix, Sendmail }

/** Header tuple that looks like a known injector. Numbers never move; the host's fingerprint names follow these. */
export enum Fingerprint {
  None,
  Packetlogic,
  Rae,
  WinLadder,
  SeqLadder1460,
  SeqLadder12503,
  Henan,
  Perftech,
  Scapy,
  UnknownConstant,
}
