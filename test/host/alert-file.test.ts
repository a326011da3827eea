// Turns alerts into the lines of the alert file: rotated, counted and told where the disk or the rights do
// not allow a line. What needs another user's rights or a small disk is skipped without root.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT } from "../../host/ground/errors.ts";
import { checkAlertFile, ownAlertFolder } from "../../host/run/ownership.ts";
import { isRoot, ownIdentity, resolveIdentity, withRightsOf } from "../../host/run/privileges.ts";
import { AlertFile } from "../../host/sink/alert-file.ts";
import { exampleAlert } from "./alert-example.ts";

const MEBIOCTET = 1_048_576;
/** An alert of some 9 KiB: a hundred and some fill a file. */
const large = exampleAlert({ text: "x".repeat(9_000) });

describe("the alert file", () => {
  let root = "";
  let said: string[] = [];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "striplight-alerts-"));
    chmodSync(root, 0o755);
    said = [];
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const open = (path: string): AlertFile => {
    const file = new AlertFile(path, (sentence) => said.push(sentence));
    file.open();
    return file;
  };
  const linesOf = (path: string): number => readFileSync(path, "utf8").split("\n").length - 1;

  it("is rotated at 1 MiB, two older ones kept, no line lost", () => {
    const path = join(root, "alerts.json");
    const file = open(path);
    for (let count = 0; count < 300; count++) file.write(large);
    file.stop();
    const sizes = ["", ".1", ".2"].map((age) => statSync(path + age).size);
    assert.ok(sizes.every((size) => size <= MEBIOCTET));
    assert.equal(
      ["", ".1", ".2"].reduce((sum, age) => sum + linesOf(path + age), 0),
      300,
    );
    assert.deepEqual([file.status().lost, file.status().failing, said], [0, null, []]);
  });

  it("is opened anew under its name after somebody moved it away", () => {
    const path = join(root, "alerts.json");
    const file = open(path);
    file.write(large);
    rmSync(path);
    file.open();
    file.write(large);
    file.stop();
    assert.equal(linesOf(path), 1);
  });

  it("counts and tells once what cannot be written, and goes on when it can be again", () => {
    const folder = join(root, "later");
    const file = open(join(folder, "alerts.json"));
    file.write(large);
    file.write(large);
    assert.deepEqual([file.status().lost, file.status().failing], [2, "ENOENT"]);
    mkdirSync(folder);
    file.write(large);
    file.stop();
    assert.deepEqual([file.status().lost, file.status().failing], [2, null]);
    assert.equal(said.length, 2);
    assert.match(
      said[0] ?? "",
      /cannot be written to .*alerts\.json \(ENOENT\); the watch goes on\.$/,
    );
    assert.match(said[1] ?? "", /written to .*alerts\.json again; 2 were lost/);
  });

  it("is refused before the start where it cannot be kept", () => {
    const file = join(root, "plain");
    writeFileSync(file, "");
    const refused = { status: EXIT.config, message: /^option alert_file: / };
    assert.throws(() => checkAlertFile(join(file, "alerts.json"), ownIdentity()), refused);
    mkdirSync(join(root, "folder"));
    assert.throws(() => checkAlertFile(join(root, "folder"), ownIdentity()), /is not a file/);
  });

  describe("of a user that is not root", () => {
    before(function () {
      if (!isRoot()) this.skip();
    });
    const nobody = () => resolveIdentity("nobody");

    it("is refused in a folder that user cannot write, where rotation would fail", () => {
      const path = join(root, "alerts.json");
      writeFileSync(path, "");
      chownSync(path, nobody().uid, nobody().gid);
      assert.throws(() => checkAlertFile(path, nobody()), {
        status: EXIT.config,
        message: new RegExp(
          `^option alert_file: ${path} cannot be rotated, for ${root} cannot be written \\(EACCES\\); ` +
            'name one in a folder that "nobody" may write\\.$',
        ),
      });
      assert.equal(process.geteuid?.(), 0);
    });

    it("loses no line that is in the file when the folder's rights are taken away later", () => {
      const path = join(root, "alerts.json");
      chownSync(root, nobody().uid, nobody().gid);
      checkAlertFile(path, nobody());
      withRightsOf(nobody(), () => {
        const file = open(path);
        withRootAgain(() => chownSync(root, 0, 0));
        for (let count = 0; count < 150; count++) file.write(large);
        const before = linesOf(path);
        assert.equal(before + file.status().lost, 150);
        assert.equal(file.status().failing, "EACCES");
        withRootAgain(() => chownSync(root, nobody().uid, nobody().gid));
        file.write(large);
        file.stop();
        assert.deepEqual([linesOf(`${path}.1`), linesOf(path)], [before, 1]);
      });
      assert.equal(said.length, 2);
    });

    it("gets a folder of its own where there is none, or one that is empty", () => {
      for (const name of ["new/deep", "empty"]) {
        if (name === "empty") mkdirSync(join(root, name));
        const path = join(root, name, "alerts.json");
        checkAlertFile(path, nobody());
        ownAlertFolder(path, nobody());
        assert.equal(statSync(join(root, name)).uid, nobody().uid);
        ownAlertFolder(path, nobody());
      }
    });

    it("holds whole lines only after the disk was full", () => {
      const disk = join(root, "disk");
      mkdirSync(disk);
      assert.equal(spawnSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", disk]).status, 0);
      try {
        const path = join(disk, "alerts.json");
        const file = open(path);
        for (let count = 0; count < 20; count++) file.write(large);
        const kept = linesOf(path);
        assert.ok(kept >= 5 && kept + file.status().lost === 20);
        assert.equal(file.status().failing, "ENOSPC");
        for (const line of readFileSync(path, "utf8").trimEnd().split("\n")) JSON.parse(line);
        rmSync(path);
        file.open();
        file.write(large);
        file.stop();
        assert.equal(linesOf(path), 1);
      } finally {
        spawnSync("umount", [disk]);
      }
    });
  });
});

/** The rights of root for a moment, inside the rights of another. */
function withRootAgain(act: () => void): void {
  const uid = process.geteuid?.() ?? 0;
  process.seteuid?.(0);
  act();
  process.seteuid?.(uid);
}
