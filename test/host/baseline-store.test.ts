// The state file: carried over a restart and a power cut, written seldom, set aside when damaged.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BaselineBook } from "../../host/baseline/book.ts";
import { BaselineStore } from "../../host/baseline/store.ts";
import { DAY, SECOND, START } from "./finding.ts";
import { house, NOTHING_OWN, nineOffers, offered, told, without } from "./mail-session.ts";

describe("baseline: the state file", () => {
  let folder: string;
  const reports: string[] = [];
  const store = (baseline: BaselineBook): BaselineStore =>
    new BaselineStore(folder, { baseline }, (sentence) => reports.push(sentence));
  const reopened = (): BaselineBook => {
    const baseline = new BaselineBook();
    store(baseline).load();
    return baseline;
  };

  /** A whole file with the right checksum. */
  const writeState = (version: number, parts: object): void => {
    const body = `${JSON.stringify(parts)}\n`;
    const sum = createHash("sha256").update(body).digest("hex");
    writeFileSync(join(folder, "baseline"), `striplight-baseline ${version} ${sum}\n${body}`);
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "striplight-baseline-"));
    reports.length = 0;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("carries history over a restart", () => {
    const place = house();
    const now = nineOffers(place);
    store(place.baseline).flush();
    assert.equal(told(house(NOTHING_OWN, reopened()), without(now)).verdict, "likely");
    assert.deepEqual(readdirSync(folder), ["baseline"]);
  });

  it("keeps what a newer version wrote beside it", () => {
    const newer = { snapshot: () => ["kept"], restore: () => {}, isChanged: true };
    new BaselineStore(folder, { baseline: new BaselineBook(), newer }, assert.fail).flush();
    const place = house();
    const file = store(place.baseline);
    file.load();
    told(place, offered(START));
    file.flush();
    assert.match(readFileSync(join(folder, "baseline"), "utf8"), /"newer":\["kept"\]/);
  });

  it("writes at most once in 15 minutes unless an alert needs it", () => {
    const place = house();
    const file = store(place.baseline);
    file.load();
    told(place, offered(START));
    assert.equal(file.offer(START, false), false);
    assert.equal(file.offer(START + 899n * SECOND, false), false);
    assert.equal(file.offer(START + 900n * SECOND, false), true);
    assert.equal(file.offer(START + 3000n * SECOND, false), false, "nothing changed");
    told(place, offered(START + DAY));
    assert.equal(file.offer(START + 901n * SECOND, false), false);
    assert.equal(file.offer(START + 901n * SECOND, true), true);
  });

  it("writes for the first alert at once, for a flood of them once in 10 seconds", () => {
    const place = house();
    const file = store(place.baseline);
    file.load();
    const written: number[] = [];
    for (let tenth = 0n; tenth <= 250n; tenth++) {
      const now = START + (tenth * SECOND) / 10n;
      if (tenth <= 205n) told(place, offered(now));
      if (file.offer(now, tenth <= 205n)) written.push(Number(tenth));
    }
    assert.deepEqual(written, [0, 100, 200]);
    assert.equal(file.offer(START + 30n * SECOND, false), true, "what came after the last of them");
    assert.equal(file.offer(START + 60n * SECOND, true), false, "nothing changed");
  });

  it("tries a disk that fails again after as long, then every 15 minutes", () => {
    const place = house();
    const file = store(place.baseline);
    file.load();
    told(place, offered(START));
    rmSync(folder, { recursive: true });
    assert.throws(() => file.offer(START, true), /cannot be written/);
    assert.equal(file.offer(START + 9n * SECOND, false), false);
    assert.throws(() => file.offer(START + 10n * SECOND, false), /cannot be written/);
    mkdirSync(folder);
    assert.equal(file.offer(START + 909n * SECOND, false), false);
    assert.equal(file.offer(START + 910n * SECOND, false), true);
    assert.equal(reopened().size, 1, "what the failed writes held");
  });

  it("goes on writing after the clock was set back", () => {
    const place = house();
    const file = store(place.baseline);
    file.load();
    told(place, offered(START));
    assert.equal(file.offer(START, true), true);
    const back = START - 7200n * SECOND;
    told(place, offered(back));
    assert.equal(file.offer(back, true), true, "an alert's");
    told(place, offered(back + SECOND));
    assert.equal(file.offer(back + 5n * SECOND, true), false, "the next so soon");
    assert.equal(file.offer(back + 10n * SECOND, false), true);
  });

  it("leaves no file open when the disk is full", () => {
    const place = house();
    const file = store(place.baseline);
    file.load();
    told(place, offered(START));
    symlinkSync("/dev/full", join(folder, "baseline.new"));
    const before = readdirSync("/proc/self/fd").length;
    for (let write = 0n; write < 5n; write++) {
      assert.throws(() => file.offer(START + write * 10n * SECOND, true), /no space left/);
    }
    assert.equal(readdirSync("/proc/self/fd").length, before);
  });

  it("survives a cut between writing and renaming", () => {
    const place = house();
    const now = nineOffers(place);
    store(place.baseline).flush();
    writeFileSync(join(folder, "baseline.new"), "striplight-baseline 1 half a li");
    assert.equal(told(house(NOTHING_OWN, reopened()), without(now)).verdict, "likely");
    assert.deepEqual(reports, []);
  });

  it("sets a damaged file aside, says so and begins anew", () => {
    const place = house();
    nineOffers(place);
    store(place.baseline).flush();
    const path = join(folder, "baseline");
    const whole = readFileSync(path, "utf8");
    const cases = [whole.slice(0, whole.length / 2), whole.replace('"offers":9', '"offers":8'), ""];
    for (const [index, text] of cases.entries()) {
      writeFileSync(path, text);
      assert.equal(reopened().size, 0);
      assert.match(
        reports[index] ?? "",
        /is damaged \(.*\); it is kept as .*damaged-\d and a new one/,
      );
      assert.equal(readFileSync(`${path}.damaged-${index + 1}`, "utf8"), text);
    }
    assert.equal(reports.length, cases.length);
  });

  it("reads what the first version wrote, and writes it back unchanged", () => {
    const first = readFileSync(join(import.meta.dirname, "first-version.baseline"), "utf8");
    writeFileSync(join(folder, "baseline"), first);
    const baseline = reopened();
    assert.equal(baseline.size, 3);
    const body = JSON.parse(first.slice(first.indexOf("\n")));
    assert.deepEqual(JSON.parse(JSON.stringify(baseline.snapshot())), body.baseline);
    assert.deepEqual(reports, []);
  });

  it("reads a newer version as far as it is understood, and leaves the rest in the file", () => {
    const place = house();
    const now = nineOffers(place);
    const { entries, pairs, policies } = JSON.parse(JSON.stringify(place.baseline.snapshot()));
    const stranger = { dialect: "xmpp", server: "198.51.100.7", port: 5222, streams: [1] };
    const written = {
      baseline: {
        entries: [stranger, ...entries.map((entry: object) => ({ ...entry, mood: "calm" }))],
        pairs: [["a", "b", "c"], ...pairs],
        policies: [["mx.example", "dane", 1], ...policies],
      },
    };
    writeState(99, written);
    const file = store(place.baseline);
    file.load();
    assert.equal(place.baseline.size, 1, "the stranger is no server to compare with");
    assert.equal(told(place, without(now)).verdict, "likely");
    file.flush();
    const after = readFileSync(join(folder, "baseline"), "utf8");
    assert.match(after, /^striplight-baseline 99 /);
    const { baseline } = JSON.parse(after.slice(after.indexOf("\n")));
    assert.deepEqual(baseline.entries[0], stranger);
    assert.equal(baseline.entries[1].mood, "calm");
    assert.deepEqual(baseline.pairs[0], ["a", "b", "c"]);
    assert.deepEqual(baseline.policies[0], ["mx.example", "dane", 1]);
    assert.deepEqual([reports, readdirSync(folder)], [[], ["baseline"]]);
  });

  it("leaves a newer version's part alone that is another thing altogether", () => {
    writeState(2, { baseline: "elsewhere" });
    const place = house();
    const file = store(place.baseline);
    file.load();
    assert.match(reports[0] ?? "", /of a newer version; they are kept/);
    told(place, offered(START));
    file.flush();
    assert.match(readFileSync(join(folder, "baseline"), "utf8"), /"baseline":"elsewhere"/);
    writeState(1, { baseline: "elsewhere" });
    assert.equal(reopened().size, 0);
    assert.match(reports[1] ?? "", /is damaged/);
  });

  it("holds no client address, name or list entry it should not", () => {
    const place = house();
    told(place, offered(START, { client: "192.168.77.66" }));
    store(place.baseline).flush();
    assert.equal(readFileSync(join(folder, "baseline"), "utf8").includes("192.168.77.66"), false);
  });

  it("names the folder when it cannot be written", () => {
    writeFileSync(join(folder, "plain"), "");
    const baseline = new BaselineBook();
    const file = new BaselineStore(join(folder, "plain"), { baseline }, () => {});
    assert.throws(() => file.load(), /baseline file .*plain\/baseline cannot be read: .*state_dir/);
  });
});
