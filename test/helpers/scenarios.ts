/** A small policy with a scenario, to be varied by tests of the simulator. */
import { loadPolicyText, type Scenario } from "../../dsl/index.ts";
import type { Attacker } from "../../simulator/attacks/attacker.ts";
import { castActors } from "../../simulator/cast.ts";
import { type DecisionRecord, type Policy, VERDICTS, type Verdict } from "../../engine/index.ts";

const CLIENTS = ["alpha", "beta", "gamma"];
const NETWORKS = ["10.1.0.0/24", "10.2.0.0/24", "2001:db8:3::/64"];

/** What `stage` gives its policies as `clients.yaml`. */
export const INVENTORY: string = [
  "teams:",
  "  - { id: edge, people: [m.rossi] }",
  "people:",
  "  - { id: m.rossi, active: true }",
  "clients:",
  ...CLIENTS.flatMap((id, i) => [
    `  - id: ${id}`,
    "    kind: partner",
    "    owner: { team: edge, accountable: m.rossi }",
    "    environment: prod",
    "    status: active",
    '    operations: ["*"]',
    `    networks: ["${NETWORKS[i]}"]`,
  ]),
  "",
].join("\n");

/** Two routes and three clients. */
export const ROUTES = `
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route login = POST "/login" { body { username: string } }
route thing = GET "/things/{id}"
group all = login, thing
`;

/** A population of all three clients, one request a second each. */
export const STEADY =
  "population callers = steady { clients where client.kind is partner rate 1 per 1s each mix thing 80%, login 20% }";
/** An attack of twenty networks, five tries a second, from one minute to four. */
export const STUFFING =
  "attack crowd = credential_stuffing { target login from 198.18.0.0/16 sources 20 rate 5 per 1s from 1m to 4m success 2% if blocked rotate source }";

export interface Staged {
  readonly policy: Policy;
  readonly scenario: Scenario;
}

/**
 * Loads `rules` over two routes and three clients, and a scenario of five minutes with `clauses`.
 *
 * @param settings - Body of the `policy` block.
 * @param others - Other files by path.
 */
export function stage(
  rules: string,
  clauses: string,
  settings = "default allow",
  others: Readonly<Record<string, string>> = {},
): Staged {
  const { text, files } = textOf(rules, clauses, settings);
  const { policy, scenarios, diagnostics } = loadPolicyText(text, { ...others, ...files });
  const [scenario] = scenarios;
  if (policy === null || scenario === undefined)
    throw new Error(diagnostics.map((one) => `${one.code} ${one.message}`).join("\n"));
  return { policy, scenario };
}

/** The attacker of the scenario's first attack, with seed 1. */
export function castAttacker({ policy, scenario }: Staged, seed = 1): Attacker {
  const [attacker] = castActors(policy, scenario, seed).attackers;
  if (attacker === undefined) throw new Error("the scenario has no attack");
  return attacker;
}

/** The policy that {@link stage} loads, and the files beside it. */
export function textOf(
  rules: string,
  clauses: string,
  settings = "default allow",
): { readonly text: string; readonly files: Readonly<Record<string, string>> } {
  const text = `policy "t" { ${settings} }\n${ROUTES}\n${rules}\nscenario s { run 5m\n${clauses} }\n`;
  return { text, files: { "clients.yaml": INVENTORY } };
}

/** A record as an engine would give it. */
export function recordOf(
  verdict: Verdict,
  fields: Partial<DecisionRecord> & { readonly matched?: readonly string[] } = {},
): DecisionRecord {
  const { matched = [], ...rest } = fields;
  const record = {
    by: null,
    reason: "",
    delayMicros: 0,
    retryAfterMicros: 0,
    route: -1,
    client: -1,
    token: 0,
    shadows: 0,
    shadowOf: () => "",
    matches: matched.length,
    matchOf: (index: number) => matched[index] ?? "",
    ...rest,
  };
  const rank = VERDICTS.indexOf(verdict);
  return {
    ...record,
    verdict: rank,
    status: [200, 200, 401, 429, 403][rank] ?? 200,
    toDecision: () => ({
      ...{
        verdict,
        status: 200,
        by: record.by,
        reason: record.reason,
        matched,
        shadow: [],
        scores: {},
        labels: [],
        overlays: [],
        limits: [],
      },
      ...{ delay: 0, retryAfter: 0 },
    }),
  };
}
