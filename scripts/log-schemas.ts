/** Writes `traffic/mapping.schema.json` and `traffic/identify.schema.json`, the forms of replay's files for editors. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { identificationJsonSchema, mappingJsonSchema } from "../traffic/index.ts";

const FILES = { "mapping.schema.json": mappingJsonSchema, "identify.schema.json": identificationJsonSchema };

for (const [name, make] of Object.entries(FILES)) {
  writeFileSync(join(import.meta.dirname, "..", "traffic", name), `${JSON.stringify(make(), null, 2)}\n`);
}
