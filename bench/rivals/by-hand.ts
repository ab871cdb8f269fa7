/** The same rules in JavaScript by hand: in turn, as one writes them down, and by a map, as one writes them for speed. */
import type { Facts, MakeRival, PlainRule } from "./rules.ts";

/** A list of rules, gone through until one holds. */
export const handInTurn: MakeRival = (rules) => ({
  name: "by hand, in turn",
  decide: (facts: Facts): string | null => {
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index];
      if (rule !== undefined && holds(rule, facts)) return rule.name;
    }
    return null;
  },
});

/** A map by the first two segments of the path: whoever writes this knows that all rules have such a prefix. */
export const handByMap: MakeRival = (rules) => {
  const byPrefix = new Map(rules.map((rule) => [rule.prefix, rule]));
  return {
    name: "by hand, by map",
    decide: (facts: Facts): string | null => {
      const { path } = facts;
      const end = path.indexOf("/", path.indexOf("/", 1) + 1) + 1;
      const rule = byPrefix.get(path.slice(0, end));
      return rule !== undefined && holds(rule, facts) ? rule.name : null;
    },
  };
};

function holds({ prefix, tenant, over, method }: PlainRule, facts: Facts): boolean {
  return facts.path.startsWith(prefix) && facts.tenant === tenant && facts.size > over && facts.method === method;
}
