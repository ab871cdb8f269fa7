/** The audit's matrix is sound: what it says of a caller on a route holds for every request of that caller, in every state. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Caller, type Cell, Cells } from "../../dsl/audit/matrix/cell.ts";
import { Profiles } from "../../dsl/audit/matrix/profiles.ts";
import type { Decision, Policy, Request } from "../../engine/index.ts";
import { createReference } from "../../engine/index.ts";
import { arbitraryTrace, type Trace } from "../helpers/generators.ts";
import { check } from "../helpers/property.ts";

interface Decided {
  readonly request: Request;
  readonly decision: Decision;
  readonly route: number;
  readonly now: number;
}

const PROVEN = ["bearer_token", "signed_request", "bound_token"];

/** The request as a server makes it: a token comes with a proof that carries one, and with a client. */
function asServed(policy: Policy, request: Request): Request {
  const known = policy.clients.some(({ id }) => id === request.client);
  if (!known) return { ...request, client: null, evidence: null, scopes: null, claims: null, credential: null };
  const evidence = PROVEN.includes(request.evidence ?? "") ? request.evidence : "static_secret";
  if (evidence === "static_secret") return { ...request, evidence, scopes: null, claims: null };
  return { ...request, evidence, scopes: request.scopes ?? [], claims: request.claims ?? {} };
}

function decide(policy: Policy, trace: Trace): readonly Decided[] {
  const engine = createReference(policy);
  let now = trace.start;
  return trace.steps.flatMap((step) => {
    if (step.kind !== "request") return [];
    now += step.gap.kind === "by" ? Math.max(0, step.gap.micros) : 1_000_000;
    const request = asServed(policy, step.request);
    const route = engine.routeOf(request);
    const record = engine.decide(request, now);
    const decision = record.toDecision();
    if (step.outcome !== null) engine.observe(record.token, step.outcome, now);
    return [{ request, decision, route, now }];
  });
}

/** The caller as the matrix knows it; null where the credential was refused or the rules were not asked. */
function callerOf(policy: Policy, { request, decision }: Decided): Caller | null {
  const early = decision.by === null && decision.verdict === "block" && decision.reason !== "no_rule_allows";
  if (early) return null;
  const client = policy.clients.find(({ id }) => id === request.client) ?? null;
  if (client === null) return { client, evidence: ["none", "network"] };
  if (policy.settings.refusedCredentials === "pass") return null;
  return { client, evidence: [request.evidence ?? "static_secret"] };
}

function grantOf(policy: Policy, { client }: Caller, route: number): boolean {
  const name = policy.routes[route]?.name ?? "";
  return client !== null && (client.operations.includes("*") || client.operations.includes(name));
}

function agree(policy: Policy, cell: Cell, decided: Decided): void {
  const { decision } = decided;
  const nameOf = (index: number): string => policy.rules[index]?.name ?? "";
  const inForce = cell.rules.filter(({ shadow, exempt }) => !shadow && exempt !== "always");
  const possible = new Set(inForce.map(({ rule }) => nameOf(rule)));
  expect(decision.matched.filter((name) => !possible.has(name))).toEqual([]);
  const certain = inForce.filter(({ applies, exempt }) => applies === "always" && exempt === null);
  expect(certain.map(({ rule }) => nameOf(rule)).filter((name) => !decision.matched.includes(name))).toEqual([]);
  const asked = cell.limits.filter(({ shadow, exempt }) => !shadow && exempt !== "always");
  const limits = new Set(asked.map(({ limit }) => policy.limits[limit]?.name ?? ""));
  expect(decision.limits.map(({ name }) => name).filter((name) => !limits.has(name))).toEqual([]);
  const passes = decision.verdict === "allow" || decision.verdict === "slow";
  if (cell.access === "refused") expect(passes).toBe(false);
  const byLimit = policy.limits.some(({ name }) => name === decision.by);
  const byBan = decision.by !== null && !decision.matched.includes(decision.by);
  if (cell.access === "served" && !byLimit && !byBan) expect(passes).toBe(true);
}

const seen = { cells: 0, refused: 0, served: 0, always: 0 };

test("no request contradicts its cell", () => {
  check(
    fc.property(arbitraryTrace, (trace) => {
      const [policy] = trace.policies;
      if (policy === undefined) return;
      for (const decided of decide(policy, trace)) {
        const caller = callerOf(policy, decided);
        if (caller === null) continue;
        const cells = new Cells(policy, decided.now);
        const cell = cells.cell(caller, decided.route, grantOf(policy, caller, decided.route));
        agree(policy, cell, decided);
        seen.cells += 1;
        if (cell.access === "refused") seen.refused += 1;
        if (cell.access === "served") seen.served += 1;
        if (cell.rules.some(({ applies }) => applies === "always")) seen.always += 1;
      }
    }),
    { runs: 60 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
});

test("clients of one profile have the same cells", () => {
  let pairs = 0;
  check(
    fc.property(arbitraryTrace, ({ policies: [policy], start }) => {
      if (policy === undefined) return;
      const profiles = new Profiles(policy);
      const cells = new Cells(policy, start);
      const known = new Map<string, string>();
      for (const client of policy.clients) {
        const scopes = policy.routes.map((route) => route.scopes.every((scope) => client.scopes.includes(scope)));
        const profile = `${profiles.of(client)} ${scopes.join()}`;
        const routes = [...policy.routes.keys(), -1];
        const made = routes.map((route) => cells.cell({ client, evidence: ["bearer_token"] }, route, true));
        if (known.has(profile)) pairs += 1;
        expect(JSON.stringify(made)).toBe(known.get(profile) ?? JSON.stringify(made));
        known.set(profile, JSON.stringify(made));
      }
    }),
  );
  expect(pairs).toBeGreaterThan(10);
});
