/** Cedar in WebAssembly, its policies parsed once and kept inside. */
import { requireRival } from "./load.ts";
import type { Facts, MakeRival, PlainRule } from "./rules.ts";

interface Cedar {
  readonly preparsePolicySet: (id: string, policies: { readonly staticPolicies: object }) => { readonly type: string };
  readonly statefulIsAuthorized: (call: object) => {
    readonly type: string;
    readonly response?: { readonly diagnostics: { readonly reason: readonly string[] } };
  };
}

const PRINCIPAL = { type: "Caller", id: "any" };
const ACTION = { type: "Action", id: "call" };
const RESOURCE = { type: "Api", id: "api" };

/** `@cedar-policy/cedar-wasm`. It evaluates every policy and reports all that hold; at most one does. */
export const cedar: MakeRival = (rules) => {
  const { preparsePolicySet, statefulIsAuthorized } = requireRival("@cedar-policy/cedar-wasm/nodejs") as Cedar;
  const id = `rules-${rules.length}`;
  const { type } = preparsePolicySet(id, {
    staticPolicies: Object.fromEntries(rules.map((rule) => [rule.name, policyOf(rule)])),
  });
  if (type !== "success") throw new Error("cedar-wasm does not parse the rules");
  const decide = (facts: Facts): string | null => {
    const answer = statefulIsAuthorized({
      principal: PRINCIPAL,
      action: ACTION,
      resource: RESOURCE,
      context: facts,
      preparsedPolicySetId: id,
      entities: [],
    });
    if (answer.response === undefined) throw new Error("cedar-wasm does not decide");
    return answer.response.diagnostics.reason[0] ?? null;
  };
  return { name: "@cedar-policy/cedar-wasm", decide };
};

function policyOf({ prefix, tenant, over, method }: PlainRule): string {
  const condition = [
    `context.path like "${prefix}*"`,
    `context.tenant == "${tenant}"`,
    `context.size > ${over}`,
    `context.method == "${method}"`,
  ];
  return `forbid (principal, action, resource) when { ${condition.join(" && ")} };`;
}
