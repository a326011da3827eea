// Makes the device tree of an emulated arm64 board that has lamps: the emulator's own tree with a
// gpio-leds node on its PL061, so that the kernel's LED class drives pins. Read the kernel's binding
// leds-gpio and its common properties.

import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Pin 3 of the emulated controller is the power button. */
const LAMPS: readonly { readonly name: string; readonly pin: number }[] = [
  { name: "red:alarm", pin: 0 },
  { name: "green:status", pin: 1 },
  { name: "amber:wan", pin: 2 },
];

function lampNodes(controller: string): string {
  const nodes = LAMPS.map(({ name, pin }) => {
    const node = name.replace(":", "-");
    return `\t\t${node} { label = "${name}"; gpios = <${controller} ${pin} 0>; };`;
  });
  return `\tleds {\n\t\tcompatible = "gpio-leds";\n${nodes.join("\n")}\n\t};\n`;
}

/** Writes the tree below `folder` for a machine with this much memory; its path. */
export function deviceTree(folder: string, memoryMiB: number): string {
  mkdirSync(folder, { recursive: true });
  const dumped = join(folder, "virt.dtb");
  const source = join(folder, "lamps.dts");
  const compiled = join(folder, "lamps.dtb");
  const machine = ["-M", `virt,dumpdtb=${dumped}`, "-cpu", "cortex-a53", "-smp", "1"];
  const quiet = { stdio: "ignore" } as const;
  execFileSync("qemu-system-aarch64", [...machine, "-m", String(memoryMiB), "-nographic"], quiet);
  execFileSync("dtc", ["-q", "-I", "dtb", "-O", "dts", "-o", source, dumped], quiet);
  const text = readFileSync(source, "utf8");
  const [, controller] = /pl061@[0-9a-f]+ \{[^}]*?phandle = <(0x[0-9a-f]+)>/.exec(text) ?? [];
  if (controller === undefined) throw new Error("the emulator's board has no PL061.");
  const end = text.lastIndexOf("};");
  writeFileSync(source, `${text.slice(0, end)}${lampNodes(controller)}};\n`);
  execFileSync("dtc", ["-q", "-I", "dts", "-O", "dtb", "-o", compiled, source], quiet);
  return compiled;
}
