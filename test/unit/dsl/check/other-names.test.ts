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
    ['header["x-key"] == null', 'not has header["x-key"]'],
    ['header["x-key"] != null', 'has header["x-key"]'],
    ["nil is not places", "has places"],
    ["client.scopes == undefined", "not has client.scopes"],
    ["hits == null", "not has NAME"],
  ] as const)("`%s` is `%s`", ([condition, meant]) => {
    expect(helpFor(condition)).toBe(`write \`${meant}\``);
  });
});
