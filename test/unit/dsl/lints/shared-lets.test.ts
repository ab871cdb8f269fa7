/** Lets that read each other twice: written out they double with each, so whoever follows them must follow each once. */
import { expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { paintFor, renderSuite, runTests } from "../../../../simulator/index.ts";
import { inventoryWith } from "../../../helpers/tokens.ts";

const DEEP = 28;

/** What else a condition stands in, and a test of it. */
const readers = (expected: string): string => `limit pace on orders when n${DEEP} per ip allow 10 per 1s
signal calls = count where n${DEEP} per ip over 1m
rule many when calls > 5 then note "many"
test "one" { at 0s GET "/orders" from 192.0.2.7 expect ${expected} }`;

function deepPolicy(first: string, more = ""): string {
  const lets = Array.from(
    { length: DEEP },
    (_, index) => `let n${index + 1} = (n${index} and ip == 192.0.2.1) or (n${index} and ip == 192.0.2.2)`,
  );
  return `policy "p" { default allow }
identity { api_key { header "x-key" } }
clients from "clients.yaml"
route orders = GET "/orders"
let n0 = ${first}
${lets.join("\n")}
rule reach when n${DEEP} then block
${more}`;
}

test.each([
  ["of what the inventory says", "has client and client.kind is partner"],
  ["of the grant", "has client and not granted"],
  ["of the user agent", 'not (header["user-agent"] ?? "" == "partner/1")'],
])("are checked %s", (_, first) => {
  const { policy, diagnostics } = loadPolicyText(deepPolicy(first), { "clients.yaml": inventoryWith() });
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(policy?.lets.length).toBe(DEEP + 1);
});

test.each(["allow", "block by reach"])("are tested, covered and explained where %s is expected", (expected) => {
  const files = { "clients.yaml": inventoryWith() };
  const { policy, sources, tests } = loadPolicyText(
    deepPolicy("has client and client.kind is partner", readers(expected)),
    files,
  );
  if (policy === null) throw new Error("the policy does not load");
  const suite = { file: "policy.edgepolicy", policy, sources, tests };
  const result = runTests(suite, { coverage: true, filter: null, load: () => loadPolicyText("") });
  const text = renderSuite(result, paintFor(false));
  expect(result.tests.map(({ passed }) => passed)).toEqual([expected === "allow"]);
  expect(text.length).toBeLessThan(100_000);
});
