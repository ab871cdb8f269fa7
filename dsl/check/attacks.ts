/** Attacks of a scenario. */
import type { AstActor } from "../ast.ts";
import { NOT_BUILT } from "../codes/not-built.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Attack, CredentialStuffing, ReactionStep } from "../scenario.ts";
import { Clauses, routeNamed } from "./clauses.ts";
import type { CheckContext } from "./context.ts";
import { reportModel } from "./populations.ts";
import { didYouMean } from "./suggest.ts";
import { readWord } from "./words.ts";

/** Every attack model of the language, simulated or not. */
export const ATTACK_MODELS: readonly string[] = [
  "credential_stuffing",
  "credential_cracking",
  "password_spray",
  "scraping",
  "id_enumeration",
  "inventory_hoarding",
  "scalping",
  "card_testing",
  "token_theft",
  "key_leak",
  "low_and_slow",
  "key_spray",
  "flood",
  "vulnerability_scan",
  "account_creation",
];
const STUFFING = ["target", "sources", "rate", "from … to", "from", "success", "if"];
const MAX_SOURCES = 1_000_000;

/** Checks one attack; null where something is wrong with it. */
export function checkAttack(actor: AstActor, runMicros: number, context: CheckContext): Attack | null {
  if (actor.model.text === "credential_stuffing")
    return checkStuffing(new Clauses(actor, STUFFING, context), runMicros);
  reportModel(actor, ATTACK_MODELS, "attack", context);
  return null;
}

/** Names of body fields that carry an account. */
const ACCOUNT = /^(user|login|e_?mail|account|phone)/;

/** The route that is attacked where none is named: the only one whose body names an account. */
function onlySignIn(clauses: Clauses): number | null {
  const { routes } = clauses.context;
  const signIns = routes.flatMap(({ body }, index) => (body.some(({ name }) => ACCOUNT.test(name)) ? [index] : []));
  const [only, second] = signIns;
  return only === undefined || second !== undefined ? clauses.missing("target", "target login") : only;
}

/** Credential stuffing: by default from 50 networks for the whole run, with 0.5% of the tried pairs valid. */
function checkStuffing(clauses: Clauses, runMicros: number): Attack | null {
  const { actor, context } = clauses;
  const named = clauses.word("target");
  const target = named === null ? onlySignIn(clauses) : routeNamed(named, context);
  const rateClause = clauses.clause("rate", "rate");
  const rate = rateClause === null ? clauses.missing("rate", "rate 40 per 1s") : clauses.rate(rateClause.rate);
  if (rateClause?.each === true)
    clauses.wrong(rateClause.span, "an attack has one rate, not one for each source", "leave `each` out");
  const sources = clauses.number("sources", "int", [1, MAX_SOURCES], 50);
  const success = clauses.number("success", "percent", [0, 100], 0.5);
  const span = checkSpan(clauses, runMicros);
  const networks = clauses.networks();
  const reactions = checkReactions(clauses);
  if (target === null || rate === null || sources === null || success === null || span === null || !clauses.fits)
    return null;
  return {
    name: actor.name.text,
    span: actor.span,
    model: "credential_stuffing",
    target,
    sources,
    networks,
    rate,
    ...span,
    success,
    reactions,
  };
}

function checkSpan(
  clauses: Clauses,
  runMicros: number,
): { readonly fromMicros: number; readonly toMicros: number } | null {
  const clause = clauses.clause("span", "from … to");
  if (clause === null) return { fromMicros: 0, toMicros: runMicros };
  const { from, to } = clause;
  const durations = from.kind === "duration" && to.kind === "duration";
  if (durations && from.value < to.value && to.value <= runMicros)
    return { fromMicros: from.value, toMicros: to.value };
  return clauses.wrong(
    clause.span,
    "an attack runs from one time to a later one within the run",
    "write `from 5m to 25m`",
  );
}

const TRIGGERS = ["blocked", "throttled", "challenged"] as const;
const STEPS: Readonly<Record<string, ReactionStep>> = {
  "rotate source": "rotate_source",
  "slow down": "slow_down",
  "give up": "give_up",
};
const LATER_STEPS = ["rotate credential", "solve"];

function checkReactions(clauses: Clauses): CredentialStuffing["reactions"] {
  const { report } = clauses.context;
  const read = clauses.reactions.map((reaction) => {
    const on = readWord(reaction.on, TRIGGERS, "cause of a reaction", report, SEMANTICS.scenarioValue);
    const written = reaction.action.map((word) => word.text).join(" ");
    const action = Object.hasOwn(STEPS, written) ? STEPS[written] : undefined;
    if (on === null) clauses.fits = false;
    if (action === undefined) reportStep(written, reaction, clauses);
    return on === null || action === undefined ? null : { on, action };
  });
  return read.filter((reaction) => reaction !== null);
}

function reportStep(written: string, reaction: Clauses["reactions"][number], clauses: Clauses): void {
  clauses.fits = false;
  const { report } = clauses.context;
  if (LATER_STEPS.includes(written)) {
    report.error(NOT_BUILT.model, reaction.span, `the reaction \`${written}\` is not simulated by this version yet`, {
      help: "write `rotate source`, `slow down` or `give up`",
    });
    return;
  }
  const steps = [...Object.keys(STEPS), ...LATER_STEPS];
  report.error(SEMANTICS.scenarioValue, reaction.span, `there is no reaction \`${written}\``, {
    help: didYouMean(written, steps, `the reactions are ${steps.map((step) => `\`${step}\``).join(", ")}`),
  });
}
