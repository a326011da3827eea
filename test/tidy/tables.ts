// `make tables`: writes what is made from the judge's catalogue. Read the difference before it is committed.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { evidenceSets, SETS_FILE } from "./evidence-sets.ts";
import { ROOT } from "./source.ts";

writeFileSync(join(ROOT, SETS_FILE), evidenceSets());
