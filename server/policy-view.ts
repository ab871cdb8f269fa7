/** A policy as the server needs it: what to read of a request, whom to believe, which keys exist. Swapped as a whole. */
import type { Fact, Needs, Policy } from "../engine/index.ts";
import { type ChallengePlan, planChallenges } from "./challenge/plan.ts";
import { Peers } from "./caller-address.ts";
import type { Config } from "./config.ts";
import { CREDENTIAL_HEADERS } from "./config.ts";
import type { Verifier } from "./identity/verifier.ts";
import { TRACEPARENT } from "./trace-context.ts";

export interface PolicyView {
  readonly policy: Policy;
  readonly needs: Needs;
  /** Of the policy's identity sources, in their order. */
  readonly verifiers: readonly Verifier[];
  /** Whether identifying a caller may have to wait. */
  readonly identifyWaits: boolean;
  readonly peers: Peers;
  /** Null where the policy poses no challenge. */
  readonly challenges: ChallengePlan | null;
  /** Ids of the inventory, against which `/authz/json` checks a stated client. */
  readonly clients: ReadonlySet<string>;
  /** Lower-case names of the headers that the engine or the log reads. */
  readonly headers: readonly string[];
  /** Lower-case names of headers that carry the policy's credentials. */
  readonly identityHeaders: readonly string[];
  /** Headers whose values the log may show. */
  readonly loggedHeaders: readonly string[];
  /** The facts that the engine reads. */
  readonly facts: readonly Fact[];
  /** Lower-case names of the headers that a trusted proxy alone may send: those of facts, and of certificates that it saw. */
  readonly factHeaders: ReadonlySet<string>;
  /** Entries of the lists that were replaced since the policy was loaded, by name. */
  readonly lists: ReadonlyMap<string, number>;
  /** Routes by index: whether their bodies are read for fields. */
  readonly readsBody: readonly boolean[];
}

export function makeView(policy: Policy, needs: Needs, verifiers: readonly Verifier[], config: Config): PolicyView {
  const identityHeaders = [...new Set(verifiers.flatMap(({ headers }) => headers))];
  const secret = new Set([...identityHeaders, ...CREDENTIAL_HEADERS]);
  const loggedHeaders = config.log.headers.filter((name) => !secret.has(name));
  return {
    policy,
    needs,
    verifiers,
    identifyWaits: verifiers.some(({ mayWait }) => mayWait),
    challenges: planChallenges(policy),
    peers: new Peers(config.adapterPeers, policy.trust),
    clients: new Set(policy.clients.map((client) => client.id)),
    headers: [...new Set([...needs.headers, ...loggedHeaders, ...(config.log.sink === "off" ? [] : [TRACEPARENT])])],
    identityHeaders,
    loggedHeaders,
    facts: needs.facts.flatMap((index) => policy.facts[index] ?? []),
    factHeaders: new Set([
      ...policy.facts.map(({ header }) => header),
      ...verifiers.flatMap(({ stated = [] }) => stated),
    ]),
    lists: new Map(),
    readsBody: policy.routes.map((_, index) => needs.bodyRoutes.includes(index)),
  };
}
