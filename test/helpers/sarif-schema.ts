/**
 * The essentials of the SARIF 2.1.0 schema for what `check --format sarif` writes, by the names, required members and bounds of
 * the standard's sections 3.13 to 3.57. Members that the log does not use are left out, so that a misspelt one is found.
 */

type Schema = Readonly<Record<string, unknown>>;

const text: Schema = { type: "string" };
const atLeast = (minimum: number): Schema => ({ type: "integer", minimum, maximum: 2 ** 31 - 1 });
const list = (items: Schema): Schema => ({ type: "array", items });

function record(required: Readonly<Record<string, Schema>>, optional: Readonly<Record<string, Schema>> = {}): Schema {
  const properties = { ...required, ...optional };
  return { type: "object", required: Object.keys(required), properties, additionalProperties: false };
}

const message = record({ text });
const level: Schema = { type: "string", enum: ["none", "note", "warning", "error"] };
const uri: Schema = { type: "string", pattern: "^(?:file:///)?[A-Za-z0-9._~%/-]+$" };
const artifactLocation = record({ uri }, { uriBaseId: text, index: atLeast(0) });
const region = record({
  startLine: atLeast(1),
  startColumn: atLeast(1),
  endLine: atLeast(1),
  endColumn: atLeast(1),
});
const physicalLocation = record({ artifactLocation, region });
const replacement = record({ deletedRegion: region, insertedContent: record({ text }) });
const artifactChange = record({ artifactLocation, replacements: list(replacement) });

const rule = record({
  id: { type: "string", pattern: "^EP\\d{4}$" },
  shortDescription: record({ text }),
  fullDescription: record({ text }),
  help: record({ text }, { markdown: text }),
  defaultConfiguration: record({ level }),
});

const result = record(
  { ruleId: text, ruleIndex: atLeast(0), level, message, locations: list(record({ physicalLocation })) },
  {
    relatedLocations: list(record({ id: atLeast(1), message, physicalLocation })),
    fixes: list(record({ description: message, artifactChanges: list(artifactChange) })),
  },
);

const run = record({
  tool: record({ driver: record({ name: text, semanticVersion: text, rules: list(rule) }) }),
  automationDetails: record({ id: text }),
  columnKind: { type: "string", enum: ["utf16CodeUnits", "unicodeCodePoints"] },
  artifacts: list(record({ location: record({ uri }, { uriBaseId: text }) })),
  results: list(result),
});

/** A whole log. */
export const SARIF_SCHEMA: Schema = record({
  $schema: text,
  version: { type: "string", enum: ["2.1.0"] },
  runs: list(run),
});
