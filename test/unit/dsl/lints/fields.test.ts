import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";

const ROUTES = `policy "t" { default allow }
route list  = GET "/items"
route item  = GET "/items/{id}"
route part  = GET "/items/{id}/parts/{part_id}"
route login = POST "/login" { body { username: string } }
`;

function warnings(text: string): readonly string[] {
  const { policy, diagnostics } = loadPolicyText(ROUTES + text);
  expect(policy, JSON.stringify(diagnostics)).not.toBeNull();
  return diagnostics.filter(({ code }) => code === "EP3071").map(({ message, help }) => `${message}; ${help}`);
}

describe("what no route of a declaration has", () => {
  test("in a signal's aggregate, condition and key", () => {
    const help = "`item`, `part` have it: stand on such a route, or declare it here";
    const message = "`id` is always missing here: no route of the signal `s` has it";
    for (const signal of [
      "signal s = steps(id) on list per ip over 5m",
      'signal s = count on list where id ?? "" == "7" per ip over 5m',
      "signal s = count on list, login per id else skip over 5m",
    ])
      expect(warnings(signal)).toEqual([`${message}; ${help}`]);
  });

  test("in a limit, in a rule and in the key of its ban, once each", () => {
    const help = "`login` has it: stand on such a route, or declare it here";
    expect(warnings("limit l on item per username else skip allow 5 per 1m")).toEqual([
      `\`username\` is always missing here: no route of the limit \`l\` has it; ${help}`,
    ]);
    expect(warnings('rule r on item when username ?? "" == "a" then block for 1h per username else skip')).toEqual([
      `\`username\` is always missing here: no route of the rule \`r\` has it; ${help}`,
    ]);
  });

  test("not where it stands on every route, or on one that has it", () => {
    expect(warnings("signal s = steps(id) per ip over 5m")).toEqual([]);
    expect(warnings("signal s = distinct(part_id) on list, part per ip over 5m")).toEqual([]);
    expect(warnings('rule r on login when username ?? "" == "a" then block')).toEqual([]);
  });
});
