// Turns the shape of a rewritten dialog into the name of what it looks like. Each rule is a row of
// the middlebox catalogue with bytes that were really seen; products without such bytes have none.

import { isMask } from "./capability-list";
import { hasTerm } from "./term";

// Sources of the rules, by name:
// cisco-esmtp    Cisco ASA Series CLI Configuration Guide, "Defaults for ESMTP Inspection": banner and other
//                EHLO parameters masked, STARTTLS removed. Letters that count A, B, C: mail sessions published
//                from Vodafone India (toroid.org, 2017) and a capture of an Exchange 2003 behind such a device.
//                Commands of eight X: Cisco bug notes 113423 and 118550.
// pix-mailguard  PIX 6 "fixup protocol smtp", as described on the cisco-nsp list (2004): unknown commands become
//                XXXX or NOOP. Banner of asterisks: the same and Postfix, which looks for it (smtp_proto.c).
// smtp-front     github.com/mail-in-a-box/mailinabox/issues/1535 (2019): the list below. For answers in another
//                server's words: github.com/mjl-/mox/issues/365 (2025).

/** Front that lists `OK` as a keyword behind three ordinary ones (two devices, 2019). */
const FRONT_LIST = "SIZE ETRN 8BITMIME OK";

/** Ends in the letter of a counted mask, after nothing but X: `XI` and longer. */
function isCounted(token: string, letter: i32): bool {
  if (token.length < 2 || token.charCodeAt(token.length - 1) != letter) return false;
  return token.startsWith("X".repeat(token.length - 1));
}

/** True for masks whose last letters count A, B, C ... in list order. */
function countsLetters(offered: string[]): bool {
  let next = 0x41;
  for (let i = 0; i < offered.length; i++) {
    if (isCounted(offered[i], next)) next++;
    else if (isMask(offered[i])) return false;
  }
  return next > 0x41;
}

/**
 * Name of the device that a mail dialog looks like, or empty: `cisco-esmtp` (masks that count letters,
 * commands of eight X), `pix-mailguard` (banner of asterisks, EHLO turned into NOOP or XXXX),
 * `smtp-front` (a front that answers for many servers).
 */
export function mailFingerprint(terms: string[], offered: string[]): string {
  if (countsLetters(offered)) return "cisco-esmtp";
  if (hasTerm(terms, "echo-masked")) return "cisco-esmtp";
  if (hasTerm(terms, "cmd-masked")) return offered.length > 0 ? "cisco-esmtp" : "pix-mailguard";
  if (hasTerm(terms, "ehlo-nooped") || hasTerm(terms, "banner-masked")) return "pix-mailguard";
  if (hasTerm(terms, "same-front") || hasTerm(terms, "dialect-mismatch")) return "smtp-front";
  if (offered.join(" ") == FRONT_LIST) return "smtp-front";
  return "";
}

/** What a fingerprint stands for, in words that follow "looks like". Empty for names without words. */
export function fingerprintWords(name: string): string {
  if (name == "cisco-esmtp") return "the mail inspection of a Cisco PIX or ASA firewall";
  if (name == "pix-mailguard") return "the older MailGuard function of a Cisco PIX firewall";
  if (name == "smtp-front") return "a mail proxy that answers in the server's place";
  if (name == "packetlogic") return "a Sandvine PacketLogic device";
  if (name == "rae") return "an injector that copies the header of the request";
  if (name == "win-ladder" || name == "seq-ladder-1460") {
    return "an injector known from national filters";
  }
  if (name == "seq-ladder-12503") return "a traffic-shaping device of the 2007 kind";
  if (name == "henan") return "a regional filter seen since 2023";
  if (name == "perftech") return "a bulletin system that inserts pages";
  if (name == "scapy") return "a packet tool with its default settings";
  if (name == "unknown-constant") {
    return "one unnamed device that stamps the same header on every reset";
  }
  return "";
}
