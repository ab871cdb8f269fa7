/** Populations of a scenario: callers that mean well. */
import { readArrivals } from "../arrivals.ts";
import type { AstActor, Text } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { durationLiteral } from "../rate-text.ts";
import type { Population, Rate, RouteShare } from "../scenario.ts";
import { Clauses, routeShares } from "./clauses.ts";
import type { CheckContext } from "./context.ts";
import { chooseClients, type Inventory } from "./participants.ts";
import { MAX_DURATION } from "./quantities.ts";
import { didYouMean } from "./suggest.ts";
import { readWord } from "./words.ts";

const COMMON = ["clients", "mix", "from", "retries"];
const RETRIES = ["none", "fixed", "backoff", "full_jitter"] as const;
const MAX_BURST = 1_000_000;

/** Finds the file of recorded arrivals: its text, or null where it cannot be read, which is reported. */
export type ArrivalFiles = (path: Text) => { readonly file: number; readonly text: string } | null;

/** Where a population is checked. */
export interface PopulationSite {
  readonly inventory: Inventory;
  readonly runMicros: number;
  readonly arrivalFile: ArrivalFiles;
  readonly context: CheckContext;
}

/** Checks one population; null where something is wrong with it. */
export function checkPopulation(actor: AstActor, site: PopulationSite): Population | null {
  const model = Object.hasOwn(MODELS, actor.model.text) ? MODELS[actor.model.text] : undefined;
  if (model === undefined) return reportModel(actor, site.context);
  const clauses = new Clauses(actor, [...COMMON, ...model.clauses], site.context);
  if (actor.argument !== null && actor.model.text !== "replay")
    clauses.wrong(actor.argument.span, `\`${actor.model.text}\` takes no file`, "leave the text out");
  return model.check(clauses, site);
}

interface Model {
  /** Clauses beside the common ones. */
  readonly clauses: readonly string[];
  readonly check: (clauses: Clauses, site: PopulationSite) => Population | null;
}

const MODELS: Readonly<Record<string, Model>> = {
  steady: { clauses: ["rate", "joins"], check: checkSteady },
  cron: { clauses: ["every", "burst", "joins"], check: checkCron },
  batch: { clauses: ["rate", "from … to"], check: checkBatch },
  bursty: { clauses: ["rate", "factor", "burst", "quiet", "joins"], check: checkBursty },
  replay: { clauses: [], check: checkReplay },
};

/** Every population model of the language, and the clauses that it takes. */
export const POPULATION_MODELS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(MODELS).map(([name, { clauses }]) => [name, [...COMMON, ...clauses]]),
);

function reportModel({ model }: AstActor, { report }: CheckContext): null {
  const names = [...POPULATION_MODELS.keys()];
  report.error(SEMANTICS.scenarioClause, model.span, `there is no population model \`${model.text}\``, {
    help: didYouMean(model.text, names, `the models are ${names.join(", ")}`),
  });
  return null;
}

function checkSteady(clauses: Clauses, site: PopulationSite): Population | null {
  const base = checkBase(clauses, site);
  const rate = checkRate(clauses, base);
  return base === null || rate === null || !clauses.fits ? null : { ...base, model: "steady", rate };
}

/** The rate of each client. */
function checkRate(clauses: Clauses, base: Base | null): Rate | null {
  const clause = clauses.clause("rate", "rate");
  const rate = clause === null ? clauses.missing("rate", "rate 2 per 1s each") : clauses.rate(clause.rate);
  if (base === null || rate === null || clause === null) return null;
  // A rate for all together is divided by making its period longer, which keeps it exact.
  return clause.each ? rate : { count: rate.count, perMicros: rate.perMicros * base.clients.length };
}

function checkCron(clauses: Clauses, site: PopulationSite): Population | null {
  const base = checkBase(clauses, site);
  const every = clauses.number("every", "duration", [1000, MAX_DURATION], null);
  const burst = clauses.number("burst", "int", [1, MAX_BURST], 1);
  const everyMicros = clauses.clause("setting", "every") === null ? clauses.missing("every", "every 1m") : every;
  if (base === null || everyMicros === null || burst === null || !clauses.fits) return null;
  return { ...base, model: "cron", everyMicros, burst };
}

function checkBatch(clauses: Clauses, site: PopulationSite): Population | null {
  const base = checkBase(clauses, site);
  const rate = checkRate(clauses, base);
  const span = clauses.span(site.runMicros, "a batch");
  if (base === null || rate === null || span === null || !clauses.fits) return null;
  return { ...base, model: "batch", rate, ...span };
}

/** Means of the two states where they are left out: three seconds busy in a minute, as bursty callers of the kind are. */
const DEFAULT_BURST = 3_000_000;
const DEFAULT_QUIET = 57_000_000;
/** The busy state is this much faster than the quiet one where its rate is left out. */
const DEFAULT_FACTOR = 20;

function checkBursty(clauses: Clauses, site: PopulationSite): Population | null {
  const base = checkBase(clauses, site);
  const rate = checkRate(clauses, base);
  const factor = clauses.number("factor", "int", [2, 10_000], DEFAULT_FACTOR);
  const burstMicros = clauses.number("burst", "duration", [1000, MAX_DURATION], DEFAULT_BURST);
  const quietMicros = clauses.number("quiet", "duration", [1000, MAX_DURATION], DEFAULT_QUIET);
  if (base === null || rate === null || factor === null || burstMicros === null || quietMicros === null) return null;
  return clauses.fits ? { ...base, model: "bursty", rate, factor, burstMicros, quietMicros } : null;
}

function checkReplay(clauses: Clauses, site: PopulationSite): Population | null {
  const base = checkBase(clauses, site);
  const path = clauses.actor.argument;
  if (path === null) return clauses.missing('"FILE"', 'replay "arrivals.csv"');
  const source = site.arrivalFile(path);
  if (source === null) return null;
  const read = readArrivals(source.text);
  if (!read.ok) {
    const span = { file: source.file, start: read.start, end: read.end };
    return clauses.wrong(span, read.message, read.help);
  }
  return base === null || !clauses.fits
    ? null
    : { ...base, model: "replay", file: path.value, arrivals: read.arrivals };
}

type Base = Pick<Population, "name" | "span" | "clients" | "networks" | "mix" | "retries" | "joinsMicros">;

function checkBase(clauses: Clauses, { inventory, runMicros }: PopulationSite): Base | null {
  const { actor } = clauses;
  const clients = checkClients(clauses, inventory);
  const networks = clauses.networks();
  const mix = checkMix(clauses);
  const word = clauses.word("retries");
  const retries =
    word === null ? "none" : readWord(word, RETRIES, "way to retry", clauses.context.report, SEMANTICS.scenarioValue);
  const joinsMicros = checkJoins(clauses, runMicros);
  if (clients === null || mix === null || retries === null || joinsMicros === null) return null;
  return { name: actor.name.text, span: actor.span, clients, networks, mix, retries, joinsMicros };
}

/** Newcomers that would join after the run are in none. */
function checkJoins(clauses: Clauses, runMicros: number): number | null {
  const joins = clauses.number("joins", "duration", [1, MAX_DURATION], 0);
  if (joins === null || joins <= runMicros) return joins;
  const { span } = clauses.clause("setting", "joins") ?? clauses.actor;
  const run = durationLiteral(runMicros);
  return clauses.wrong(span, `its clients join within the run, which lasts ${run}`, `write \`joins ${run}\` or less`);
}

function checkClients(clauses: Clauses, inventory: Inventory): readonly string[] | null {
  const clause = clauses.clause("clients", "clients");
  if (clause === null) return clauses.missing("clients", "clients where client.kind is partner");
  return chooseClients(clause, inventory, clauses);
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
