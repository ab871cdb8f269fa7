/** Names from elsewhere: what is offered for them. */
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";

const ROUTE = 'route seats = POST "/events/{id}/seats" { body { places: int } }';

/** The help for a condition that names what this language calls otherwise. */
function helpFor(condition: string): string | undefined {
  const text = `policy "p" { default allow }\n${ROUTE}\nrule r on seats when ${condition} then block\n`;
  return loadPolicyText(text).diagnostics.find(({ code }) => code === "EP2001")?.help;
}

describe("a dotted name from elsewhere", () => {
  test.for([
    ['header.user_agent == "x"', 'header["user-agent"]'],
    ['headers.X_Tool == "x"', 'header["x-tool"]'],
    ['request.headers.accept == "x"', 'header["accept"]'],
    ['cookies.session == "x"', 'cookie["session"]'],
    ['query.q == "x"', 'query["q"]'],
    ['args.q == "x"', 'query["q"]'],
    ['request.path == "/x"', "path"],
    ["req.method is GET", "method"],
    ["http.client_ip in 10.0.0.0/8", "ip"],
    ["request.body.size > 1KB", "body.size"],
    ["body.places > 3", "places"],
    ["json.places > 3", "places"],
    ['params.id == "7"', "id"],
    ['path.id == "7"', "id"],
    ["remote.addr in 10.0.0.0/8", "ip"],
  ] as const)("`%s` means `%s`", ([condition, meant]) => {
    expect(helpFor(condition)).toBe(`did you mean \`${meant}\`?`);
  });

  test("a field of the body that no route declares: how it is declared", () => {
    expect(helpFor("body.quantity > 3")).toBe(
      "there are `body.size`; a field of the body is declared with its route, `{ body { quantity: string } }`, and read by its name: `quantity`",
    );
  });

  test("of a record that has others: those; of no record: nothing", () => {
    expect(helpFor('path.nothing_like_it == "x"')).toBe("there are `path.raw`, `path.with_query`, `path.ambiguous`");
    expect(helpFor('request.nothing.like.it == "x"')).toBe("");
    expect(helpFor('header.a.b == "x"')).toBe("there are `header.count`");
  });
});

describe("a word for an action from elsewhere", () => {
  test.for([
    ["rate_limit", "throttle"],
    ["tarpit", "slow"],
    ["captcha", "challenge"],
    ["tag", "note"],
    ["deny", "block"],
  ] as const)("%s means %s", ([word, meant]) => {
    const { diagnostics } = loadPolicyText(`policy "p" { default allow }\nrule r when ip in 10.0.0.0/8 then ${word}\n`);
    expect(diagnostics[0]?.help).toBe(`did you mean \`${meant}\`?`);
  });
});

describe("null", () => {
  test.for([
    ['header["x-key"] == null', 'no header["x-key"]'],
    ['header["x-key"] != null', 'has header["x-key"]'],
    ["nil is not places", "has places"],
    ["client.scopes == undefined", "no client.scopes"],
    ["hits == null", "no NAME"],
    ['header["x-key"] is missing', 'no header["x-key"]'],
    ['header["x-key"] is not absent', 'has header["x-key"]'],
    ['header["x-key"] is present', 'has header["x-key"]'],
    ["identity.error is unset", "no identity.error"],
    ['exists(header["x-key"])', 'has header["x-key"]'],
    ['is_null(header["x-key"])', 'no header["x-key"]'],
  ] as const)("`%s` is `%s`", ([condition, meant]) => {
    expect(helpFor(condition)).toBe(`write \`${meant}\``);
  });
});

test("a class may have a member that elsewhere stands for a missing value", () => {
  const text = `policy "p" { default allow }
class sort = missing when method is GET, else present
rule r when sort is missing or sort is not present then block
`;
  expect(loadPolicyText(text).diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
});

test.for([
  ['ip.country ?? "" == IT', 'quote it if it is text: `"IT"`'],
  ["Method is GET", "did you mean `method`?"],
  ["evidence is missing", undefined],
] as const)("a name in capitals is a code, unless it is another name in them: %s", ([condition, help]) => {
  expect(helpFor(condition)).toBe(help);
});

test.for([
  ['rule r when ip.country in {"IT"} then block', "a list stands in brackets: `in [A, B]`"],
  ["rule r when ip in [10.0.0.0/8 11.0.0.0/8] then block", "commas part the entries of a list: `[A, B]`"],
  ["rule r when method in [GET POST] then block", "commas part the entries of a list: `[A, B]`"],
  ['table t : string -> int = { "a": 1 "b": 2 } else 0', "commas part entries with a colon: `a: 1, b: 2`"],
  ["rollout { a shadow, b off }", "nothing stands between entries: leave `,` out"],
  ["signal s = count() per ip over 1m", "`count` stands without parentheses"],
  ["signal s = count per ip in 1m", "did you mean `over`?"],
  ["signal s = count per ip last 1m", "did you mean `over`?"],
  ["rule r then block when method is GET", "the condition stands before the action: `when … then …`"],
  ["rule r then allow if method is GET", "the condition stands before the action: `when … then …`"],
  ["rule r then slow 1m30s", "a duration is one number and one unit: `90s`"],
  ["rule r then slow 1s500ms", "a duration is one number and one unit: `1500ms`"],
  ["rule r then slow 2h30", "digits, an optional fraction, and a unit: `1_000`, `0.5%`, `10m`, `64KB`"],
] as const)("the form of another language: %s", ([declaration, help]) => {
  expect(loadPolicyText(`policy "p" { default allow }\n${declaration}\n`).diagnostics[0]?.help).toBe(help);
});
