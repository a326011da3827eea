// What leaves the inspector: one snapshot of a connection each time its evidence changed, and one at
// its end. Fixed records in a ring; the host reads them between two calls. Little endian, addresses
// in network order. The layout is exported (FindingField) so that the host never guesses an offset.

import { FINDING_ROW_SIZE } from "../limits";

/** Why a snapshot was taken. */
export enum Cause {
  /** Evidence, consequence or protection changed. */
  Changed,
  /** The connection ended (evicted, opened anew, end of input) and had something to tell. */
  Ended,
}

/** Frames named per family. */
export const FRAMES_MAX: u32 = 8;
/** Octets of a capability list: upper-case first tokens in wire order, each followed by one blank. */
export const OFFERED_SIZE: u32 = 440;
export const HOST_TOKEN_SIZE: u32 = 64;
const SERVER_NAME_SIZE: u32 = 96;
/** The last labels of the name that CNAMEs led to. */
export const CANONICAL_SIZE: u32 = 72;

@final @unmanaged
export class Finding {
  /** Flow.ordinal: findings with the same ordinal are of the same connection. */
  ordinal: u32;
  cause: u8;
  ipVersion: u8;
  application: u8;
  /** 1 when the client is the home side. */
  clientNear: u8;
  /** Time and number of the frame that caused the snapshot. */
  time: u64;
  frame: u32;
  firstFrame: u32;
  openTime: u64;
  clientHigh: u64;
  clientLow: u64;
  serverHigh: u64;
  serverLow: u64;
  clientPort: u16;
  serverPort: u16;
  interfaceIndex: u16;
  /** 1 when both ends or neither are home: the opener was taken as near. */
  sideGuessed: u8;
  /** 1 when a SYN was seen: roles are certain. */
  synSeen: u8;

  // Mail dialog (zero without one).
  /** Bits of MailEvidence. */
  mail: u64;
  /** 1 when the flow carries a mail dialog. */
  hasDialog: u8;
  tlsState: u8;
  listState: u8;
  authLevel: u8;
  /** 1 when the upgrade keyword stands in the list. */
  tlsOffered: u8;
  /** 1 when the client sent STARTTLS/STLS. */
  tlsRequested: u8;
  /** 1 when the client quit right after the list without asking for TLS (near-quit needs history). */
  quitAfterList: u8;
  /** 1 when the dialog is over (QUIT, FIN, RST, silence). */
  dialogOver: u8;
  /** Reply code to STARTTLS and to EHLO, 0 = none seen. */
  starttlsReply: u16;
  ehloReply: u16;
  /** Index in the list of the first mask of key length, 255 = none; count of masks; count of keywords. */
  maskIndex: u8;
  maskCount: u8;
  keywordCount: u8;
  /** Length of the offered text. */
  offeredLength: u16;
  mailFrameCount: u8;
  segmentFrameCount: u8;

  // Segments (zero without evidence).
  fingerprint: u8;
  benign: u8;
  stage: u8;
  /** 1 when application data of this flow was cut off by the first reset. */
  dataCut: u8;
  /** Evidence by strength: weak, strong, conclusive. Bits of SegmentEvidence; filtered evidence is absent. */
  weak: u64;
  strong: u64;
  conclusive: u64;
  resetsToClient: u32;
  resetsToServer: u32;
  /** For the owner's text: TTLs of the reset and of the far side (0 = unknown), latency and round trip in µs (0 = unknown). */
  resetTtl: u8;
  farTtl: u8;
  resetIpid: u16;
  resetWindow: u16;
  /** 1 while a reset waits for what could cancel it. */
  held: u8;
  serverNameLength: u8;
  latencyUs: u32;
  rttUs: u32;
  idleSeconds: u32;
  /** ICMP: type << 8 | code, and the sender. */
  icmp: u32;
  icmpHigh: u64;
  icmpLow: u64;
  greetingLength: u8;
  /** Whose words the refusals were in, see Family. */
  family: u8;
  /** 1 when the far side's identifications vary: a constant one is then not its habit. */
  farIpidVaries: u8;
  /** TTL of the far SYN-ACK; 0 = unknown. */
  synAckTtl: u8;
  /** IPv4's Don't Fragment in the reset. */
  resetDf: u8;
  /** 1 when the history of this connection had to make room: what was told of it before stands. */
  forgotten: u8;
  /** The reset described above: its frame, 0 without one, and ms from the first packet to it. */
  resetFrame: u32;
  resetAfterMs: u32;
  /** What is published of the server, see PolicyHint; length of the name that CNAMEs led to. */
  policy: u8;
  canonicalLength: u8;
  /** The server's answer to credentials, see AuthAnswer. */
  authAnswer: u8;
  // Arrays follow at the offsets below.

  @inline static at(at: usize): Finding { return changetype<Finding>(at); }
}

// Arrays of a finding, offsets in bytes from its start.
export const FINDING_MAIL_FRAMES: u32 = 288;
export const FINDING_SEGMENT_FRAMES: u32 = 320;
export const FINDING_OFFERED: u32 = 352;
export const FINDING_GREETING: u32 = 792;
export const FINDING_SERVER_NAME: u32 = 856;
export const FINDING_CANONICAL: u32 = 952;

if (offsetof<Finding>() > FINDING_MAIL_FRAMES) ERROR("Finding head overlaps its arrays");
if (FINDING_OFFERED + OFFERED_SIZE > FINDING_GREETING) ERROR("Finding arrays overlap");
if (FINDING_SERVER_NAME + SERVER_NAME_SIZE > FINDING_CANONICAL) ERROR("Finding arrays overlap");
if (FINDING_CANONICAL + CANONICAL_SIZE > FINDING_ROW_SIZE) ERROR("Finding is too large");

/** The layout, for the host. */
export enum FindingField {
  ordinal = offsetof<Finding>("ordinal"),
  cause = offsetof<Finding>("cause"),
  ipVersion = offsetof<Finding>("ipVersion"),
  application = offsetof<Finding>("application"),
  clientNear = offsetof<Finding>("clientNear"),
  time = offsetof<Finding>("time"),
  frame = offsetof<Finding>("frame"),
  firstFrame = offsetof<Finding>("firstFrame"),
  openTime = offsetof<Finding>("openTime"),
  client = offsetof<Finding>("clientHigh"),
  server = offsetof<Finding>("serverHigh"),
  clientPort = offsetof<Finding>("clientPort"),
  serverPort = offsetof<Finding>("serverPort"),
  interfaceIndex = offsetof<Finding>("interfaceIndex"),
  sideGuessed = offsetof<Finding>("sideGuessed"),
  synSeen = offsetof<Finding>("synSeen"),
  mail = offsetof<Finding>("mail"),
  hasDialog = offsetof<Finding>("hasDialog"),
  tlsState = offsetof<Finding>("tlsState"),
  listState = offsetof<Finding>("listState"),
  authLevel = offsetof<Finding>("authLevel"),
  tlsOffered = offsetof<Finding>("tlsOffered"),
  tlsRequested = offsetof<Finding>("tlsRequested"),
  quitAfterList = offsetof<Finding>("quitAfterList"),
  dialogOver = offsetof<Finding>("dialogOver"),
  starttlsReply = offsetof<Finding>("starttlsReply"),
  ehloReply = offsetof<Finding>("ehloReply"),
  maskIndex = offsetof<Finding>("maskIndex"),
  maskCount = offsetof<Finding>("maskCount"),
  keywordCount = offsetof<Finding>("keywordCount"),
  offeredLength = offsetof<Finding>("offeredLength"),
  mailFrameCount = offsetof<Finding>("mailFrameCount"),
  segmentFrameCount = offsetof<Finding>("segmentFrameCount"),
  fingerprint = offsetof<Finding>("fingerprint"),
  benign = offsetof<Finding>("benign"),
  stage = offsetof<Finding>("stage"),
  dataCut = offsetof<Finding>("dataCut"),
  weak = offsetof<Finding>("weak"),
  strong = offsetof<Finding>("strong"),
  conclusive = offsetof<Finding>("conclusive"),
  resetsToClient = offsetof<Finding>("resetsToClient"),
  resetsToServer = offsetof<Finding>("resetsToServer"),
  resetTtl = offsetof<Finding>("resetTtl"),
  farTtl = offsetof<Finding>("farTtl"),
  resetIpid = offsetof<Finding>("resetIpid"),
  resetWindow = offsetof<Finding>("resetWindow"),
  held = offsetof<Finding>("held"),
  serverNameLength = offsetof<Finding>("serverNameLength"),
  latencyUs = offsetof<Finding>("latencyUs"),
  rttUs = offsetof<Finding>("rttUs"),
  idleSeconds = offsetof<Finding>("idleSeconds"),
  icmp = offsetof<Finding>("icmp"),
  icmpSender = offsetof<Finding>("icmpHigh"),
  greetingLength = offsetof<Finding>("greetingLength"),
  family = offsetof<Finding>("family"),
  farIpidVaries = offsetof<Finding>("farIpidVaries"),
  synAckTtl = offsetof<Finding>("synAckTtl"),
  resetDf = offsetof<Finding>("resetDf"),
  forgotten = offsetof<Finding>("forgotten"),
  resetFrame = offsetof<Finding>("resetFrame"),
  resetAfterMs = offsetof<Finding>("resetAfterMs"),
  policy = offsetof<Finding>("policy"),
  canonicalLength = offsetof<Finding>("canonicalLength"),
  authAnswer = offsetof<Finding>("authAnswer"),
  mailFrames = FINDING_MAIL_FRAMES,
  segmentFrames = FINDING_SEGMENT_FRAMES,
  offered = FINDING_OFFERED,
  greeting = FINDING_GREETING,
  serverName = FINDING_SERVER_NAME,
  canonical = FINDING_CANONICAL,
  size = FINDING_ROW_SIZE,
}
