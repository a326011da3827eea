// The server name of a TLS ClientHello: octets in, one name out. Parsed octet by octet across segments
// and records, so that nothing else of the payload is kept. RFC 8446 §4.1.2, §5.1; RFC 6066 §3.

import { Flow, FLOW_NAMED } from "../flow/flow";
import { Names, NAME_LENGTH_MAX } from "./names";
import { Segment } from "../segment";
import { Dns } from "../wire/dns";
import { Seq } from "../wire/seq";

/** ClientHellos in progress at one time; an older one gives way, its connection stays without a name. */
const HELLO_CAPACITY: u32 = 256;
const HELLO_ROW_SIZE: u32 = 192;
/** Octets of one ClientHello looked at; post-quantum ones have about 2,000. */
const HELLO_OCTETS_MAX: u32 = 16384;

const HANDSHAKE_RECORD: u32 = 22;
const CLIENT_HELLO: u32 = 1;
const EXTENSION_SERVER_NAME: u32 = 0;

/** Fields in wire order. Each is read as a number of `need` octets, or stepped over. */
const enum Field {
  MessageType, MessageLength, Version, Random, SessionLength, Session, CiphersLength, Ciphers,
  CompressionLength, Compression, ExtensionsLength, ExtensionType, ExtensionLength, Extension,
  NameListLength, NameType, NameLength, Name, Done,
}

//   0      4       8     12       16    20    24     28         32       36    40    48 …
//   ├ordinal┼nextSeq┼field┼need─────┼skip─┼value┼octets┼recordLeft┼headerAt┼type─┼length┼ name
@final @unmanaged
class HelloRow {
  ordinal: u32;
  nextSeq: u32;
  field: u32;
  /** Octets still to read into `value`, or to step over. */
  need: u32;
  skip: u32;
  value: u32;
  /** Octets seen of this hello. */
  octets: u32;
  /** Octets left of the current record; its header is read while `header` < 5. */
  recordLeft: u32;
  header: u32;
  extension: u32;
  length: u32;
  spare: u32;
  @inline static at(at: usize): HelloRow { return changetype<HelloRow>(at); }
  @inline get name(): usize { return changetype<usize>(this) + 64; }
}

const TABLE: usize = memory.data(256 * 192, 64);

export class Hello {
  @inline private static row(flow: Flow): HelloRow {
    return HelloRow.at(TABLE + <usize>(flow.ordinal % HELLO_CAPACITY) * HELLO_ROW_SIZE);
  }

  /** Payload of the client of a connection that began with a TLS handshake record and has no name yet. */
  static observe(flow: Flow, segment: Segment): void {
    const row = Hello.row(flow);
    if (row.ordinal != flow.ordinal) {
      row.ordinal = flow.ordinal;
      row.nextSeq = segment.seq;
      row.octets = 0;
      row.recordLeft = 0;
      row.header = 0;
      Hello.expect(row, Field.MessageType, 1);
    }
    const overlap = Seq.diff(row.nextSeq, segment.seq);
    // Octets we have are skipped; a hole waits for its retransmission.
    if (overlap < 0 || <u32>overlap >= segment.payloadCaptured) return;
    const end = segment.payloadAt + segment.payloadCaptured;
    for (let at = segment.payloadAt + <usize>overlap; at < end; at++) {
      if (!Hello.octet(row, <u32>load<u8>(at)) || ++row.octets > HELLO_OCTETS_MAX) {
        Hello.close(flow, row, segment.time);
        return;
      }
    }
    row.nextSeq += <u32>(end - segment.payloadAt) - <u32>overlap;
    if (segment.payloadCaptured < segment.payloadLength) Hello.close(flow, row, segment.time);
  }

  private static close(flow: Flow, row: HelloRow, time: u64): void {
    flow.set(FLOW_NAMED);
    if (row.field == Field.Done) Names.learnServerName(flow, row.name, row.length, time);
    row.ordinal = 0;
  }

  @inline private static expect(row: HelloRow, field: u32, need: u32): void {
    row.field = field;
    row.need = need;
    row.value = 0;
    row.skip = 0;
  }

  @inline private static step(row: HelloRow, field: u32, octets: u32): void {
    row.field = field;
    row.skip = octets;
    row.need = 0;
  }

  /** One octet of the stream; false when there is nothing more to learn. */
  private static octet(row: HelloRow, octet: u32): bool {
    if (row.header < 5) { // record header: type, version, length
      if (row.header == 0 && octet != HANDSHAKE_RECORD) return false;
      if (row.header >= 3) row.recordLeft = (row.recordLeft << 8) | octet;
      row.header++;
      return row.header < 5 || row.recordLeft != 0;
    }
    if (--row.recordLeft == 0) row.header = 0; // the next octet starts another record
    if (row.field == Field.Name) return Hello.letter(row, octet);
    if (row.skip) {
      if (--row.skip) return true;
      return Hello.next(row);
    }
    row.value = (row.value << 8) | octet;
    if (--row.need) return true;
    return Hello.next(row);
  }

  private static letter(row: HelloRow, octet: u32): bool {
    if (row.length < NAME_LENGTH_MAX) {
      store<u8>(row.name + row.length, octet == 0x2e ? <u8>octet : <u8>Dns.plain(octet));
    }
    row.length++;
    if (--row.need) return true;
    row.field = Field.Done;
    return false;
  }

  /** A field is complete: what comes next. */
  private static next(row: HelloRow): bool {
    const value = row.value;
    switch (row.field) {
      case Field.MessageType:
        if (value != CLIENT_HELLO) return false;
        Hello.expect(row, Field.MessageLength, 3); return true;
      case Field.MessageLength: Hello.step(row, Field.Version, 2); return true;
      case Field.Version: Hello.step(row, Field.Random, 32); return true;
      case Field.Random: Hello.expect(row, Field.SessionLength, 1); return true;
      case Field.SessionLength:
        if (value) { Hello.step(row, Field.Session, value); return true; }
        Hello.expect(row, Field.CiphersLength, 2); return true;
      case Field.Session: Hello.expect(row, Field.CiphersLength, 2); return true;
      case Field.CiphersLength:
        if (value == 0) return false;
        Hello.step(row, Field.Ciphers, value); return true;
      case Field.Ciphers: Hello.expect(row, Field.CompressionLength, 1); return true;
      case Field.CompressionLength:
        if (value == 0) return false;
        Hello.step(row, Field.Compression, value); return true;
      case Field.Compression: Hello.expect(row, Field.ExtensionsLength, 2); return true;
      case Field.ExtensionsLength: Hello.expect(row, Field.ExtensionType, 2); return value != 0;
      case Field.ExtensionType:
        row.extension = value;
        Hello.expect(row, Field.ExtensionLength, 2); return true;
      case Field.ExtensionLength:
        if (row.extension == EXTENSION_SERVER_NAME && value > 5) {
          Hello.expect(row, Field.NameListLength, 2); return true;
        }
        if (value) { Hello.step(row, Field.Extension, value); return true; }
        Hello.expect(row, Field.ExtensionType, 2); return true;
      case Field.Extension: Hello.expect(row, Field.ExtensionType, 2); return true;
      case Field.NameListLength: Hello.expect(row, Field.NameType, 1); return true;
      case Field.NameType:
        if (value != 0) return false;
        Hello.expect(row, Field.NameLength, 2); return true;
      case Field.NameLength:
        if (value == 0) return false;
        row.length = 0;
        row.field = Field.Name;
        row.need = value;
        return true;
      default: return false;
    }
  }
}
