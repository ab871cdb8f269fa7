/** Policies of many rules, each of which one request meets: by route, client, network, header, number range and text. */
import { loadPolicyText } from "../dsl/index.ts";
import type { Policy, Request } from "../engine/index.ts";
import { makeRequest } from "../engine/index.ts";

/** How the rules of a policy tell requests apart. */
export interface RuleSet {
  readonly kind: string;
  /** Declarations before the rules. */
  readonly declare: (count: number) => string;
  /** What stands between the name of rule `index` and its action. */
  readonly condition: (index: number) => string;
  /** A request that meets rule `index` and no other; an index past the last one meets none. */
  readonly request: (index: number) => Partial<Request>;
}

const nothing = (): string => "";

export const RULE_SETS: readonly RuleSet[] = [
  {
    kind: "route",
    declare: (count) => each(count, (index) => `route p${index} = GET "/s${index}/{id}"`),
    condition: (index) => `on p${index}`,
    request: (index) => ({ path: `/s${index}/17` }),
  },
  {
    kind: "client",
    declare: (): string => 'clients from "clients.yaml"',
    condition: (index) => `when has client and client.id == "c${index}"`,
    request: (index) => ({ client: `c${index}` }),
  },
  {
    kind: "network",
    declare: nothing,
    condition: (index) => `when ip in ${network(index)}.0/24`,
    request: (index) => ({ ip: `${network(index)}.9` }),
  },
  {
    kind: "header",
    declare: nothing,
    condition: (index) => `when header["x-tool"] ?? "" == "t${index}"`,
    request: (index) => ({ headers: { "x-tool": `t${index}`, accept: "*/*" } }),
  },
  {
    kind: "range",
    declare: nothing,
    condition: (index) => `when body.size >= ${index * 10}B and body.size < ${index * 10 + 10}B`,
    request: (index) => ({ method: "POST", size: index * 10 + 5 }),
  },
  {
    kind: "prefix",
    declare: nothing,
    condition: (index) => `when path.raw starts_with "/w${index}/"`,
    request: (index) => ({ path: `/w${index}/deep/er` }),
  },
];

/** The policy of `count` rules of a kind, each blocking what meets it. */
export function policyOf({ declare, condition }: RuleSet, count: number): Policy {
  const rules = each(count, (index) => `rule r${index} ${condition(index)} then block`);
  const text = `policy "p" {\n  default allow\n}\n${declare(count)}\n${rules}\n`;
  const { policy, diagnostics } = loadPolicyText(text, { "clients.yaml": INVENTORY });
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (policy === null) throw new Error(`the policy of ${count} rules does not compile: ${error?.message ?? ""}`);
  // One client more than rules, for the request that meets none.
  const clients = policy.clients.flatMap((client) =>
    Array.from({ length: count + 1 }, (_, index) => ({ ...client, id: `c${index}` })),
  );
  return { ...policy, clients };
}

/** The request that meets rule `index` of a set. */
export function requestFor(set: RuleSet, index: number): Request {
  return makeRequest({ ip: "192.0.2.1", path: "/", ...set.request(index) });
}

function each(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("\n");
}

/** First three bytes of a /24 of its own, from 11.0.0.0 on. */
function network(index: number): string {
  return `${11 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

/** One client; the others are copies of it, because reading a great inventory is not what is measured. */
const INVENTORY = `teams:
  - { id: t, contact: "mailto:t@example.com", people: [a] }
people:
  - { id: a, active: true }
clients:
  - { id: c0, kind: service, purpose: bench, owner: { team: t, accountable: a }, environment: prod, status: active, expires: 2030-01-01, review_by: 2029-01-01, plan: p, operations: ["*"] }
`;
