/** Writes `server/config.schema.json`, the form of files of options for editors, from the table of options. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { configJsonSchema } from "../server/index.ts";

const FILE = join(import.meta.dirname, "..", "server", "config.schema.json");

writeFileSync(FILE, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
