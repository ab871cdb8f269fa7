/** What in a policy and its inventory can implement a control: each looks for one sort of thing and names what it finds. */
import type { Aggregate, AttributeName, Limit, Policy, Rollout, Rule, Signal } from "../../../engine/index.ts";
import { readingsOf } from "../../lints/places.ts";
import type { Audit } from "../audit.ts";
import type { AuditedClient } from "../records.ts";
import { restricts } from "../../restricts.ts";

/** What a mechanism finds, in words, and what is lacking; null for nothing. */
export interface Found {
  readonly has: readonly string[];
  readonly lacks: string | null;
}

/** Looks for one sort of thing. */
export type Mechanism = (means: Means) => Found;

/** A policy and inventory, looked at once for all mechanisms. */
export interface Means {
  readonly policy: Policy;
  /** Live clients. */
  readonly clients: readonly AuditedClient[];
  readonly hasClients: boolean;
  /** Attributes that each rule's condition reads, through lets and scores, with those of the signals that it reads. */
  readonly reads: ReadonlyMap<Rule, ReadonlySet<AttributeName>>;
  /** Signals that each rule's condition reads. */
  readonly signals: ReadonlyMap<Rule, readonly Signal[]>;
  /** Rules that name a control in their tags. */
  readonly tagged: (id: string) => readonly string[];
}

/** Null where the policy has errors. */
export function meansOf({ policy, inventory }: Audit): Means | null {
  if (policy === null) return null;
  const reads = new Map<Rule, ReadonlySet<AttributeName>>();
  const signals = new Map<Rule, readonly Signal[]>();
  for (const rule of policy.rules) {
    if (rule.when === null) continue;
    const found = readingsOf(rule.when, policy);
    reads.set(rule, new Set(found.attributes.map(({ name }) => name)));
    signals.set(
      rule,
      [...found.signals].flatMap((index) => policy.signals[index] ?? []),
    );
  }
  const clients = inventory.clients.filter(({ live }) => live);
  const tagged = (id: string): readonly string[] => taggedBy(policy, id);
  return { policy, clients, hasClients: clients.length > 0, reads, signals, tagged };
}

/** `NHI4` and `NHI4:2025` are one control. */
function taggedBy({ rules }: Policy, id: string): readonly string[] {
  const plain = plainId(id);
  const named = rules.filter((rule) => isInForce(rule.rollout) && rule.tags.some((tag) => plainId(tag) === plain));
  return named.length === 0 ? [] : [`tagged with it: ${names(named)}`];
}

function plainId(id: string): string {
  return id.replace(/:\d{4}$/, "").toUpperCase();
}

function isInForce({ mode }: Rollout): boolean {
  return mode === "on" || mode === "canary";
}

/** At most this many names stand in a row. */
const NAMES = 5;

function names(all: readonly { readonly name: string }[]): string {
  const shown = all.slice(0, NAMES).map(({ name }) => `\`${name}\``);
  return all.length > NAMES ? `${shown.join(", ")} and ${all.length - NAMES} more` : shown.join(", ");
}

/** What is in force is had; what is in shadow alone is lacking still. */
function declared(
  all: readonly { readonly name: string; readonly rollout: Rollout }[],
  what: string,
  lacks: string | null,
): Found {
  const active = all.filter(({ rollout }) => isInForce(rollout));
  const shadow = all.filter(({ rollout }) => rollout.mode === "shadow");
  if (active.length > 0) return { has: [`${what} ${names(active)}`], lacks: null };
  return { has: [], lacks: shadow.length > 0 ? `${what} ${names(shadow)} in shadow alone` : lacks };
}

function rulesWhere(what: string, lacks: string | null, test: (rule: Rule, means: Means) => boolean): Mechanism {
  return (means) =>
    declared(
      means.policy.rules.filter((rule) => test(rule, means)),
      what,
      lacks,
    );
}

function limitsWhere(what: string, lacks: string | null, test: (limit: Limit) => boolean): Mechanism {
  return ({ policy }) => declared(policy.limits.filter(test), what, lacks);
}

function readsAny(rule: Rule, { reads }: Means, wanted: readonly AttributeName[]): boolean {
  const read = reads.get(rule);
  return read !== undefined && wanted.some((name) => read.has(name));
}

const NO_INVENTORY = "there is no inventory of clients";

/** A share of the clients: `credentials that end: 14 of 15 clients`. */
function clientsWhere(
  what: string,
  test: (one: AuditedClient) => boolean,
  among: (one: AuditedClient) => boolean = () => true,
): Mechanism {
  return ({ clients }) => {
    if (clients.length === 0) return { has: [], lacks: NO_INVENTORY };
    const all = clients.filter(among);
    if (all.length === 0) return { has: [`${what}: there are none to have it`], lacks: null };
    const count = all.filter(test).length;
    const of = `of ${all.length} client${all.length === 1 ? "" : "s"}`;
    const lacking = all.length - count;
    return {
      has: count > 0 ? [`${what}: ${count} ${of}`] : [],
      lacks: lacking > 0 ? `${what}: not for ${lacking} ${of}` : null,
    };
  };
}

function setting(holds: (policy: Policy) => boolean, has: string, lacks: string | null): Mechanism {
  return ({ policy }) => (holds(policy) ? { has: [has], lacks: null } : { has: [], lacks });
}

/** Something that every policy has at run time. */
function always(text: string): Mechanism {
  return () => ({ has: [text], lacks: null });
}

// ── settings and routes ─────────────────────────────────────────────────────

export const defaultBlock: Mechanism = setting(
  ({ settings }) => settings.default === "block",
  "`default block`",
  "`default allow`: what no rule refuses passes",
);
export const failClosed: Mechanism = setting(
  ({ settings }) => settings.unavailable === "closed",
  "`unavailable closed`",
  "`unavailable` is not `closed`",
);
export const canonicalPaths: Mechanism = setting(
  ({ settings }) => settings.ambiguousPaths === "block",
  "ambiguous paths are refused",
  "`ambiguous_paths allow`",
);
export const refusedCredentials: Mechanism = setting(
  ({ settings }) => settings.refusedCredentials === "block",
  "revoked, expired and bad credentials, and clients that are not active, are refused before any rule",
  "`refused_credentials pass`: rules alone decide about bad credentials",
);
export const routes: Mechanism = ({ policy }) =>
  policy.routes.length === 0
    ? { has: [], lacks: "no route is declared" }
    : { has: [`${policy.routes.length} routes declared`], lacks: null };
export const trustedProxies: Mechanism = ({ policy }) => ({
  has: [
    policy.trust.length > 0
      ? "forwarded headers are believed from `trust proxy` alone"
      : "no forwarded header is believed",
  ],
  lacks: null,
});
export const evidenceFloor: Mechanism = (means) => {
  const floors = means.policy.routes.filter(({ minEvidence }) => minEvidence !== null);
  const rules = means.policy.rules.filter((rule) => isInForce(rule.rollout) && readsAny(rule, means, ["evidence"]));
  const has = [
    ...(floors.length > 0 ? [`\`min_evidence\` on ${names(floors)}`] : []),
    ...(rules.length > 0 ? [`rules on \`evidence\`: ${names(rules)}`] : []),
  ];
  return { has, lacks: has.length === 0 ? "no route or rule asks for a strength of evidence" : null };
};
export const identitySources: Mechanism = ({ policy }) => {
  const kinds = [...new Set(policy.identity.map(({ kind }) => `\`${kind}\``))];
  return kinds.length === 0
    ? { has: [], lacks: "no `identity` source" }
    : { has: [`identity by ${kinds.join(", ")}`], lacks: null };
};
export const tokenChecks: Mechanism = ({ policy }) => {
  const tokens = policy.identity.filter((source) => source.kind === "jwt");
  if (tokens.length === 0) return { has: [], lacks: null };
  const bound = tokens.filter(({ lifetimeMicros }) => lifetimeMicros !== null).length;
  const text = `audience and lifetime of tokens are checked: ${bound} of ${tokens.length} issuers`;
  return bound === tokens.length ? { has: [text], lacks: null } : { has: [], lacks: text };
};
export const federation: Mechanism = (means) =>
  means.policy.identity.some(({ kind }) => kind === "jwt")
    ? tokenChecks(means)
    : { has: ["no tokens of other issuers are accepted"], lacks: null };
export const policyOwner: Mechanism = setting(
  ({ settings }) => settings.owner !== null,
  "the policy has an owner",
  "the policy has no `owner`",
);

// ── rules ───────────────────────────────────────────────────────────────────

export const grants: Mechanism = rulesWhere("grants are asked for by", "no rule asks for `granted`", (rule, means) =>
  readsAny(rule, means, ["granted"]),
);
export const strangers: Mechanism = rulesWhere("callers are told apart by", "no rule asks who calls", (rule, means) =>
  readsAny(rule, means, ["client", "client.id", "client.kind", "evidence", "granted"]),
);
export const ownership: Mechanism = rulesWhere(
  "what is asked for is compared with who asks by",
  "no rule compares a parameter with a claim or label of the caller",
  ({ when }, { policy }) =>
    when !== null &&
    readingsOf(when, policy).attributes.some(({ name }) => name === "param") &&
    readingsOf(when, policy).attributes.some(({ name }) => name.startsWith("token.") || name === "client.labels"),
);
export const environments: Mechanism = (means) => {
  const [one, ...others] = new Set(means.clients.map(({ client }) => client.environment));
  if (one !== undefined && others.length === 0)
    return { has: [`every client is of one environment, \`${one}\``], lacks: null };
  const rules = means.policy.rules.filter((rule) => readsAny(rule, means, ["client.environment"]));
  return declared(rules, "environments are kept apart by", "no rule reads `client.environment`");
};
export const bans: Mechanism = rulesWhere(
  "bans are set by",
  "no rule sets a ban",
  ({ action }) => action.kind === "block" && action.ban !== null,
);
export const challenges: Mechanism = rulesWhere(
  "proof is asked for by",
  null,
  ({ action }) => action.kind === "challenge",
);
export const browsers: Mechanism = rulesWhere(
  "signs of a browser or tool are judged by",
  'no rule looks at what calls (`header["user-agent"]`, hours, networks)',
  (rule, means) => restricts(rule) && readsAny(rule, means, ["header", "now.hour", "now.weekday", "now.in"]),
);
export const circumstances: Mechanism = rulesWhere(
  "place and time are judged by",
  "no rule looks at place or time",
  (rule, means) =>
    readsAny(rule, means, ["ip", "ip.network", "ip.country", "ip.asn", "now", "now.hour", "now.weekday", "now.in"]),
);
export const bodies: Mechanism = rulesWhere(
  "sizes and fields of bodies are judged by",
  "no rule restricts by `body.size` or a field of the body",
  (rule, means) => restricts(rule) && readsAny(rule, means, ["body", "body.size"]),
);
export const urls: Mechanism = rulesWhere(
  "what callers pass as addresses is judged by",
  "no rule restricts by a field, parameter or query value (such as a URL that is to be fetched)",
  (rule, means) => restricts(rule) && readsAny(rule, means, ["body", "query", "param"]),
);
export const behaviour: Mechanism = rulesWhere(
  "behaviour is judged by",
  "no rule reads a signal",
  (rule, { signals }) => (signals.get(rule) ?? []).length > 0,
);
/** Rules that restrict by a signal of which the aggregate is of one of some kinds. */
function bySignal(what: string, lacks: string | null, test: (signal: Signal, policy: Policy) => boolean): Mechanism {
  return rulesWhere(
    what,
    lacks,
    (rule, { signals, policy }) => restricts(rule) && (signals.get(rule) ?? []).some((signal) => test(signal, policy)),
  );
}

function isKind(...kinds: readonly Aggregate["kind"][]): (signal: Signal) => boolean {
  return ({ aggregate }) => kinds.includes(aggregate.kind);
}

function readsNetwork({ aggregate }: Signal): boolean {
  const value = aggregate.kind === "distinct" || aggregate.kind === "novel" ? aggregate.value : null;
  return value?.kind === "attribute" && ["ip", "ip.network", "ip.asn", "ip.country"].includes(value.name);
}

function isPerClient({ keys }: Pick<Signal, "keys">): boolean {
  return keys.some(({ options }) =>
    options.some((option) => option.kind === "attribute" && /^(?:client|credential)\./.test(`${option.name}.`)),
  );
}

export const failedAttempts: Mechanism = bySignal(
  "failed attempts are counted by",
  "no rule counts failed attempts (`where response.status in [401, 403]`)",
  ({ where, aggregate }, policy) => {
    const exprs = aggregate.kind === "share" ? [where, aggregate.when] : [where];
    return exprs.some(
      (expr) => expr !== null && readingsOf(expr, policy).attributes.some(({ name }) => name === "response.status"),
    );
  },
);
export const enumeration: Mechanism = bySignal(
  "enumeration is noticed by",
  "no rule reads `steps(id)`, or counts the distinct values of a parameter",
  ({ aggregate }) => {
    if (aggregate.kind === "steps") return true;
    return aggregate.kind === "distinct" && aggregate.value.kind === "attribute" && aggregate.value.name === "param";
  },
);
export const sharing: Mechanism = bySignal(
  "credentials used from many places are noticed by",
  "no rule counts the networks of a client (`distinct(ip.network) per client`)",
  (signal) => readsNetwork(signal) && isPerClient(signal),
);
export const drift: Mechanism = bySignal(
  "unusual behaviour is noticed by",
  "no rule reads `deviation`, `novel` or `interval`",
  isKind("deviation", "novel", "interval"),
);
export const flows: Mechanism = bySignal(
  "sequences are judged by",
  "no rule reads `elapsed`, `share` or `interval`",
  isKind("elapsed", "share", "interval"),
);

// ── limits ──────────────────────────────────────────────────────────────────

export const limits: Mechanism = limitsWhere("limits", "no limit is declared", () => true);
export const clientLimits: Mechanism = limitsWhere("limits by client:", "no limit is by client", isPerClient);
export const concurrency: Mechanism = limitsWhere(
  "requests at once:",
  "no limit of requests at once",
  ({ amount }) => amount.kind === "leases",
);
export const quotas: Mechanism = limitsWhere("quotas:", null, ({ amount }) => amount.kind === "calendar");
export const volumes: Mechanism = limitsWhere("cost and volume:", null, ({ cost }) => cost !== null);

// ── inventory ───────────────────────────────────────────────────────────────

export const owners: Mechanism = clientsWhere(
  "an accountable person",
  ({ client }) => (client.owner.accountable ?? "") !== "",
);
export const reviews: Mechanism = clientsWhere("a date of review", ({ client }) => client.reviewBy !== null);
export const ends: Mechanism = clientsWhere("an end (`expires`)", ({ client }) => client.expires !== null);
export const credentialEnds: Mechanism = clientsWhere(
  "every credential ends",
  ({ credentials }) => credentials.every(({ expires }) => expires !== null),
  ({ credentials }) => credentials.length > 0,
);
export const rotation: Mechanism = clientsWhere("rotation is planned (`rotate_every`)", ({ credentials }) =>
  credentials.some(({ rotateEvery }) => rotateEvery !== null),
);
export const bound: Mechanism = clientsWhere("a credential that is bound to a key", ({ credentials }) =>
  credentials.some((each) => each.bound),
);
export const networks: Mechanism = clientsWhere("networks", ({ client }) => client.networks.length > 0);
const isThirdParty = ({ client }: AuditedClient): boolean => client.kind === "vendor" || client.kind === "partner";
export const thirdPartyNetworks: Mechanism = clientsWhere(
  "third parties with networks",
  ({ client }) => client.networks.length > 0,
  isThirdParty,
);
export const thirdPartyEnds: Mechanism = clientsWhere(
  "third parties with an end",
  ({ client }) => client.expires !== null,
  isThirdParty,
);
export const narrowGrants: Mechanism = clientsWhere(
  "named operations",
  ({ client }) => !client.operations.includes("*"),
);
export const expectations: Mechanism = clientsWhere(
  "an expectation (`rate`, `expect`)",
  ({ client }) => client.rate !== null || Object.keys(client.expect).length > 0,
);
export const approvals: Mechanism = clientsWhere(
  "rights approved by a second person",
  ({ approvedBy, requestedBy }) => approvedBy !== "" && approvedBy !== requestedBy,
);
export const inventory: Mechanism = ({ clients }) =>
  clients.length === 0
    ? { has: [], lacks: NO_INVENTORY }
    : { has: [`an inventory of ${clients.length} client${clients.length === 1 ? "" : "s"}`], lacks: null };

// ── at run time ─────────────────────────────────────────────────────────────

export const containment: Mechanism = always(
  "a client that the inventory suspends or revokes is refused from the next reload on",
);
export const perRequest: Mechanism = always("every request is decided anew");
export const decisionLog: Mechanism = always(
  "the server's log of decisions, where it is switched on: rule, client and limits, never credentials",
);
export const uniformAnswers: Mechanism = always(
  "refusals tell the rule's name and its `because`, and nothing of the service",
);
