/** Loading: whatever the text, it returns; a policy is there exactly if no error is; and it is plain data. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type LoadResult, loadPolicyText } from "../../dsl/index.ts";
import { loadCaseFiles } from "../conformance/cases.ts";
import { loadGoldens } from "../helpers/check-goldens.ts";
import { check } from "../helpers/property.ts";

const MAIN = "policy.edgepolicy";

/** Policies with their files: the conformance cases and the goldens of the checker. */
const SAMPLES: readonly Readonly<Record<string, string>>[] = [
  ...loadCaseFiles().flatMap(({ cases }) => cases.flatMap((one) => (one.files === undefined ? [] : [one.files]))),
  ...loadGoldens().map((golden) => golden.files),
];

/** Words and marks that turn one construct into another. */
const PIECES = [
  ...Array.from('{}[]()=<>.,:|"\\/?+-*# \n\0\u{1F600}'),
  "and",
  "or",
  "not",
  "has",
  "per",
  "else",
  "when",
  "on",
].concat([
  "10s",
  "5",
  "20%",
  "ip",
  "client",
  "let",
  "rule",
  "then block",
  "per 1m",
  "10.0.0.0/8",
  "??",
  "exact",
  "&a",
  "*a",
  "- ",
]);

interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

const edits: fc.Arbitrary<readonly Edit[]> = fc.array(
  fc.record({ at: fc.nat(5000), remove: fc.nat(12), insert: fc.constantFrom("", ...PIECES) }),
  { minLength: 0, maxLength: 6 },
);

function edited(text: string, changes: readonly Edit[]): string {
  return changes.reduce((before, { at, remove, insert }) => {
    const start = at % (before.length + 1);
    return before.slice(0, start) + insert + before.slice(start + remove);
  }, text);
}

const load = (files: Readonly<Record<string, string>>): LoadResult => loadPolicyText(files[MAIN] ?? "", files);

function expectConsistent(result: LoadResult): void {
  const failed = result.diagnostics.some((diagnostic) => diagnostic.severity === "error");
  expect(result.policy === null).toBe(failed);
  if (failed) expect(result.scenarios).toEqual([]);
  for (const { span, notes } of result.diagnostics) {
    for (const place of [span, ...notes.map((note) => note.span)]) {
      const text = result.sources[place.file]?.text ?? "";
      expect(place.start).toBeLessThanOrEqual(place.end);
      expect(place.end).toBeLessThanOrEqual(text.length);
    }
  }
}

describe("loading", () => {
  test("returns for every mutated policy, with a policy exactly if there is no error", () => {
    check(
      fc.property(fc.constantFrom(...SAMPLES), edits, (files, changes) => {
        expectConsistent(load({ ...files, [MAIN]: edited(files[MAIN] ?? "", changes) }));
      }),
      { runs: 800 },
    );
  });

  test("returns for every mutated inventory", () => {
    const withClients = SAMPLES.filter((files) => files["clients.yaml"] !== undefined);
    check(
      fc.property(fc.constantFrom(...withClients), edits, (files, changes) => {
        expectConsistent(load({ ...files, "clients.yaml": edited(files["clients.yaml"] ?? "", changes) }));
      }),
      { runs: 300 },
    );
  });

  test("makes policies and scenarios that survive JSON unchanged, and the same ones again", () => {
    const accepted = SAMPLES.filter((files) => load(files).policy !== null);
    expect(accepted.length).toBeGreaterThan(60);
    for (const files of accepted) {
      const { policy, scenarios } = load(files);
      expect(JSON.parse(JSON.stringify(policy))).toEqual(policy);
      expect(JSON.parse(JSON.stringify(scenarios))).toEqual(scenarios);
      expect(load(files).policy).toEqual(policy);
    }
  });
});
