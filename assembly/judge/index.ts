// What the host may ask of the judge, re-exports only. Strings and lists in, strings and lists out;
// the host collects between batches.

export {
  mailAbout, mailClass, mailNames, mailOrigin, mailSentence, segmentAbout, segmentFamily, segmentNames,
  segmentSentence, standsBeside,
} from "./catalogue";
export { mailVerdict, segmentVerdict } from "./verdict";
export { mailSeverity, segmentSeverity } from "./severity";
export { mailSide } from "./attribution";
export { mailFingerprint } from "./fingerprint";
export { expectedList, hiddenUpgrade, isMask } from "./capability-list";
export { hostToken, keywords, printable } from "./printable";
export { exposedText, mailText } from "./wording";
export { blockedText, segmentText, withdrawnText } from "./segment-wording";
