/** Formatting changes no decision: the formatted text is the same policy, but for where its parts stand. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { format, loadPolicyText } from "../../dsl/index.ts";
import { loadCaseFiles } from "../conformance/cases.ts";
import { respacing } from "../helpers/policy-texts.ts";
import { check } from "../helpers/property.ts";

const MAIN = "policy.edgepolicy";

/** Everything that decides: spans, doc comments and the hash of the text do not. */
const DECIDES_NOTHING = new Set(["span", "version", "hash", "doc"]);

function meaningOf(files: Readonly<Record<string, string>>): unknown {
  const { policy } = loadPolicyText(files[MAIN] ?? "", files);
  if (policy === null) return null;
  return JSON.parse(JSON.stringify(policy, (key, value: unknown) => (DECIDES_NOTHING.has(key) ? 0 : value)));
}

const accepted = loadCaseFiles()
  .flatMap(({ cases }) => cases)
  .map(({ files = {} }) => files)
  .filter((files) => files[MAIN] !== undefined && meaningOf(files) !== null);

test("every case's policy, whatever its white space and comments", () => {
  expect(accepted.length).toBeGreaterThan(60);
  check(
    fc.property(fc.constantFrom(...accepted), respacing, (files, respaced) => {
      const { text } = format(respaced(files[MAIN] ?? ""));
      expect(text).not.toBeNull();
      expect(meaningOf({ ...files, [MAIN]: text ?? "" })).toEqual(meaningOf(files));
    }),
    { runs: 150 },
  );
}, 60_000);
