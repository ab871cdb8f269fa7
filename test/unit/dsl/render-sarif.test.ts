/** The log for code scanning: what it says, and that it has the shape that the standard asks for. */
import { describe, expect, test } from "vitest";
import { diagnosticsToSarif, loadPolicyText, makeSource } from "../../../dsl/index.ts";
import { codeExamples, loadExample } from "../../../scripts/code-examples.ts";
import { runGoldens } from "../../helpers/goldens.ts";
import { fits } from "../../helpers/json-schema.ts";
import { SARIF_SCHEMA } from "../../helpers/sarif-schema.ts";

const OPTIONS = { version: "1.2.3", folder: "/srv/repo" };

describe("goldens", () => {
  runGoldens(
    "sarif",
    (source) => `${JSON.stringify(diagnosticsToSarif([loadPolicyText(source)], OPTIONS), null, 2)}\n`,
  );
});

test("has the shape of the standard for every code", () => {
  for (const example of codeExamples()) {
    const { broken } = example;
    const log = diagnosticsToSarif([loadExample(example, broken)], OPTIONS);
    expect(fits(log, SARIF_SCHEMA), JSON.stringify(log)).toBe(true);
  }
});

test("one log holds several policies, each rule once, and points at rules and artifacts by index", () => {
  const loads = codeExamples()
    .slice(0, 8)
    .flatMap((example) => [loadExample(example, example.broken), loadExample(example, example.broken)]);
  const log = diagnosticsToSarif(loads, OPTIONS) as Log;
  const [run] = log.runs;
  const ids = run?.tool.driver.rules.map(({ id }) => id) ?? [];
  expect(new Set(ids).size).toBe(ids.length);
  for (const { ruleId, ruleIndex, locations } of run?.results ?? []) {
    expect(ids[ruleIndex]).toBe(ruleId);
    const location = locations[0]?.physicalLocation.artifactLocation;
    expect(run?.artifacts[location?.index ?? -1]?.location.uri).toBe(location?.uri);
  }
});

interface Log {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly artifacts: readonly { readonly location: { readonly uri: string } }[];
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string; readonly index: number } };
      }[];
    }[];
  }[];
}

test.each([
  ["policies/a b.edgepolicy", "policies/a%20b.edgepolicy", "%SRCROOT%"],
  ["/srv/repo/policies/a.edgepolicy", "policies/a.edgepolicy", "%SRCROOT%"],
  ["/srv/other/a.edgepolicy", "file:///srv/other/a.edgepolicy", undefined],
])("the place of %s is %s", (path, uri, uriBaseId) => {
  const [run] = (diagnosticsToSarif([{ diagnostics: [], sources: [makeSource(path, "")] }], OPTIONS) as Log).runs;
  expect(run?.artifacts[0]?.location).toEqual(uriBaseId === undefined ? { uri } : { uri, uriBaseId });
});
