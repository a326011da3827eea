// Says on standard output each time the uplink on a device changed, until it is killed: for a test that
// changes it from outside.

import { Home } from "../../host/run/home.ts";

const LOOK_MS = 50;
const home = new Home({
  named: [],
  devices: process.argv.slice(2),
  onUplinkChange: () => process.stdout.write("changed\n"),
});
home.look();
process.stdout.write("ready\n");
setInterval(() => home.look(), LOOK_MS);
