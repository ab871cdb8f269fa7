/** Which declarations changed. */
import { expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { declarationChanges, type DiffSide } from "../../../../simulator/diff/declarations.ts";

const BASE = `policy "t" { default allow }
route login = POST "/login"
list bad : ip = [192.0.2.1]
let tiny = path == "/a"
signal tries = count on login per ip over 5m
limit pace on login per ip allow 10 per 1m
rule stuffing on login when tries > 5 and tiny then block
rule listed when ip in bad then block
`;

function side(text: string): DiffSide {
  const { policy, sources, diagnostics } = loadPolicyText(text);
  if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return { policy, sources };
}

function changes(text: string): readonly string[] {
  return declarationChanges(side(BASE), side(text)).map(({ change, kind, name }) => `${change} ${kind} ${name}`);
}

test("finds none where only blanks, comments and places differ", () => {
  const other = BASE.replace("rule stuffing on", "// why\n/// a doc\nrule   stuffing\n  on").replace(
    "policy",
    "\n\npolicy",
  );
  expect(changes(other)).toEqual([]);
});

test.each([
  ["then block\nrule listed", "then block 404\nrule listed", ["changed rule stuffing"]],
  ["allow 10 per 1m", "allow 20 per 1m", ["changed limit pace"]],
  ["over 5m", "over 6m", ["changed signal tries"]],
  ['path == "/a"', 'path == "/b"', ["changed let tiny"]],
  ["[192.0.2.1]", "[192.0.2.1, 192.0.2.2]", ["changed list bad"]],
  ['"/login"', '"/sign-in"', ["changed route login"]],
  ["default allow", "default block", ["changed settings policy"]],
  ["rule listed when", "rule named when", ["removed rule listed", "added rule named"]],
])("tells %s from %s", (from, to, expected) => {
  expect(changes(BASE.replace(from, to))).toEqual(expected);
});

test("tells a rollout, which stands apart", () => {
  expect(changes(`${BASE}rollout { stuffing shadow }\n`)).toEqual(["changed rule stuffing"]);
});

test("does not take a `//` in a text for a comment", () => {
  const [one, other] = ["http://a", "http://b"].map((text) =>
    side(`${BASE}let page = (header["referer"] ?? "") == "${text}"\n`),
  );
  expect(declarationChanges(one as DiffSide, other as DiffSide)).toMatchObject([{ change: "changed", name: "page" }]);
});

test("tells clients of the inventory apart by their records", () => {
  const inventory = (plan: string): string =>
    [
      "teams:",
      "  - { id: edge, people: [m.rossi] }",
      "people:",
      "  - { id: m.rossi, active: true }",
      "clients:",
      "  - id: acme",
      "    kind: partner",
      "    owner: { team: edge, accountable: m.rossi }",
      "    environment: prod",
      "    status: active",
      `    plan: ${plan}`,
      '    operations: ["*"]',
      "",
    ].join("\n");
  const text = 'policy "t" { default allow }\nclients from "c.yaml"\n';
  const [one, other] = ["basic", "gold"].map((plan): DiffSide => {
    const { policy, sources, diagnostics } = loadPolicyText(text, { "c.yaml": inventory(plan) });
    if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
    return { policy, sources };
  });
  expect(declarationChanges(one as DiffSide, other as DiffSide)).toEqual([
    { kind: "client", name: "acme", change: "changed" },
  ]);
});
