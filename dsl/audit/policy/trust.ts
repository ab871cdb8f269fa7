/** What the policy believes, and whom: ID211 to ID218. */
import type { AttributeExpr, Expr, IdentitySource, Policy, Rule, Span } from "../../../engine/index.ts";
import { restsOnNetwork } from "../../lints/grants.ts";
import { expressionsOf, optionsOf, readingsOf } from "../../lints/places.ts";
import { refuses } from "../matrix/cell.ts";
import { attributeText } from "../matrix/key-text.ts";
import { POLICY_FINDINGS } from "../registry-policy.ts";
import type { PolicyContext } from "./context.ts";
import { walk } from "../../check/walk.ts";

/** Finds belief in what callers write, and controls that they can turn off. */
export function auditTrust(context: PolicyContext): void {
  auditIdentityHeaders(context);
  auditSelfAsserted(context);
  auditLimits(context);
  for (const rule of context.policy.rules) {
    auditTokenLists(rule, context);
    auditRevocation(rule, context);
    auditException(rule, context);
    auditNetworkAllow(rule, context);
  }
  for (const source of context.policy.identity) auditAudience(source, context);
  auditFacts(context);
}

/** Headers by which proxies say who calls. */
const FORWARDED =
  /^(?:x-forwarded-(?:for|client-cert|user|email|host)|x-real-ip|x-client-(?:id|ip|cert|name)|true-client-ip|cf-connecting-ip|forwarded|client-cert(?:-chain)?|x-ssl-client-.+|ssl-client-.+|x-consumer-.+|x-authenticated-.+|x-user(?:-id)?|x-remote-user)$/;

function auditIdentityHeaders({ policy, findings }: PolicyContext): void {
  if (policy.trust.length > 0) return;
  const seen = new Set<string>();
  const report = (header: string, span: Span): void => {
    if (seen.has(header)) return;
    seen.add(header);
    findings.add(POLICY_FINDINGS.selfAsserted, {
      span,
      message: `the policy believes the header \`${header}\`, and anyone can write it: no \`trust proxy\` is declared`,
      help: "declare the hop that writes it: `trust proxy 10.0.0.0/8 hops 1`",
    });
  };
  for (const { header, span } of policy.identity.filter((source) => source.kind === "mtls")) report(header, span);
  for (const expr of expressionsOf(policy)) {
    walk(expr, (part) => {
      const name = part.kind === "attribute" && part.name === "header" ? String(part.args[0]) : "";
      if (FORWARDED.test(name)) report(name, part.span);
    });
  }
}

const WRITTEN_BY_CALLERS: ReadonlySet<string> = new Set(["header", "cookie", "query"]);

/** Rules that give something to callers without a credential for what they say themselves. */
function auditSelfAsserted({ policy, matrix, findings }: PolicyContext): void {
  const open = new Set(matrix.anonymous.cells.flatMap((cell) => cell.rules.map(({ rule }) => rule)));
  for (const [index, rule] of policy.rules.entries()) {
    const gives = rule.action.kind === "allow" || rule.action.kind === "exempt";
    if (!gives || rule.when === null || !open.has(index)) continue;
    const read = readingsOf(rule.when, policy).attributes.find(({ name }) => WRITTEN_BY_CALLERS.has(name));
    if (read === undefined) continue;
    findings.add(POLICY_FINDINGS.selfAsserted, {
      span: rule.span,
      message: `the rule \`${rule.name}\` gives callers without a credential what they ask for by \`${attributeText(read)}\`, which they write themselves`,
      help: "ask for `has client` as well, or for a fact of a trusted proxy",
    });
  }
}

/** Headers that carry credentials, with those that this policy reads keys from. */
function credentialHeaders({ identity }: Policy): ReadonlySet<string> {
  const own = identity.flatMap((source) => (source.kind === "api_key" ? [source.header] : []));
  return new Set(["authorization", "proxy-authorization", "cookie", "x-api-key", "dpop", "signature", ...own]);
}

function isCredential({ name, args }: AttributeExpr, headers: ReadonlySet<string>): boolean {
  if (name === "header") return headers.has(String(args[0]));
  return name === "cookie" || (name === "token.claim" && args[0] === "jti");
}

const BY_ADDRESS: ReadonlySet<string> = new Set(["ip", "ip.network", "ip.asn", "ip.country"]);

function auditLimits({ policy, matrix, findings }: PolicyContext): void {
  const headers = credentialHeaders(policy);
  for (const limit of policy.limits) {
    const options = optionsOf(limit.keys).flatMap((option) => readingsOf(option, policy).attributes);
    const credential = options.find((option) => isCredential(option, headers));
    const onAddress = options.length > 0 && options.every(({ name }) => BY_ADDRESS.has(name));
    const closed = (limit.on ?? []).filter((route) => matrix.anonymous.cells[route]?.access === "refused");
    const problem =
      credential !== undefined
        ? `counts by \`${attributeText(credential)}\`: a new token is a new budget`
        : onAddress && closed.length > 0
          ? `counts by address alone on \`${policy.routes[closed[0] ?? 0]?.name ?? ""}\`, where only known clients get through`
          : null;
    if (problem === null) continue;
    findings.add(POLICY_FINDINGS.resettable, {
      span: limit.span,
      message: `the limit \`${limit.name}\` ${problem}`,
      help: "count by client: `per client else ip.network`",
    });
  }
}

function auditTokenLists(rule: Rule, { policy, findings }: PolicyContext): void {
  const restricts = refuses(rule) || rule.action.kind === "challenge" || rule.action.kind === "slow";
  if (!restricts || rule.when === null) return;
  const headers = credentialHeaders(policy);
  const compared = comparedCredential(rule.when, policy, headers);
  if (compared === null) return;
  findings.add(POLICY_FINDINGS.tokenList, {
    span: compared.span,
    message: `the rule \`${rule.name}\` denies by the text of \`${attributeText(compared)}\`, which has other spellings that work as well`,
    help: 'suspend the client or deactivate the credential in the inventory, or deny by `token.claim["jti"]`',
  });
}

function comparedCredential(when: Expr, policy: Policy, headers: ReadonlySet<string>): AttributeExpr | null {
  let found: AttributeExpr | null = null;
  const lets = [...new Set([when, ...letsThrough(when, policy)])];
  for (const expr of lets) {
    walk(expr, (part) => {
      if (part.kind !== "compare" && part.kind !== "in" && part.kind !== "like" && part.kind !== "starts_with") return;
      const left = part.left.kind === "default" ? part.left.options[0] : part.left;
      if (left?.kind !== "attribute" || left.name === "token.claim" || !isCredential(left, headers)) return;
      const fixed = !("right" in part) || part.right.kind === "literal" || part.right.kind === "list";
      if (fixed) found ??= left;
    });
  }
  return found;
}

function letsThrough(expr: Expr, policy: Policy): readonly Expr[] {
  const found = new Map<number, Expr>();
  const waiting = [expr];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    walk(next, (part) => {
      const inner = part.kind === "let" && !found.has(part.index) ? policy.lets[part.index]?.expr : undefined;
      if (part.kind !== "let" || inner === undefined) return;
      found.set(part.index, inner);
      waiting.push(inner);
    });
  }
  return [...found.values()];
}

const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

function auditRevocation(rule: Rule, { policy, findings }: PolicyContext): void {
  if (rule.action.kind !== "block" || rule.unavailable !== "open" || rule.when === null) return;
  const routes = rule.on === null ? policy.routes : rule.on.flatMap((index) => policy.routes[index] ?? []);
  const changing = routes.find((route) => route.methods.some((method) => !SAFE_METHODS.has(method)));
  if (changing === undefined) return;
  const reads = readingsOf(rule.when, policy).attributes.find(
    ({ name }) => name === "identity.error" || name === "client.status" || name.startsWith("credential."),
  );
  const list = listFrom(rule.when, policy);
  const what = reads === undefined ? list : attributeText(reads);
  if (what === null) return;
  findings.add(POLICY_FINDINGS.failOpen, {
    span: rule.span,
    message: `the rule \`${rule.name}\` lets requests of \`${changing.name}\` through when \`${what}\` cannot be known`,
    help: "say `unavailable closed`, or leave it open on routes that only read",
  });
}

/** A list from a file that a condition reads. */
function listFrom(when: Expr, policy: Policy): string | null {
  let found: string | null = null;
  for (const expr of [when, ...letsThrough(when, policy)]) {
    walk(expr, (part) => {
      const list = part.kind === "list" ? policy.lists[part.index] : undefined;
      if (list !== undefined && list.file !== null) found ??= list.name;
    });
  }
  return found;
}

function auditException(rule: Rule, { nowMicros, findings }: PolicyContext): void {
  const { mode, untilMicros } = rule.rollout;
  if (rule.action.kind !== "exempt" || mode === "off" || mode === "shadow") return;
  if (untilMicros !== null && untilMicros > nowMicros) return;
  const passed = untilMicros !== null;
  findings.add(POLICY_FINDINGS.timeless, {
    span: rule.span,
    message: `the exception \`${rule.name}\` ${passed ? "has ended" : "has no end"}`,
    help: passed ? "take it out" : `give it one: \`rollout { ${rule.name} on until 2027-01-31 }\``,
  });
}

function auditNetworkAllow(rule: Rule, { policy, findings }: PolicyContext): void {
  if (!restsOnNetwork(rule, policy)) return;
  findings.add(POLICY_FINDINGS.networkAllow, {
    span: rule.span,
    message: `the rule \`${rule.name}\` allows on the network alone`,
    help: "ask for `has client`, or for `evidence`, as well",
  });
}

function auditAudience(source: IdentitySource, { findings }: PolicyContext): void {
  if (source.kind !== "jwt" || source.audience.length > 0) return;
  findings.add(POLICY_FINDINGS.noAudience, {
    span: source.span,
    message: `tokens of \`${source.issuer}\` are accepted whomever they were issued for`,
    help: 'name this service: `audience "orders-api"`',
  });
}

function auditFacts({ policy, findings }: PolicyContext): void {
  const headers = credentialHeaders(policy);
  for (const fact of policy.facts) {
    if (!headers.has(fact.header)) continue;
    findings.add(POLICY_FINDINGS.captured, {
      span: fact.span,
      message: `the fact \`${fact.name}\` is read from \`${fact.header}\`, which carries credentials`,
      help: "have the proxy say what is needed of it in a header of its own",
    });
  }
}
