// Findings as data for the tests of what comes after the inspector: one quiet connection, changed where
// a test needs it.

import type { Finding, MailSeen, SegmentsSeen } from "../../host/ground/finding.ts";

export const SECOND = 1_000_000_000n;
export const DAY = 86_400n * SECOND;
/** 2026-06-01T00:00:00Z. */
export const START = 1_780_272_000n * SECOND;

export const FULL_LIST = [
  "PIPELINING",
  "SIZE",
  "VRFY",
  "ETRN",
  "STARTTLS",
  "ENHANCEDSTATUSCODES",
  "8BITMIME",
  "DSN",
  "SMTPUTF8",
  "CHUNKING",
];

export function mailSeen(change: Partial<MailSeen> = {}): MailSeen {
  return {
    evidence: [],
    tlsState: "no",
    listState: "complete",
    authLevel: "none",
    authAnswer: "none",
    tlsOffered: false,
    tlsRequested: false,
    quitAfterList: false,
    dialogOver: true,
    starttlsReply: 0,
    ehloReply: 250,
    offered: FULL_LIST.filter((word) => word !== "STARTTLS"),
    maskIndex: null,
    maskCount: 0,
    greetingHost: "mail.ex.test",
    family: "none",
    frames: [7, 8],
    ...change,
  };
}

export function segmentsSeen(change: Partial<SegmentsSeen> = {}): SegmentsSeen {
  return {
    weak: [],
    strong: [],
    conclusive: [],
    fingerprint: null,
    benign: "none",
    stage: "none",
    dataCut: false,
    held: false,
    resetsToClient: 0,
    resetsToServer: 0,
    resetTtl: 0,
    farTtl: 0,
    resetIpid: 0,
    farIpidVaries: true,
    resetWindow: 0,
    resetDf: true,
    resetFrame: 0,
    resetAfterMs: 0,
    synAckTtl: 0,
    forgotten: false,
    latencyUs: 0,
    rttUs: 0,
    idleSeconds: 0,
    icmp: null,
    frames: [],
    ...change,
  };
}

let ordinal = 0;

export function finding(change: Partial<Finding> = {}): Finding {
  ordinal++;
  const time = change.time ?? START;
  return {
    ordinal,
    cause: "ended",
    time,
    openTime: time - SECOND,
    frame: 9,
    firstFrame: ordinal,
    client: "192.168.1.10",
    clientPort: 49152,
    server: "198.51.100.25",
    serverPort: 25,
    ipVersion: 4,
    application: "smtp",
    clientNear: true,
    sideGuessed: false,
    synSeen: true,
    interfaceIndex: 0,
    serverName: null,
    canonicalName: null,
    policy: "none",
    mail: mailSeen(),
    segments: segmentsSeen(),
    ...change,
  };
}

/** A router and its line with names. */
export const VANTAGE = { sensor: "home", uplink: "fibre-a" };
