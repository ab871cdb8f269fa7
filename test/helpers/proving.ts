/** Putting policies given as text to the proof. */
import { type LoadResult, loadPolicyText } from "../../dsl/index.ts";
import { proveBy, type ProveOptions, type ProveResult, type ProvenPolicy } from "../../simulator/prove/prove.ts";
import { searchRefutations } from "../../simulator/prove/search.ts";

const CLIENTS = ["acme", "globex", "initech"];

/** Three clients, each at 2 per second and no more than 4 at once, from networks of their own. */
export const INVENTORY: string = `teams:
  - { id: core, contact: "mailto:core@example.com", people: [p.one] }
people:
  - { id: p.one, active: true }
clients:
${CLIENTS.map(
  (id, index) => `  - id: ${id}
    kind: partner
    purpose: orders for tests
    owner: { team: core, accountable: p.one }
    environment: prod
    status: active
    expires: 2036-01-01
    review_by: 2036-01-01
    plan: ${index === 0 ? "gold" : "silver"}
    rate: { allow: 2, per: 1s, burst: 4 }
    operations: ["*"]
    networks: [203.0.${112 + index}.0/24]
    tags: []
    credentials: []
`,
).join("")}`;

/** A policy that has no errors. */
export function proven(
  text: string,
): ProvenPolicy & { readonly load: LoadResult & { readonly policy: NonNullable<LoadResult["policy"]> } } {
  const load = loadPolicyText(text, { "clients.yaml": INVENTORY, "keys.json": "" });
  const { policy, sources, invariants, diagnostics } = load;
  if (policy === null) throw new Error(diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n"));
  return { file: "policy.edgepolicy", policy, sources, invariants, load: { ...load, policy } };
}

/** Puts a policy to the proof: 300 traces from seed 1 unless told otherwise. */
export function prove(text: string, options: Partial<ProveOptions> = {}): ProveResult {
  return proveBy(searchRefutations, proven(text), {
    runs: 300,
    longest: 200,
    seed: 1,
    path: null,
    timeMs: null,
    against: null,
    ...options,
  });
}
