// The watch command: taps live interfaces until it is told to stop. Reads options and configuration,
// prints alerts; the watch itself is run/watch.ts, loaded when it runs: other commands start without
// sockets, TLS and the C library.

import { loadConfig } from "../config/schema.ts";
import { EXIT, type ExitStatus, type HostError } from "../ground/errors.ts";
import { formatAlert } from "../text/alert-json.ts";
import { Told } from "../text/told.ts";
import { type Command, parseOptions, refusePositionals } from "./command.ts";
import { Heard } from "./heard.ts";

const OPTIONS = {
  interface: { type: "string", short: "i", multiple: true },
  json: { type: "boolean" },
  config: { type: "string", short: "c" },
} as const;

const HELP = `  -i, --interface IFACE   tap this interface; repeatable (default: that of the default route)
  --json                  one alert a line, as JSON
  -c, --config CONFIG     the configuration file (default: /etc/config/striplight)

Needs root or CAP_NET_RAW to open the tap, and gives it up afterwards. Ends on SIGINT and SIGTERM;
SIGHUP makes it read its configuration again and open its files anew.
Exit status: 0 stopped, 69 no tap, 70 the inspector trapped, 77 not permitted, 78 configuration.`;

/** How long alerts alike are only counted before the count is said. */
const FOLD_MS = 3_600_000;

export const watch: Command = {
  name: "watch",
  usage: "[-i IFACE]... [--json] [-c CONFIG]",
  summary: "tap live interfaces until stopped",
  help: HELP,
  run: async (args, streams): Promise<ExitStatus> => {
    const { values, positionals } = parseOptions("watch", args, OPTIONS);
    refusePositionals("watch", positionals);
    const config = loadConfig(values.config ?? null);
    const { preflight } = await import("../run/preflight.ts");
    const { place, identity } = preflight(config, values.interface ?? []);
    const { interfaces, addressed } = place;
    const told = new Told();
    const print = (line: string): void => {
      if (heard.isRead) streams.result(line);
    };
    const tell = (lines: readonly string[]): void => {
      for (const line of lines) print(`${line}\n`);
    };
    let end: (error: HostError | null) => void = () => {};
    const ended = new Promise<HostError | null>((resolve) => {
      end = resolve;
    });
    const { Watch } = await import("../run/watch.ts");
    const { reload } = await import("../run/reload.ts");
    const running = new Watch({
      config,
      interfaces,
      addressed,
      identity,
      onAlert: (alert) => {
        if (values.json) print(formatAlert(alert));
        else tell(told.tell(alert));
      },
      diagnostic: streams.diagnostic,
      onEnd: end,
    });
    const heard = new Heard({
      config: () => running.config,
      diagnostic: streams.diagnostic,
      onNobody: () => end(null),
    });
    streams.onResultLost((code) => heard.lost(code));
    const onSignal = (): void => end(null);
    const onHangup = (): void =>
      reload(running, () => loadConfig(values.config ?? null), values.interface ?? []);
    process.on("SIGINT", onSignal).on("SIGTERM", onSignal).on("SIGHUP", onHangup);
    await running.start();
    streams.diagnostic(`watching ${interfaces.join(", ")}.`);
    const hourly = setInterval(() => tell(told.rest()), FOLD_MS);
    const failure = await ended;
    clearInterval(hourly);
    tell(told.rest());
    const figures = running.status();
    await running.stop();
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal).off("SIGHUP", onHangup);
    if (failure !== null) throw failure;
    const { counters, framesLost, cpuSeconds } = figures;
    const frames = (counters as Record<string, number>).frames ?? 0;
    const cpu = (cpuSeconds as number).toFixed(2);
    streams.diagnostic(
      `${frames} frames inspected, ${framesLost} lost, ${cpu} s of processor time.`,
    );
    return EXIT.done;
  },
};
