/** The mapping and the identification that docs/replay.md shows are those of the example, and read its log. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { parse } from "yaml";
import {
  identificationJsonSchema,
  mappingJsonSchema,
  readIdentification,
  readMapping,
} from "../../../traffic/index.ts";
import { fits } from "../../helpers/json-schema.ts";

const root = join(import.meta.dirname, "../../..");
const page = readFileSync(join(root, "docs/replay.md"), "utf8");
const [mapText, identifyText, log] = ["map.yaml", "identify.yaml", "gateway.log"].map((name) =>
  readFileSync(join(root, "examples/orders/replay", name), "utf8"),
) as [string, string, string];

it("are shown as they are", () => {
  for (const text of [mapText, identifyText]) expect(page).toContain(`\`\`\`yaml\n${text}\`\`\``);
  expect(page).toContain(log.split("\n")[0]);
});

it("read the log, and tell whose requests it holds", () => {
  const mapping = readMapping(mapText);
  const identification = readIdentification(identifyText, ["acme_sync", "globex_orders"]);
  if (!mapping.ok || !identification.ok) throw new Error("the example does not read");
  const reader = mapping.value.createReader(new Set());
  const clients = log
    .trimEnd()
    .split("\n")
    .map((line) => {
      const reading = reader.read(line);
      if (typeof reading === "string") throw new Error(reading);
      if (reading === null) return "no request";
      identification.value.identify(reading);
      return reading.request.client;
    });
  expect(clients).toEqual(["acme_sync", "acme_sync", "globex_orders", "no request", null, null, null, "acme_sync"]);
});

it.each([
  ["mapping.schema.json", mappingJsonSchema, mapText],
  ["identify.schema.json", identificationJsonSchema, identifyText],
] as const)("fit %s, which is up to date (node scripts/log-schemas.ts)", (name, make, text) => {
  const schema = make();
  expect(JSON.parse(readFileSync(join(root, "traffic", name), "utf8"))).toEqual(schema);
  expect(fits(parse(text), schema)).toBe(true);
  expect(fits({ ...parse(text), other: 1 }, schema)).toBe(false);
});
