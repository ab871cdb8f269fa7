/** Names and grants that lead nowhere: ID202, ID203, ID204, ID206, ID219. */
import type { Span } from "../../../engine/index.ts";
import { didYouMean } from "../../check/suggest.ts";
import { placeOf } from "../../inventory/fields.ts";
import type { Row } from "../matrix/matrix.ts";
import type { AuditedClient } from "../records.ts";
import { POLICY_FINDINGS } from "../registry-policy.ts";
import { acceptedRows, type PolicyContext, routeName, someOf } from "./context.ts";
import { comparesFreely, mentionsOf } from "./mentions.ts";

/** Finds names that nothing bears, and grants that nothing reads. */
export function auditNames(context: PolicyContext): void {
  auditOperations(context);
  auditMentions(context);
  auditRouteScopes(context);
  auditTeams(context);
  for (const row of acceptedRows(context)) auditDeadGrants(row, context);
  auditScopes(context);
  for (const one of context.inventory.clients) if (one.live) auditBreadth(one, context);
  auditOwners(context);
}

function reportUnknown(context: PolicyContext, span: Span, message: string, help: string, of?: AuditedClient): void {
  context.findings.add(POLICY_FINDINGS.unknownName, { ...(of === undefined ? {} : { of }), span, message, help });
}

/** More candidates than this are not searched for what was meant. */
const MOST_CANDIDATES = 1_000;

function suggestion(name: string, known: ReadonlySet<string>, otherwise: string): string {
  return known.size > MOST_CANDIDATES ? otherwise : didYouMean(name, known, otherwise);
}

function auditOperations(context: PolicyContext): void {
  const routes = new Set(context.policy.routes.map(({ name }) => name));
  if (routes.size === 0) return;
  for (const one of context.inventory.clients) {
    for (const { name, span } of one.operations) {
      if (name === "*" || routes.has(name)) continue;
      const message = `\`${name}\`, granted to the client \`${one.client.id}\`, is no route of this policy`;
      reportUnknown(context, span, message, suggestion(name, routes, "name a declared route, or take it out"), one);
    }
  }
}

/** What names in conditions stand for, and where they would be declared. */
function auditMentions(context: PolicyContext): void {
  const { inventory, policy } = context;
  if (policy.clients.length === 0) return;
  const scopes = new Set(inventory.clients.flatMap(({ client }) => client.scopes));
  const known: Readonly<Record<string, readonly [noun: string, names: ReadonlySet<string>]>> = {
    "client.id": ["client", new Set(policy.clients.map(({ id }) => id))],
    "client.owner.team": ["team", inventory.teams],
    "client.scopes": ["scope", scopes],
    "token.scopes": ["scope", scopes],
  };
  for (const { attribute, text, span } of mentionsOf(policy, new Set(Object.keys(known)))) {
    const [noun, names] = known[attribute.name] ?? [];
    if (noun === undefined || names === undefined || names.has(text)) continue;
    const where = noun === "scope" ? "no client of the inventory is granted it" : "the inventory does not have it";
    reportUnknown(
      context,
      span,
      `the condition names the ${noun} \`${text}\`, and ${where}`,
      suggestion(text, names, `declare the ${noun}, or mend the name`),
    );
  }
}

function auditRouteScopes(context: PolicyContext): void {
  const { inventory, policy } = context;
  if (policy.clients.length === 0) return;
  const held = new Set(inventory.clients.flatMap(({ client }) => client.scopes));
  for (const route of policy.routes) {
    for (const scope of route.scopes) {
      if (held.has(scope)) continue;
      const message = `the route \`${route.name}\` asks for the scope \`${scope}\`, and no client is granted it`;
      reportUnknown(context, route.span, message, suggestion(scope, held, "grant it to the clients that need it"));
    }
  }
}

/** Only where the inventory has teams at all; an owner is free text otherwise. */
function auditTeams(context: PolicyContext): void {
  const { inventory, policy } = context;
  if (inventory.teams.size === 0) return;
  const named = [
    { what: "the policy", owner: policy.settings.owner, span: context.start },
    ...policy.rules.map(({ name, owner, span }) => ({ what: `the rule \`${name}\``, owner, span })),
  ];
  for (const { what, owner, span } of named) {
    if (owner === null || inventory.teams.has(owner)) continue;
    const help = suggestion(owner, inventory.teams, "declare it under `teams`");
    reportUnknown(context, span, `the owner of ${what}, \`${owner}\`, is no team of the inventory`, help);
  }
}

function auditDeadGrants({ one, cells }: Row, context: PolicyContext): void {
  if (one === null) return;
  const indices = new Map(context.policy.routes.map((route, index) => [route.name, index]));
  for (const { name, span } of one.operations) {
    const covered = name === "*" ? cells.slice(0, -1) : cells.slice(indices.get(name) ?? cells.length).slice(0, 1);
    const [first] = covered;
    if (first === undefined || covered.some(({ access }) => access !== "refused")) continue;
    const why =
      first.refusedBy === "no_rule_allows" ? "no rule allows it" : `the rule \`${first.refusedBy}\` always refuses it`;
    context.findings.add(POLICY_FINDINGS.deadGrant, {
      of: one,
      span,
      message: `the client \`${one.client.id}\` is granted ${name === "*" ? "every route" : `\`${name}\``}, and ${why}`,
      help: "take the grant out, or add a rule that allows it",
    });
  }
}

function auditScopes(context: PolicyContext): void {
  const { inventory, policy } = context;
  const attributes = new Set(["client.scopes", "token.scopes"]);
  if (comparesFreely(policy, attributes)) return;
  const used = new Set(policy.routes.flatMap((route) => route.scopes));
  for (const { text } of mentionsOf(policy, attributes)) used.add(text);
  for (const one of inventory.clients) {
    const unused = one.live ? one.client.scopes.filter((scope) => !used.has(scope)) : [];
    if (unused.length === 0) continue;
    context.findings.add(POLICY_FINDINGS.unusedScope, {
      of: one,
      span: placeOf(one.data, "scopes"),
      message: `the client \`${one.client.id}\` is granted ${someOf(unused.map((scope) => `\`${scope}\``))}, which no route or rule names`,
      help: "take it out, or name it where it matters: `route … { scopes […] }`",
    });
  }
}

const MOST_OPERATIONS = 25;
const ADMIN_PARTS: ReadonlySet<string> = new Set(["admin", "root", "superuser", "*"]);

function auditBreadth(one: AuditedClient, { findings }: PolicyContext): void {
  const { id, operations, scopes } = one.client;
  const wide = scopes.filter((scope) =>
    scope
      .toLowerCase()
      .split(/[:./_-]/)
      .some((part) => ADMIN_PARTS.has(part)),
  );
  const reasons: string[] = [];
  if (operations.includes("*")) reasons.push("every route");
  else if (operations.length > MOST_OPERATIONS) reasons.push(`${operations.length} routes`);
  if (wide.length > 0) reasons.push(someOf(wide.map((scope) => `\`${scope}\``)));
  if (reasons.length === 0) return;
  findings.add(POLICY_FINDINGS.broadGrant, {
    of: one,
    span: placeOf(one.data, operations.includes("*") || wide.length === 0 ? "operations" : "scopes"),
    message: `the client \`${id}\` is granted ${reasons.join(" and ")}`,
    help: "name the routes that it uses, and no others",
  });
}

function auditOwners({ policy, findings }: PolicyContext): void {
  if (policy.settings.owner !== null) return;
  for (const [index, route] of policy.routes.entries()) {
    if (policy.rules.some(({ on, owner }) => owner !== null && (on === null || on.includes(index)))) continue;
    findings.add(POLICY_FINDINGS.ownerless, {
      span: route.span,
      message: `nobody owns the route ${routeName(policy, index)}`,
      help: 'name a team: `policy … { owner "team-edge" }`, or `owner` on a rule of the route',
    });
  }
}
