// Turns a classic BPF program and a frame into the length that the kernel would keep: the packet
// filter machine, written anew from its description so that the tests share nothing with the
// assembler. Read bpf(4): a load beyond the end of the frame returns 0, which drops it.

import assert from "node:assert/strict";

/** Runs a program over a frame; `protocol` is what the kernel would say for `ld proto`. */
export function run(program: Uint8Array, frame: Uint8Array, protocol = 0): number {
  const code = Buffer.from(program);
  const octets = Buffer.from(frame);
  let a = 0;
  let x = 0;
  for (let pc = 0, steps = 0; steps < 4_096; steps++) {
    const operation = code.readUInt16LE(pc * 8);
    const whenTrue = code.readUInt8(pc * 8 + 2);
    const whenFalse = code.readUInt8(pc * 8 + 3);
    const k = code.readUInt32LE(pc * 8 + 4);
    pc += 1;
    const place = x + k;
    const fits = (width: number): boolean => place + width <= octets.length;
    switch (operation) {
      case 0x80:
        a = octets.length;
        break;
      case 0x20:
        assert.equal(k, 0xfffff000);
        a = protocol;
        break;
      case 0x48:
        if (!fits(2)) return 0;
        a = octets.readUInt16BE(place);
        break;
      case 0x50:
        if (!fits(1)) return 0;
        a = octets.readUInt8(place);
        break;
      case 0x01:
        x = k;
        break;
      case 0x07:
        x = a;
        break;
      case 0x87:
        a = x;
        break;
      case 0x04:
        a = (a + k) >>> 0;
        break;
      case 0x0c:
        a = (a + x) >>> 0;
        break;
      case 0x1c:
        a = (a - x) >>> 0;
        break;
      case 0x54:
        a = (a & k) >>> 0;
        break;
      case 0x64:
        a = (a << k) >>> 0;
        break;
      case 0x74:
        a >>>= k;
        break;
      case 0x06:
        return Math.min(k, octets.length);
      case 0x05:
        pc += k;
        break;
      case 0x15:
        pc += a === k ? whenTrue : whenFalse;
        break;
      case 0x35:
        pc += a >= k ? whenTrue : whenFalse;
        break;
      case 0x45:
        pc += (a & k) !== 0 ? whenTrue : whenFalse;
        break;
      default:
        assert.fail(`the machine has no instruction 0x${operation.toString(16)}`);
    }
  }
  return assert.fail("the program does not end");
}
