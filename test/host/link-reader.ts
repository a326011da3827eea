// Turns the facts of the namespace it runs in into one line of JSON, for the tests of the link.

import { defaultInterface, findLink, ownAddresses } from "../../host/tap/link.ts";

const name = process.argv[2] ?? "lo";
const link = findLink(name);
const facts = {
  device: defaultInterface(),
  addresses: ownAddresses(name),
  up: link?.up,
  hardware: link?.hardware,
};
process.stdout.write(`${JSON.stringify(facts)}\n`);
