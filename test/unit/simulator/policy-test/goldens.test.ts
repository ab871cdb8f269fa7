/** What failing tests print. A source is a policy (under a header, unless it has its own) with its tests. */
import { loadPolicy, memoryFiles } from "../../../../dsl/index.ts";
import { paintFor, renderSuite, runTests, summaryOf } from "../../../../simulator/index.ts";
import { runGoldens } from "../../../helpers/goldens.ts";

const FILES = {
  "wrong.edgepolicy": 'policy "w" { default allow }\nrule all when nothing then block\n',
  "strict.edgepolicy": 'policy "s" { default allow }\nrule all then block\n',
};

runGoldens("policy-test", (source) => {
  const text = source.startsWith("policy") ? source : `policy "t" { default allow }\n${source}`;
  const files = memoryFiles({ ...FILES, "p.edgepolicy": text });
  const { policy, tests, sources, diagnostics } = loadPolicy("p.edgepolicy", files);
  if (policy === null) return diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n");
  const load = (path: string): ReturnType<typeof loadPolicy> => loadPolicy(path, files);
  const result = runTests({ file: "p.edgepolicy", policy, tests, sources }, { load, coverage: false, filter: null });
  return `${renderSuite(result, paintFor(false))}\n${summaryOf([result])}`;
});
