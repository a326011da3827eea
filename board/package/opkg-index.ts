// Turns packages into the index of an opkg feed: one stanza each, signed as a whole.

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Ipk } from "./ipk.ts";
import { publicKeyFile, signatureFile } from "./usign.ts";

function stanza({ control, fileName, content }: Ipk): string {
  const sum = createHash("sha256").update(content).digest("hex");
  const [description = ""] = /^Description: .*\n/m.exec(control) ?? [];
  const fields = control.replace(description, "");
  return `${fields}Filename: ${fileName}\nSize: ${content.length}\nSHA256sum: ${sum}\n${description}`;
}

/** Files of the feed by name; `privateKey` is an Ed25519 key in PEM. */
export function opkgIndex(packages: readonly Ipk[], privateKey: string): Record<string, Buffer> {
  const index = Buffer.from(packages.map((made) => `${stanza(made)}\n`).join(""));
  return {
    Packages: index,
    "Packages.gz": gzipSync(index, { level: 9 }),
    "Packages.sig": Buffer.from(signatureFile(privateKey, index)),
    "striplight.pub": Buffer.from(publicKeyFile(privateKey)),
  };
}
