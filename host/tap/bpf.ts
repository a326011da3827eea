// Turns a program text in the bpf_asm dialect into the octets of a classic BPF program.
// Knows only the instructions our filter uses; does not say what a program is for (filter.ts).
// Read the kernel's networking/filter documentation for the machine and the dialect.

/** Instruction codes by mnemonic and operand form; `k` stands for a number. */
const CODES: Readonly<Record<string, number>> = {
  "ld len": 0x80,
  "ld proto": 0x20,
  "ldh [x+k]": 0x48,
  "ldb [x+k]": 0x50,
  "ldx #k": 0x01,
  tax: 0x07,
  txa: 0x87,
  "add #k": 0x04,
  "add x": 0x0c,
  "sub x": 0x1c,
  "and #k": 0x54,
  "lsh #k": 0x64,
  "rsh #k": 0x74,
  "ret #k": 0x06,
  jmp: 0x05,
  jeq: 0x15,
  jge: 0x35,
  jset: 0x45,
};

/** Mnemonics that are another comparison with its two targets exchanged. */
const NEGATED: Readonly<Record<string, string>> = { jne: "jeq", jlt: "jge" };

/** The kernel's answer to "which protocol", for links without an Ethernet header. */
const SKF_AD_PROTOCOL = 0xfffff000;

const INSTRUCTION_SIZE = 8;
const FARTHEST_BRANCH = 255; // a comparison's two targets are octets

interface Instruction {
  readonly text: string;
  readonly code: number;
  readonly operand: number;
  readonly target: string | null;
  readonly negated: boolean;
}

/** One line without a label; `jXX #k, target` goes on with the next line otherwise. */
function parseLine(text: string): Instruction {
  const jump = /^(j\w+) (?:#(\w+), )?([\w-]+)$/.exec(text);
  const mnemonic = jump?.[1] ?? "";
  const form = jump
    ? (NEGATED[mnemonic] ?? mnemonic)
    : text.replace(/#\w+/, "#k").replace(/\[x\+\w+\]/, "[x+k]");
  const code = CODES[form];
  if (code === undefined) throw new Error(`no such instruction: ${text}`);
  const number = jump ? jump[2] : /(?:#|\[x\+)(\w+)/.exec(text)?.[1];
  const operand = text === "ld proto" ? SKF_AD_PROTOCOL : Number(number ?? 0);
  return { text, code, operand, target: jump?.[3] ?? null, negated: mnemonic in NEGATED };
}

/**
 * Assembles lines into instructions of 8 octets in host order (little endian on every machine
 * we run on). A line ending in a colon names the next instruction. A mistake in a program is a
 * mistake of ours and throws.
 */
export function assemble(lines: readonly string[]): Uint8Array {
  const labels = new Map<string, number>();
  const program: Instruction[] = [];
  for (const line of lines) {
    if (line.endsWith(":")) labels.set(line.slice(0, -1), program.length);
    else program.push(parseLine(line));
  }
  const octets = Buffer.alloc(program.length * INSTRUCTION_SIZE);
  program.forEach((instruction, index) => {
    const place = index * INSTRUCTION_SIZE;
    const goal = instruction.target === null ? index + 1 : labels.get(instruction.target);
    if (goal === undefined) throw new Error(`no such label: ${instruction.text}`);
    const distance = goal - index - 1;
    const unconditional = instruction.code === CODES.jmp;
    if (distance < 0 || (!unconditional && distance > FARTHEST_BRANCH)) {
      throw new Error(`cannot reach: ${instruction.text}`);
    }
    octets.writeUInt16LE(instruction.code, place);
    octets[place + 2] = unconditional || instruction.negated ? 0 : distance;
    octets[place + 3] = instruction.negated ? distance : 0;
    octets.writeUInt32LE(unconditional ? distance : instruction.operand, place + 4);
  });
  return octets;
}
