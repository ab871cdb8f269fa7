/** `exempt from NAMES`: the limits and rules that do not apply. */
import type { Action } from "../../engine/index.ts";
import type { AstAction, AstRule, Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { CheckContext } from "./context.ts";
import { expectName } from "./scope.ts";

/** Resolves the names; null where one of them cannot be exempted, which is reported. */
export function checkExemptions(action: AstAction & { kind: "exempt" }, context: CheckContext): Action | null {
  const rules = new Set<number>();
  const limits = new Set<number>();
  let wrong = action.from.length === 0;
  for (const name of action.from) {
    const found = expectName(context.scope, context.report, name, ["limit", "rule"], "rule or limit");
    if (found === null) wrong = true;
    else if (found.kind === "limit") limits.add(found.index);
    else if (isExemptable(name, context.declarations.rules[found.index], context)) rules.add(found.index);
    else wrong = true;
  }
  if (wrong) return null;
  return { kind: "exempt", rules: inOrder(rules), limits: inOrder(limits) };
}

function inOrder(indices: ReadonlySet<number>): readonly number[] {
  return [...indices].sort((a, b) => a - b);
}

function isExemptable(name: Name, rule: AstRule | undefined, context: CheckContext): boolean {
  const reason = rule === undefined ? null : whyNot(rule);
  if (reason === null) return true;
  context.report.error(SEMANTICS.exempt, name.span, `\`${name.text}\` cannot be exempted: ${reason}`, {
    help: "leave it out",
    notes: rule === undefined ? [] : [{ message: "the rule is declared here", span: rule.name.span }],
  });
  return false;
}

function whyNot(rule: AstRule): string | null {
  if (rule.sealed) return "it is sealed";
  const { kind } = rule.action;
  return kind === "allow" || kind === "exempt" ? `a rule that says \`${kind}\` restricts nothing` : null;
}
