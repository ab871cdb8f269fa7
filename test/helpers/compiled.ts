/** Programs of small policies in text, for tests of the compiler's passes. */
import { loadPolicyText } from "../../dsl/index.ts";
import { compile } from "../../engine/compile/compile.ts";
import type { Policy } from "../../engine/index.ts";
import type { Program } from "../../engine/program.ts";

/**
 * The policy of a text, which needs no `policy` block.
 *
 * @throws Error with the first diagnostic that is an error.
 */
export function policyOf(text: string): Policy {
  const { policy, diagnostics } = loadPolicyText(`policy "p" { default allow }\n${text}\n`);
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (policy === null) throw new Error(`${text}: ${error?.message ?? "no policy"}`);
  return policy;
}

/** The program of a text's policy. */
export function compiled(text: string): Program {
  return compile(policyOf(text));
}
