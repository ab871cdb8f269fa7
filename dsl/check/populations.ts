/** Populations of a scenario: callers that mean well. */
import type { Client } from "../../engine/index.ts";
import type { AstActor } from "../ast.ts";
import { NOT_BUILT } from "../codes/not-built.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Population, RouteShare } from "../scenario.ts";
import { Clauses, routeShares } from "./clauses.ts";
import { holdsFor, readsClientsAlone } from "./client-conditions.ts";
import { type CheckContext, EVERYWHERE, siteOn, withPresent } from "./context.ts";
import { CHECKER } from "./expressions.ts";
import { MAX_DURATION } from "./quantities.ts";
import { didYouMean } from "./suggest.ts";
import { readWord } from "./words.ts";

/** Every population model of the language, simulated or not. */
export const POPULATION_MODELS: readonly string[] = ["steady", "cron", "batch", "bursty", "replay"];
const COMMON = ["clients", "mix", "from", "retries"];
const RETRIES = ["none", "fixed", "backoff", "full_jitter"] as const;
const MAX_BURST = 1_000_000;

/** Checks one population; null where something is wrong with it. */
export function checkPopulation(actor: AstActor, clients: readonly Client[], context: CheckContext): Population | null {
  const model = actor.model.text;
  if (model === "steady") return checkSteady(new Clauses(actor, [...COMMON, "rate"], context), clients);
  if (model === "cron") return checkCron(new Clauses(actor, [...COMMON, "every", "burst"], context), clients);
  reportModel(actor, POPULATION_MODELS, "population", context);
  return null;
}

/** Reports a model that the language does not have, or that is not simulated. */
export function reportModel(actor: AstActor, models: readonly string[], role: string, context: CheckContext): void {
  const { text, span } = actor.model;
  if (models.includes(text)) {
    context.report.error(NOT_BUILT.model, span, `the ${role} model \`${text}\` is not simulated by this version yet`, {
      help: role === "attack" ? "simulate `credential_stuffing`" : "simulate `steady` or `cron`",
    });
    return;
  }
  context.report.error(SEMANTICS.scenarioClause, span, `there is no ${role} model \`${text}\``, {
    help: didYouMean(text, models, `the models are ${models.join(", ")}`),
  });
}

function checkSteady(clauses: Clauses, clients: readonly Client[]): Population | null {
  const base = checkBase(clauses, clients);
  const clause = clauses.clause("rate", "rate");
  const rate = clause === null ? clauses.missing("rate", "rate 2 per 1s each") : clauses.rate(clause.rate);
  if (base === null || rate === null || clause === null || !clauses.fits) return null;
  // A rate for all together is divided by making its period longer, which keeps it exact.
  const perMicros = clause.each ? rate.perMicros : rate.perMicros * base.clients.length;
  return { ...base, model: "steady", rate: { count: rate.count, perMicros } };
}

function checkCron(clauses: Clauses, clients: readonly Client[]): Population | null {
  const base = checkBase(clauses, clients);
  const every = clauses.number("every", "duration", [1000, MAX_DURATION], null);
  const burst = clauses.number("burst", "int", [1, MAX_BURST], 1);
  const everyMicros = clauses.clause("setting", "every") === null ? clauses.missing("every", "every 1m") : every;
  if (base === null || everyMicros === null || burst === null || !clauses.fits) return null;
  return { ...base, model: "cron", everyMicros, burst };
}

type Base = Pick<Population, "name" | "span" | "clients" | "networks" | "mix" | "retries">;

function checkBase(clauses: Clauses, inventory: readonly Client[]): Base | null {
  const { actor } = clauses;
  const clients = checkClients(clauses, inventory);
  const networks = clauses.networks();
  const mix = checkMix(clauses);
  const word = clauses.word("retries");
  const retries =
    word === null ? "none" : readWord(word, RETRIES, "way to retry", clauses.context.report, SEMANTICS.scenarioValue);
  if (clients === null || mix === null || retries === null) return null;
  return { name: actor.name.text, span: actor.span, clients, networks, mix, retries };
}

function checkClients(clauses: Clauses, inventory: readonly Client[]): readonly string[] | null {
  const clause = clauses.clause("clients", "clients");
  if (clause === null) return clauses.missing("clients", "clients where client.kind is partner");
  const chosen =
    clause.ids === null ? clientsWhere(clause.where, inventory, clauses) : clientsNamed(clause.ids, inventory, clauses);
  if (chosen?.length === 0)
    return clauses.wrong(clause.span, "no client of the inventory takes part", "choose other clients");
  return chosen;
}

type ClientsClause = NonNullable<ReturnType<Clauses["clause"]>> & { kind: "clients" };

function clientsNamed(
  ids: NonNullable<ClientsClause["ids"]>,
  inventory: readonly Client[],
  clauses: Clauses,
): readonly string[] | null {
  const known = new Set(inventory.map((client) => client.id));
  const unknown = ids.filter((id) => !known.has(id.value));
  for (const id of unknown) {
    clauses.fits = false;
    clauses.context.report.error(
      SEMANTICS.unknownName,
      id.span,
      `there is no client \`${id.value}\` in the inventory`,
      {
        help: didYouMean(id.value, known, "name a client that the inventory declares"),
      },
    );
  }
  return unknown.length > 0 ? null : [...new Set(ids.map((id) => id.value))];
}

function clientsWhere(
  where: ClientsClause["where"],
  inventory: readonly Client[],
  clauses: Clauses,
): readonly string[] | null {
  const { context } = clauses;
  if (where === null) return inventory.map((client) => client.id);
  const site = withPresent(siteOn(context, EVERYWHERE), new Set(["client"]));
  const { expr } = CHECKER.condition(where, site);
  if (expr === null || !readsClientsAlone(expr, context)) return null;
  return inventory.filter((client) => holdsFor(expr, client)).map((client) => client.id);
}

/** Shares that add up to 100%, within what decimal shares can miss. */
function checkMix(clauses: Clauses): readonly RouteShare[] | null {
  const clause = clauses.clause("mix", "mix");
  if (clause === null) return clauses.missing("mix", "mix orders 100%");
  const mix = routeShares(clause.shares, clauses.context);
  if (mix === null) return null;
  const sum = mix.reduce((total, share) => total + share.weight, 0);
  if (Math.abs(sum - 100) < 1e-6) return mix;
  return clauses.wrong(
    clause.span,
    `the shares of a mix add up to 100%, not ${Number(sum.toFixed(6))}%`,
    "change a share",
  );
}
