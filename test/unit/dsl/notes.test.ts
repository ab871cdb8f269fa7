/** What stands twice: the diagnostic of the second has the place of the first, in every output. */
import { expect, test } from "vitest";
import { auditToJson } from "../../../dsl/audit/render-json.ts";
import { diagnosticsToJson, diagnosticsToSarif } from "../../../dsl/index.ts";
import { auditOf, HASH, secondClient } from "./audit/world.ts";
import { load } from "../../helpers/loading.ts";

const STEP = 'at 0s GET "/" from 192.0.2.1';

test.for([
  ["a setting", "limit a per ip allow 1 per 1s cost 2 «cost 3»"],
  ["an expectation", `test "t" { ${STEP} expect allow «expect block» }`],
  ["a header of a test", `test "t" { ${STEP} header "x-a" "1" header «"x-a"» "2" expect allow }`],
  ["a name", "let a = true let «a» = false"],
  ["a test", `test "t" { ${STEP} expect allow } test «"t"» { ${STEP} expect allow }`],
  ["a method", 'route r = GET | «GET» "/"'],
  ["a body's field", 'route r = POST "/" { body { a: int «a»: string } }'],
  ["a pattern", 'route a = GET "/a" route b = GET «"/a"»'],
  ["a member of a source", 'identity { api_key { header "x-a" «header "x-b"» } }'],
  ["an entry of a rollout", "rule a then block rollout { a off «a» on }"],
  ["a key of a table", 'table t : string -> int = { "a": 1, «"a"»: 2 } else 0'],
  ["a statement of a scenario", "scenario s { run 1m «run 2m» }"],
  ["the service of a scenario", "scenario s { run 1m service { latency 1ms } «service { latency 2ms }» }"],
  ["a latency of a service", "scenario s { run 1m service { latency 1ms «latency 2ms» } }"],
  [
    "an actor's clause",
    'route r = GET "/" scenario s { run 1m population p = steady { rate 1 per 1s «rate 2 per 1s» } }',
  ],
] as const)("%s has the place of the first", ([, marked]) => {
  const text = marked.replaceAll(/[«»]/g, "");
  const { diagnostics, sources } = load(text);
  const column = marked.indexOf("«") + 1;
  const told = diagnosticsToJson(diagnostics, sources).diagnostics.filter(
    (one) => one.line === 2 && one.column === column && one.severity === "error",
  );
  expect(told).toMatchObject([{ notes: [{ file: "policy.edgepolicy", line: 2 }] }]);
  const [note] = told[0]?.notes ?? [];
  expect(note?.column).toBeLessThan(column);
  const sarif = JSON.stringify(diagnosticsToSarif([{ diagnostics, sources }], { version: "1.0.0", folder: "/" }));
  expect(sarif).toContain('"relatedLocations":[{"id":1');
});

test("findings of an audit tell further places, too", () => {
  const other = secondClient({}, { hash: HASH });
  const { findings } = auditToJson(auditOf({ others: [other], wrong: true }), []);
  const [shared] = findings.filter(({ notes }) => notes !== undefined);
  expect(shared?.notes).toMatchObject([{ message: "it stands here first" }]);
});
