// `make soak-parsers INPUTS=…`: broken captures, configurations and states, that many of each; says what
// became of them. Exit status 1 at the first answer that the contract does not have.

import { Random } from "../scenario/language/random.ts";
import { run, subjects } from "./parser.ts";

const INPUTS_USUAL = 1_000_000;

const [countText, seedText] = process.argv.slice(2);
const random = new Random(Number(seedText ?? 1));
for (const subject of subjects(random)) {
  const outcome = await run(subject, Number(countText ?? INPUTS_USUAL), random);
  const figures = [...outcome].sort(([a], [b]) => a - b);
  const told = figures.map(([status, count]) => `${count} × ${status}`).join(", ");
  process.stdout.write(`${subject.name}: ${told}\n`);
}
