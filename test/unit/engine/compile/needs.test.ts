/** What a transport must fetch, wherever in a policy it is read. */
import { describe, expect, test } from "vitest";
import { needsOf } from "../../../../engine/compile/needs.ts";
import { createReference } from "../../../../engine/index.ts";
import { policyOf } from "../../../helpers/compiled.ts";

const READ = 'header["x-a"]';
const VALUE = `${READ} ?? ""`;
const ROUTES = `route login = POST "/login" { body { username: string, amount: int } }
route order = GET "/orders/{id}"
route pay = POST "/pay" { body { amount: int } }
route graph = POST "/graphql" { body graphql }
list names : string = ["a"]
table points : string -> int = { "a": 1 } else 0
`;

/** Both engines' needs, which are the same. */
function needsIn(text: string): ReturnType<typeof needsOf> {
  const policy = policyOf(ROUTES + text);
  const needs = needsOf(policy);
  expect(createReference(policy).needs).toEqual(needs);
  return needs;
}

describe("a header is needed that is read", () => {
  test.each([
    ["by a rule", `rule r when ${VALUE} == "a" then block`],
    ["by a let", `let l = ${VALUE} == "a"`],
    ["by a class", `class c = one when ${VALUE} == "a", else two`],
    ["by a signal's condition", `signal s = count where ${VALUE} == "a" per ip over 1m`],
    ["by a signal's value", `signal s = distinct(${VALUE}) per ip over 1m`],
    ["by a share", `signal s = share(${VALUE} == "a") per ip over 1m`],
    ["by a signal's key", `signal s = count per ${READ} else skip over 1m`],
    ["by a later option of a key", `signal s = count per client else ${READ} else skip over 1m`],
    ["by a later part of a key", `signal s = count per ip, ${READ} else skip over 1m`],
    ["by a score", `score s { +1 when method is POST +2 when ${VALUE} == "a" }`],
    ["by a limit's condition", `limit l when ${VALUE} == "a" per ip allow 1 per 1s`],
    ["by a limit's key", `limit l per ${READ} else skip allow 1 per 1s`],
    ["by a limit's cost", `limit l per ip allow 1 per 1s cost points[${VALUE}]`],
    ["by a refund", `limit l per ip allow 1 per 1s refund when response.status == 500 and ${VALUE} == "a"`],
    ["by a ban's key", `rule r when method is POST then block for 1m per ${READ} else ip`],
    ["by a rule's canary", `rule r when method is POST then block\nrollout { r canary 1% per ${READ} else ip }`],
    ["by a limit's canary", `limit l per ip allow 1 per 1s\nrollout { l canary 1% per ${READ} else ip }`],
  ])("%s", (_, text) => {
    expect(needsIn(text).headers).toEqual(["x-a"]);
  });
});

describe("so it is within", () => {
  test.each([
    ["and", `method is POST and ${VALUE} == "a"`],
    ["or", `method is POST or ${VALUE} == "a"`],
    ["not", `not (${VALUE} == "a")`],
    ["has", `has ${READ}`],
    ["no", `no ${READ}`],
    ["the right of a comparison", `host == (${VALUE})`],
    ["in", `${VALUE} in names`],
    ["in a literal set", `${VALUE} in ["a", "b"]`],
    ["contains", `${VALUE} contains "a"`],
    ["starts_with", `${VALUE} starts_with "a"`],
    ["ends_with", `${VALUE} ends_with "a"`],
    ["like", `${VALUE} like "a*"`],
    ["matches", `${VALUE} matches /a/`],
    ["a look-up", `points[${VALUE}] > 0`],
    ["arithmetic", `1 + points[${VALUE}] > 0`],
  ])("%s", (_, condition) => {
    expect(needsIn(`rule r when ${condition} then block`).headers).toEqual(["x-a"]);
  });
});

describe("headers that are needed", () => {
  test("are sorted, each once, those of credentials and of cookies among them", () => {
    const needs = needsIn(
      `identity { api_key { header "x-api-key" } mtls { header "x-cert" } }
rule r when header["x-b"] ?? "" == ${VALUE} and has cookie["sid"] then block
rule s when has header["x-a"] or has header["user-agent"] then block`,
    );
    expect(needs.headers).toEqual(["cookie", "user-agent", "x-a", "x-api-key", "x-b", "x-cert"]);
  });

  test("are none where none is read, and a query's name is none", () => {
    expect(needsIn('rule r when has query["x-a"] then block').headers).toEqual([]);
  });

  test("are counted only where their number is read", () => {
    expect(needsIn("rule r when header.count > 9 then block").headerCount).toBe(true);
    expect(needsIn("rule r when query.count > 9 then block").headerCount).toBe(false);
  });
});

describe("bodies are needed", () => {
  test("whole, to count them, where their size is read, also by a limit's cost", () => {
    expect(needsIn("rule r when body.size > 1KB then block").bodySize).toBe(true);
    expect(needsIn("limit l per ip allow 10MB per 1m cost size").bodySize).toBe(true);
    expect(needsIn("rule r when query.count > 9 then block").bodySize).toBe(false);
  });

  test("of routes with a field that is read, by whatever name", () => {
    expect(needsIn('rule r when username ?? "" == "a" then block').bodyRoutes).toEqual([0]);
    expect(needsIn("rule r when amount ?? 0 > 1 then block").bodyRoutes).toEqual([0, 2]);
    expect(needsIn("rule r when depth ?? 0 > 1 then block").bodyRoutes).toEqual([3]);
    expect(needsIn("rule r when body.size > 1KB then block").bodyRoutes).toEqual([]);
  });
});

test("facts are needed that are read", () => {
  const facts =
    'fact a : int from header "x-fa"\nfact b : string from header "x-fb"\nfact c : bool from header "x-fc"\n';
  expect(needsIn(`${facts}rule r when c ?? false or a ?? 0 > 1 then block`).facts).toEqual([0, 2]);
  expect(needsIn(`${facts}rule r when method is POST then block`).facts).toEqual([]);
});

describe("outcomes are needed", () => {
  test.each([
    ["by a signal of the outcome", "signal s = count where response.status == 401 per ip over 1m", true],
    ["by a signal of the request", "signal s = count where method is POST per ip over 1m", false],
    ["by a signal of what was served", "signal s = count where served per ip over 1m", false],
    ["by places", "limit l per ip allow 5 at once", true],
    ["by a refund", "limit l per ip allow 5 per 1s refund when response.status == 500", true],
    ["by a rate", "limit l per ip allow 5 per 1s", false],
    [
      "by one of several",
      "limit l per ip allow 5 per 1s\nlimit m per ip allow 5 at once\nlimit n per ip allow 6 per 1s",
      true,
    ],
  ])("%s: %s is %s", (_, text, outcomes) => {
    expect(needsIn(text).outcomes).toBe(outcomes);
  });

  test("and of them the headers that are read, sorted", () => {
    const text = `signal s = count where has response.header["x-z"] or response.header["x-b"] ?? "" == "a" per ip over 1m`;
    expect(needsIn(text).responseHeaders).toEqual(["x-b", "x-z"]);
    expect(needsIn("rule r when method is POST then block").responseHeaders).toEqual([]);
  });
});
