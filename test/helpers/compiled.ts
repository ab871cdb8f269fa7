/** Programs of small policies in text, for tests of the compiler's passes. */
import { loadPolicyText } from "../../dsl/index.ts";
import type { Axes } from "../../engine/compile/axes.ts";
import { compile } from "../../engine/compile/compile.ts";
import { ConditionBuilder } from "../../engine/compile/conditions.ts";
import { ConstantPool } from "../../engine/compile/constants.ts";
import type { IndexItem } from "../../engine/compile/index-tables.ts";
import { TRUE } from "../../engine/compile/literals.ts";
import { normalForms } from "../../engine/compile/normal-form.ts";
import { SlotBuilder } from "../../engine/compile/slots.ts";
import type { Policy } from "../../engine/index.ts";
import { Phase } from "../../engine/layout.ts";
import type { Program } from "../../engine/program.ts";

/**
 * The policy of a text, which needs no `policy` block, and of the files that it names.
 *
 * @throws Error with the first diagnostic that is an error.
 */
export function policyOf(text: string, files: Readonly<Record<string, string>> = {}): Policy {
  const { policy, diagnostics } = loadPolicyText(`policy "p" { default allow }\n${text}\n`, files);
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (policy === null) throw new Error(`${text}: ${error?.message ?? "no policy"}`);
  return policy;
}

/** The program of a text's policy. */
export function compiled(text: string): Program {
  return compile(policyOf(text));
}

/** What an index is built of. */
export interface Conjunctions {
  readonly axes: Axes;
  /** The conjunctions of all rules, in their order; `target` is the rule. */
  readonly items: readonly IndexItem[];
}

/** The conjunctions of a policy's rules, before they are filed. */
export function conjunctionsOf(policy: Policy): Conjunctions {
  const pool = new ConstantPool();
  const conditions = new ConditionBuilder(policy, pool, new SlotBuilder(policy, pool));
  const formOf = normalForms(conditions);
  const items = policy.rules.flatMap(({ on, when }, target) => {
    const literal = conditions.all([conditions.onRoutes(on), when === null ? TRUE : conditions.lower(when)]);
    return formOf(literal).map((literals) => ({ phase: Phase.rule, target, literals, tested: [] }));
  });
  return { axes: { conditions, pool, known: new Map() }, items };
}
