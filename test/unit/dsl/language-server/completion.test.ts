import { InsertTextFormat } from "vscode-languageserver";
import { describe, expect, it, test } from "vitest";
import { completion } from "../../../../dsl/language-server/completion.ts";
import { open, openIn, SHOP, SHOP_FILES } from "../../../helpers/language-server.ts";

/** Labels of what is offered at the cursor, below the shop's policy, best first. */
function offered(marked: string): readonly string[] {
  const { document, analysis, position } = open(SHOP + marked, SHOP_FILES);
  const items = completion(document, analysis, position, { snippets: true });
  return [...items].sort((a, b) => ((a.sortText ?? "") < (b.sortText ?? "") ? -1 : 1)).map(({ label }) => label);
}

describe("completion offers exactly", () => {
  const cases: readonly (readonly [text: string, labels: string])[] = [
    ["rule x ‸", "on then when"],
    ["rule x on ‸", "api login order"],
    ["rule x on or‸", "api login order"],
    ["rule x then ‸", "allow block challenge exempt note slow throttle"],
    ["rule x then challenge ‸", "dpop mtls nonce pow signature"],
    ["rule x then exempt from ‸", "fair_use partners stuffing"],
    ["rule x then throttle ‸ because", "retry because owner tags unavailable"],
    ["rule x when client.owner.‸", "accountable team"],
    ["rule x when client.kind is ‸", "ai_agent ci device gateway job partner service tool vendor webhook"],
    ["rule x when client.kind in [job, ‸]", "ai_agent ci device gateway job partner service tool vendor webhook"],
    ["rule x when route is ‸", "login order"],
    ["rule x when client.id == ‸", '"acme_sync"'],
    ['rule x when client.plan == "‸"', "gold"],
    ["rule x when method ‸", "and in is is not not in or then"],
    ["signal s = ‸", "count deviation distinct elapsed interval max novel overflow share steps sum"],
    ["signal s = count per ip over 10‸", "10d 10h 10m 10ms 10s"],
    ["signal s = count on order per client else skip ‸", "else over"],
    ["limit l per ip allow 5 per ‸", "day hour month"],
    ["limit l per ip allow 5 per 1m otherwise ‸", "block challenge slow throttle"],
    ["rollout { partners ‸", "canary off on shadow"],
    ['policy "p" { default ‸', "allow block"],
    ['policy "p" { memory 64‸', "64B 64GB 64KB 64MB"],
    ["list l : ‸", "bool duration int ip network number path percent size string time"],
    ['identity { jwt "i" { audience "a" dpop ‸', "optional required"],
    ["route r = ‸", "DELETE GET HEAD OPTIONS PATCH POST PUT other"],
    ['route r = GET "/r" { min_evidence ‸', "bearer_token bound_token network none signed_request static_secret"],
    ['test "t" { at 0s GET "/" from 192.0.2.1 as client ‸', "acme_sync"],
    ['test "t" { at 0s GET "/" from 192.0.2.1 expect block by ‸', "fair_use partners stuffing"],
    ["scenario s { population p = ‸", "batch bursty cron replay steady"],
    ["scenario s { attack a = flood { target ‸", "login order"],
    ["scenario s { attack a = flood {} expect ‸", "a"],
    [
      "scenario s { attack a = flood {} expect a.‸",
      "admitted contained delayed first_refusal harmed overshoot refused succeeded",
    ],
    ["// a comment ‸", ""],
    ['rule x because "‸"', ""],
  ];
  it.each(cases)("%s", (text, labels) => {
    const words = (list: string): string => list.split(" ").sort().join(" ");
    expect(words(offered(text).join(" "))).toBe(words(labels));
  });
});

describe("completion in conditions", () => {
  it("offers state and attributes to rules, and to signals what they may read", () => {
    expect(offered("rule x when ‸")).toEqual(
      expect.arrayContaining(["users", "risk", "internal", "client.kind", "used"]),
    );
    expect(offered("rule x when ‸")).not.toContain("response.status");
    expect(offered("signal s = count where ‸")).toEqual(
      expect.arrayContaining(["response.status", "served", "internal"]),
    );
    expect(offered("signal s = count where ‸")).not.toContain("risk");
    expect(offered("limit l per ip allow 5 per 1s refund when ‸")).toContain("response.status");
  });

  it("puts the parameters of the declaration's routes first", () => {
    expect(offered("rule x on order when ‸")[0]).toBe("id");
  });

  it("offers to `has` what can be missing", () => {
    expect(offered("rule x when has ‸")).toEqual(expect.arrayContaining(["client", "ip.country", "username"]));
    expect(offered("rule x when has ‸")).not.toEqual(expect.arrayContaining(["ip"]));
  });

  it("offers single values as keys", () => {
    expect(offered("limit l per ‸")).not.toContain("client.tags");
    expect(offered("limit l per client else ‸")).toContain("skip");
  });
});

test("a declaration begins anywhere, and its keywords come first at the start of a line", () => {
  const { document, analysis, position } = open("‸");
  expect(completion(document, analysis, position, { snippets: false })).toHaveLength(22);
  expect(offered("‸")[0]).toBe("class");
});

test("arguments are snippets where the editor takes them, and left out where not", () => {
  const { document, analysis, position } = open(`${SHOP}rule x when he‸`, SHOP_FILES);
  const find = (snippets: boolean) =>
    completion(document, analysis, position, { snippets }).find(({ label }) => label === "header");
  expect(find(true)).toMatchObject({
    insertTextFormat: InsertTextFormat.Snippet,
    textEdit: { newText: 'header["$1"]' },
  });
  expect(find(false)).toMatchObject({ insertTextFormat: InsertTextFormat.PlainText, textEdit: { newText: "header" } });
});

test("what is half written is replaced, and no more", () => {
  const { document, analysis, position } = open(`${SHOP}rule x when client.ki‸nd is job`, SHOP_FILES);
  const item = completion(document, analysis, position, { snippets: true }).find(({ label }) => label === "kind");
  const { line } = position;
  expect(item?.textEdit).toEqual({
    range: { start: { line, character: 19 }, end: { line, character: 23 } },
    newText: "kind",
  });
});

test("a long test block is completed from its last step, a long list from its last value", () => {
  const steps = Array.from({ length: 2_000 }, (_, second) => `at ${second}s GET "/" from 192.0.2.1 expect allow`);
  const values = Array.from({ length: 20_000 }, (_, index) => `"v${index}"`);
  const began = performance.now();
  expect(offered(`test "t" { ${steps.join("\n")} at 9999s GET "/" from 192.0.2.1 expect ‸`)).toContain("throttle");
  expect(offered(`rule x when client.kind in [${values.join(", ")}, ‸`)).not.toContain("rule");
  expect(performance.now() - began).toBeLessThan(10_000);
});

test("a file by itself is completed with what it declares", () => {
  const { workspace } = open(SHOP, SHOP_FILES);
  const { document, analysis, position } = openIn(
    workspace,
    "file:///elsewhere/part.edgepolicy",
    'route a = GET "/a"\nrule x on ‸',
  );
  expect(completion(document, analysis, position, { snippets: true }).map(({ label }) => label)).toEqual(["a"]);
});
