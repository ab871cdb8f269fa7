/** Attacks of a scenario: the clauses that all models share, and the parameters that each has of its own. */
import type { AstActor } from "../ast.ts";
import type { AttackModel, AttackParameter } from "../attack-models/model.ts";
import { ATTACK_MODELS, attackModel } from "../attack-models/registry.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Attack, Rate, ReactionStep } from "../scenario.ts";
import { Clauses, routeNamed } from "./clauses.ts";
import type { CheckContext } from "./context.ts";
import { chooseClients, type Inventory } from "./participants.ts";
import { durationLiteral } from "../rate-text.ts";
import { MAX_DURATION } from "./quantities.ts";
import { didYouMean } from "./suggest.ts";
import { readWord } from "./words.ts";

/** Clauses of every model. */
export const ATTACK_CLAUSES: readonly string[] = ["target", "clients", "sources", "rate", "from … to", "from", "if"];
const MAX_SOURCES = 1_000_000;

/** Checks one attack; null where something is wrong with it. */
export function checkAttack(
  actor: AstActor,
  inventory: Inventory,
  runMicros: number,
  context: CheckContext,
): Attack | null {
  const model = attackModel(actor.model.text);
  if (model === null) return reportModel(actor, context);
  const clauses = new Clauses(actor, [...ATTACK_CLAUSES, ...Object.keys(model.parameters)], context);
  const target = checkTarget(model, clauses);
  const identities = checkIdentities(model, clauses, inventory);
  const rate = checkRate(model, clauses);
  const sources = clauses.number("sources", "int", [1, MAX_SOURCES], null);
  const span = clauses.span(runMicros, "an attack");
  const networks = clauses.networks();
  const parameters = checkParameters(model, clauses);
  const reactions = checkReactions(clauses);
  if (target === null || identities === null || rate === null || span === null) return null;
  if (parameters === null || !checkBegins(model, parameters, span, clauses) || !clauses.fits) return null;
  const base = { name: actor.name.text, span: actor.span, model: model.name, target, clients: identities };
  return { ...base, sources, networks, rate, ...span, parameters, reactions };
}

function reportModel({ model }: AstActor, { report }: CheckContext): null {
  const names = ATTACK_MODELS.map(({ name }) => name);
  report.error(SEMANTICS.scenarioClause, model.span, `there is no attack model \`${model.text}\``, {
    help: didYouMean(model.text, names, `the models are ${names.join(", ")}`),
  });
  return null;
}

/** Names of body fields that carry an account. */
const ACCOUNT = /^(user|login|e_?mail|account|phone)/;

function checkTarget(model: AttackModel, clauses: Clauses): number | null {
  const named = clauses.word("target");
  if (named !== null) return routeNamed(named, clauses.context);
  if (model.target === "none") return -1;
  const { routes } = clauses.context;
  const fitting = routes.flatMap(({ body }, index) =>
    model.target === "only" || body.some(({ name }) => ACCOUNT.test(name)) ? [index] : [],
  );
  const [only, second] = fitting;
  return only === undefined || second !== undefined ? clauses.missing("target", "target login") : only;
}

/** The clients whose credentials the attacker holds. */
function checkIdentities(model: AttackModel, clauses: Clauses, inventory: Inventory): readonly string[] | null {
  const clause = clauses.clause("clients", "clients");
  if (clause === null) {
    if (model.clients !== "required") return [];
    return clauses.missing("clients", `clients [${inventory.clients[0]?.id ?? "acme_sync"}]`);
  }
  if (model.clients !== "never") return chooseClients(clause, inventory, clauses);
  return clauses.wrong(clause.span, `\`${model.name}\` acts without a client's credential`, "leave `clients` out");
}

function checkRate(model: AttackModel, clauses: Clauses): Rate | null {
  const clause = clauses.clause("rate", "rate");
  if (clause === null) return model.rate;
  if (clause.each) clauses.wrong(clause.span, "an attack has one rate, not one for each source", "leave `each` out");
  return clauses.rate(clause.rate);
}

function checkParameters(model: AttackModel, clauses: Clauses): Readonly<Record<string, number>> | null {
  const values = Object.entries(model.parameters).map(([name, parameter]): [string, number | null] => [
    name,
    checkParameter(name, parameter, clauses),
  ]);
  const read = values.filter((entry): entry is [string, number] => entry[1] !== null);
  return read.length === values.length ? Object.fromEntries(read) : null;
}

/** What begins after the attack's end is never tried, and the scenario would hold whatever the policy is. */
function checkBegins(
  { parameters }: AttackModel,
  values: Readonly<Record<string, number>>,
  { fromMicros, toMicros }: Pick<Attack, "fromMicros" | "toMicros">,
  clauses: Clauses,
): boolean {
  const lasts = toMicros - fromMicros;
  const late = Object.entries(parameters).find(([name, { begins }]) => begins !== undefined && values[name]! >= lasts);
  if (late === undefined) return true;
  const [name, { begins }] = late;
  const { model, span } = clauses.actor;
  clauses.wrong(
    clauses.clause("setting", name)?.span ?? model.span ?? span,
    `${begins} begins ${durationLiteral(values[name]!)} after the attack does, which lasts ${durationLiteral(lasts)}`,
    `write a shorter \`${name}\`, or let the attack last longer`,
  );
  return false;
}

function checkParameter(name: string, parameter: AttackParameter, clauses: Clauses): number | null {
  const { type, least, most } = parameter;
  switch (type) {
    case "int":
      return clauses.number(name, "int", [least ?? 0, most ?? 1_000_000], parameter.default);
    case "percent":
      return clauses.number(name, "percent", [0, 100], parameter.default);
    case "duration":
      return clauses.number(name, "duration", [1, most ?? MAX_DURATION], parameter.default);
    case "route": {
      const word = clauses.word(name);
      return word === null ? -1 : routeNamed(word, clauses.context);
    }
  }
}

const TRIGGERS = ["blocked", "throttled", "challenged"] as const;
const STEPS: Readonly<Record<string, ReactionStep>> = {
  "rotate source": "rotate_source",
  "rotate credential": "rotate_credential",
  solve: "solve",
  "slow down": "slow_down",
  "give up": "give_up",
};

function checkReactions(clauses: Clauses): Attack["reactions"] {
  const { report } = clauses.context;
  const read = clauses.reactions.map((reaction) => {
    const on = readWord(reaction.on, TRIGGERS, "cause of a reaction", report, SEMANTICS.scenarioValue);
    const written = reaction.action.map((word) => word.text).join(" ");
    const action = Object.hasOwn(STEPS, written) ? STEPS[written] : undefined;
    if (on === null) clauses.fits = false;
    if (action === undefined) return reportStep(written, reaction, clauses);
    if (action === "solve" && on !== null && on !== "challenged")
      return clauses.wrong(reaction.span, "only a challenge can be solved", "write `if challenged solve`");
    return on === null ? null : { on, action };
  });
  return read.filter((reaction) => reaction !== null);
}

function reportStep(written: string, reaction: Clauses["reactions"][number], clauses: Clauses): null {
  clauses.fits = false;
  const steps = Object.keys(STEPS);
  clauses.context.report.error(SEMANTICS.scenarioValue, reaction.span, `there is no reaction \`${written}\``, {
    help: didYouMean(written, steps, `the reactions are ${steps.map((step) => `\`${step}\``).join(", ")}`),
  });
  return null;
}
