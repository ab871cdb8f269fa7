/**
 * Policies with one thing wrong each: what refutes it, as the shortest trace. Every test that is printed is run with the policy that it
 * refutes, on both engines, and has to pass: it shows what was said.
 */
import { proveJson, type ProveJson } from "../../../../simulator/prove/report.ts";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { runTests } from "../../../../simulator/index.ts";
import { runGoldens } from "../../../helpers/goldens.ts";
import { INVENTORY, prove } from "../../../helpers/proving.ts";

runGoldens("prove", (source) => {
  const { claims, unreached } = proveJson(prove(source));
  return [
    ...claims.map((claim) => written(claim, source)),
    ...unreached.map(({ line, message }) => `never: ${line}: ${message}`),
  ].join("\n");
});

function written({ kind, name, status, refutation }: ProveJson["claims"][number], source: string): string {
  if (refutation === null) return `${status}: ${kind} ${name}`;
  const { message, test } = refutation;
  const lines = test.split("\n").filter((line) => !line.startsWith("//"));
  return `${status}: ${kind} ${name}: ${message}\n${lines.join("\n").trimEnd()}${shows(source, test)}`;
}

/** Nothing, where the printed test passes. */
function shows(source: string, test: string): string {
  const text = `${source}\n${test}`;
  const { policy, tests, sources, diagnostics } = loadPolicyText(text, { "clients.yaml": INVENTORY });
  if (policy === null) return `\nIT DOES NOT LOAD: ${JSON.stringify(diagnostics)}`;
  const load = (): ReturnType<typeof loadPolicyText> => loadPolicyText("");
  const suite = { file: "policy.edgepolicy", policy, sources, tests };
  const { tests: results } = runTests(suite, { load, coverage: false, filter: null });
  return results.length === 1 && results.every(({ passed }) => passed) ? "" : `\nIT FAILS: ${JSON.stringify(results)}`;
}
