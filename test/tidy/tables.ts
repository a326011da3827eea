// `make tables`: writes what is made from the judge's catalogue, the scenarios and the import table. Read
// the difference before it is committed.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { evidenceSets, SETS_FILE } from "./evidence-sets.ts";
import { MADE_DOCUMENTS, withMadeParts } from "./made-text.ts";
import { ROOT } from "./source.ts";

writeFileSync(join(ROOT, SETS_FILE), evidenceSets());
for (const document of MADE_DOCUMENTS) {
  const file = join(ROOT, document.path);
  writeFileSync(file, withMadeParts(readFileSync(file, "utf8"), document));
}
