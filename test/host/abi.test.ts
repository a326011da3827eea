// The seam between module and host: names and offsets are read, not known; a module that does not fit
// is refused; a record becomes plain values; addresses read as the field writes them.

import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { kebabCase, readAbi } from "../../host/ground/abi.ts";
import { formatAddress, networkOctets } from "../../host/ground/address.ts";
import { EXIT, HostError } from "../../host/ground/errors.ts";
import { decodeFinding } from "../../host/ground/finding-record.ts";
import { Inspector } from "../../host/inspector.ts";

const MODULE = fileURLToPath(new URL("../../build/inspector.wasm", import.meta.url));
const RECORD_SIZE = 1_024;

function moduleExports(): Record<string, unknown> {
  const module = new WebAssembly.Module(readFileSync(MODULE));
  return { ...new WebAssembly.Instance(module, {}).exports };
}

/** 16 octets of an address from eight groups in hexadecimal. */
function addressView(groups: string): DataView {
  const view = new DataView(new ArrayBuffer(16));
  groups.split(":").forEach((group, index) => {
    view.setUint16(2 * index, Number.parseInt(group, 16));
  });
  return view;
}

const hexadecimal = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

describe("names of the module", () => {
  const table: readonly [string, string][] = [
    ["RstThenSynack", "rst-then-synack"],
    ["InjectC2s", "inject-c2s"],
    ["Ip4Truncated", "ip4-truncated"],
    ["SeqLadder12503", "seq-ladder-12503"],
    ["FpScapyDefault", "fp-scapy-default"],
    ["Ok", "ok"],
  ];
  for (const [member, name] of table) {
    it(`${member} is ${name}`, () => strictEqual(kebabCase(member), name));
  }

  it("are read from its exported globals, in the order of their numbers", () => {
    const abi = readAbi(moduleExports());
    strictEqual(abi.names.MailEvidence[0], "cap-masked");
    strictEqual(abi.names.SegmentEvidence[0], "rst-then-synack");
    strictEqual(abi.names.Counter[0], "frames");
    strictEqual(abi.field.ordinal, 0);
    strictEqual(abi.field.size, RECORD_SIZE);
  });
});

describe("a module that does not fit", () => {
  const refused = (change: (exports: Record<string, unknown>) => void, sentence: RegExp): void => {
    const exports = moduleExports();
    change(exports);
    throws(
      () => readAbi(exports),
      (error) =>
        error instanceof HostError && error.status === EXIT.trapped && sentence.test(error.message),
    );
  };

  it("is refused when an enumeration is missing", () => {
    refused((exports) => {
      for (const name of Object.keys(exports)) if (name.startsWith("Reason.")) delete exports[name];
    }, /exports no Reason/);
  });

  it("is refused when an enumeration has a hole", () => {
    refused((exports) => delete exports["Counter.Frames"], /Counter has no member 0/);
  });

  it("is refused when it knows a state the host does not", () => {
    refused((exports) => {
      exports["TlsState.Dropped"] = { value: 4 };
      Object.setPrototypeOf(exports["TlsState.Dropped"], WebAssembly.Global.prototype);
      Object.defineProperty(exports["TlsState.Dropped"], "value", { value: 4 });
    }, /TlsState is no starttls implicit unknown dropped, expected/);
  });

  it("is refused when a finding lacks a field", () => {
    refused((exports) => delete exports["FindingField.rttUs"], /a finding has no field rttUs/);
  });

  it("is refused when it is no module at all, or is not there", () => {
    const failure = (path: string): RegExp =>
      new RegExp(`inspector module ${path} cannot be loaded`);
    for (const path of [fileURLToPath(import.meta.url), "/nonexistent.wasm"]) {
      throws(
        () => Inspector.load(path),
        (error) => error instanceof HostError && failure(path).test(error.message),
      );
    }
  });
});

describe("a finding record", () => {
  const abi = readAbi(moduleExports());
  const view = new DataView(new ArrayBuffer(2 * RECORD_SIZE));
  /** Not at 0, so that an offset forgotten shows. */
  const start = RECORD_SIZE;
  const place = (field: keyof typeof abi.field): number => start + abi.field[field];
  const bit = (group: "MailEvidence" | "SegmentEvidence", name: string): bigint =>
    1n << BigInt(abi.names[group].indexOf(name));
  const setText = (
    field: keyof typeof abi.field,
    length: keyof typeof abi.field,
    text: string,
  ): void => {
    Buffer.from(text, "latin1").forEach((octet, index) => {
      view.setUint8(place(field) + index, octet);
    });
    view.setUint8(place(length), text.length);
  };

  beforeEach(() => new Uint8Array(view.buffer).fill(0));

  it("without a dialog has no mail, no fingerprint, no name, no refusal", () => {
    const finding = decodeFinding(view, start, abi);
    strictEqual(finding.mail, null);
    strictEqual(finding.serverName, null);
    strictEqual(finding.segments.fingerprint, null);
    strictEqual(finding.segments.icmp, null);
    strictEqual(finding.cause, "changed");
    strictEqual(finding.client, "::");
  });

  it("gives times, evidence, frames and texts as plain values", () => {
    const time = 1_415_862_600_123_456_789n;
    view.setBigUint64(place("time"), time, true);
    view.setUint8(place("cause"), 1);
    view.setUint8(place("hasDialog"), 1);
    view.setUint8(place("listState"), abi.names.ListState.indexOf("complete"));
    const mail = bit("MailEvidence", "banner-masked") | bit("MailEvidence", "cap-masked");
    view.setBigUint64(place("mail"), mail, true);
    view.setBigUint64(place("conclusive"), bit("SegmentEvidence", "fp-constant-distance"), true);
    setText("offered", "offeredLength", "SIZE XXXXXXXA ");
    setText("greeting", "greetingLength", "mx\x1b.example");
    view.setUint8(place("mailFrameCount"), 2);
    view.setUint32(place("mailFrames"), 8, true);
    view.setUint32(place("mailFrames") + 4, 7, true);
    view.setUint32(place("icmp"), (3 << 8) | 13, true);
    const finding = decodeFinding(view, start, abi);
    strictEqual(finding.time, time);
    strictEqual(finding.cause, "ended");
    deepStrictEqual(finding.mail?.evidence, ["banner-masked", "cap-masked"]);
    deepStrictEqual(finding.segments.conclusive, ["fp-constant-distance"]);
    deepStrictEqual(finding.mail?.offered, ["SIZE", "XXXXXXXA"]);
    strictEqual(finding.mail?.greetingHost, "mx\\x1b.example");
    deepStrictEqual(finding.mail?.frames, [7, 8]);
    deepStrictEqual(finding.segments.icmp, { type: 3, code: 13, sender: "::" });
  });

  it("tells an empty capability list from one that was not seen", () => {
    view.setUint8(place("hasDialog"), 1);
    strictEqual(decodeFinding(view, start, abi).mail?.offered, null);
    view.setUint8(place("listState"), abi.names.ListState.indexOf("complete"));
    deepStrictEqual(decodeFinding(view, start, abi).mail?.offered, []);
  });

  it("with a number that has no name is refused", () => {
    view.setUint8(place("application"), 99);
    throws(() => decodeFinding(view, start, abi), /Application holds 99, which has no name/);
  });
});

describe("addresses", () => {
  const table: readonly [string, string][] = [
    ["0:0:0:0:0:ffff:c000:20a", "192.0.2.10"],
    ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["0:0:0:0:0:0:0:1", "::1"],
    ["fe80:0:0:0:0:0:0:0", "fe80::"],
    ["2001:DB8:0:0:0:0:0:AAAA", "2001:db8::aaaa"],
  ];
  for (const [groups, text] of table) {
    it(`${groups} reads ${text}`, () => strictEqual(formatAddress(addressView(groups), 0), text));
  }

  it("of a network are masked, IPv4 as mapped IPv6", () => {
    const ones = "ffffffff";
    const home = networkOctets("192.168.77.10/20");
    strictEqual(hexadecimal(home.subarray(0, 16)), "00000000000000000000ffffc0a84000");
    strictEqual(hexadecimal(home.subarray(16)), `${ones}${ones}${ones}fffff000`);
    const unique = networkOctets("fd12:3456::1/7");
    strictEqual(hexadecimal(unique.subarray(0, 16)), `fc${"00".repeat(15)}`);
    strictEqual(hexadecimal(unique.subarray(16)), `fe${"00".repeat(15)}`);
    const everything = networkOctets("::/0");
    ok(everything.every((octet) => octet === 0));
    match(hexadecimal(networkOctets("64:ff9b::192.0.2.1/128")), /^0064ff9b0{16}c0000201f{32}$/);
  });
});

describe("the inspector's instance", () => {
  it("takes as many home networks as it has rows, and says how many that are", () => {
    const inspector = Inspector.load(MODULE);
    inspector.setHome(Array.from({ length: 64 }, (_, n) => `10.${n}.0.0/16`));
    const many = Array.from({ length: 65 }, (_, n) => `10.${n}.0.0/16`);
    throws(
      () => inspector.setHome(many),
      (error) =>
        error instanceof HostError &&
        error.status === EXIT.config &&
        /at most 64/.test(error.message),
    );
  });

  it("turns a trap into one sentence with the frame, and stays closed", () => {
    const inspector = Inspector.load(MODULE);
    inspector.openInput("broken.pcap");
    const beyond = inspector.octets.length;
    const trapped = (error: unknown): boolean =>
      error instanceof HostError &&
      error.status === EXIT.trapped &&
      /^the inspector trapped at frame \d+ of broken\.pcap \(.*\)\.$/.test(error.message);
    throws(() => inspector.inspectRecords(beyond, beyond + 64, false), trapped);
    throws(() => inspector.drain(), trapped);
  });
});
