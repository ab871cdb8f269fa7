/** Clauses of populations and attacks, each read at most once from the block that holds them. */
import type { AstActor, AstClause, AstExpr, AstRate, Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Note } from "../diagnostic.ts";
import type { RouteShare } from "../scenario.ts";
import { durationLiteral } from "../rate-text.ts";
import { type CheckContext, reportNotRoute } from "./context.ts";
import { MAX_DURATION } from "./quantities.ts";
import { didYouMean } from "./suggest.ts";
import { unwrap } from "./typed.ts";

type ClauseOf<K extends AstClause["kind"]> = Extract<AstClause, { readonly kind: K }>;

/** A clause's name in messages: its own word, or that of the setting. */
function clauseName(clause: AstClause): string {
  if (clause.kind === "setting") return clause.name.text;
  return { clients: "clients", rate: "rate", mix: "mix", span: "from … to", networks: "from", reaction: "if" }[
    clause.kind
  ];
}

/** The clauses of one actor, checked against those that its model knows. */
export class Clauses {
  readonly actor: AstActor;
  readonly context: CheckContext;
  readonly #clauses = new Map<string, AstClause>();
  readonly reactions: readonly ClauseOf<"reaction">[];
  /** False once something was wrong. */
  fits = true;

  /** @param known - Names of the clauses that the model takes. */
  constructor(actor: AstActor, known: readonly string[], context: CheckContext) {
    this.actor = actor;
    this.context = context;
    this.reactions = actor.clauses.filter((clause) => clause.kind === "reaction");
    for (const clause of actor.clauses) {
      const name = clauseName(clause);
      const first = name === "if" ? undefined : this.#clauses.get(name);
      if (!known.includes(name)) this.#reportUnknown(clause, name, known);
      else if (first !== undefined)
        this.wrong(clause.span, `\`${name}\` stands twice`, "leave one out", [
          { message: "it stands here first", span: first.span },
        ]);
      else this.#clauses.set(name, clause);
    }
  }

  /** Reports a wrong value. */
  wrong(span: AstClause["span"], message: string, help: string, notes: readonly Note[] = []): null {
    this.fits = false;
    this.context.report.error(SEMANTICS.scenarioValue, span, message, { help, notes });
    return null;
  }

  /** Of what the parser has reported nothing more is said. */
  #saidBefore(): null {
    this.fits = false;
    return null;
  }

  clause<K extends AstClause["kind"]>(kind: K, name: string): ClauseOf<K> | null {
    const clause = this.#clauses.get(name);
    return clause?.kind === kind ? (clause as ClauseOf<K>) : null;
  }

  /** Says that a clause without which the model cannot run is missing. */
  missing(name: string, example: string): null {
    this.fits = false;
    const { model, span } = this.actor;
    this.context.report.error(SEMANTICS.scenarioMissing, model.span ?? span, `\`${model.text}\` needs \`${name}\``, {
      help: `add \`${example}\``,
    });
    return null;
  }

  /** A literal of a setting; `fallback` where it is left out. */
  number(
    name: string,
    type: "int" | "duration" | "percent",
    range: readonly [number, number],
    fallback: number | null,
  ): number | null {
    const setting = this.clause("setting", name);
    if (setting === null) return fallback;
    const value = unwrap(setting.value);
    const fits =
      value.kind === "literal" &&
      value.type === type &&
      Number(value.value) >= range[0] &&
      Number(value.value) <= range[1];
    if (fits) return Number(value.value);
    const samples = { int: "50", duration: "1m", percent: "0.5%" };
    const bounds = type === "int" ? ` from ${range[0]} to ${range[1]}` : "";
    const noun = {
      int: "a whole number",
      duration: "a duration longer than nothing",
      percent: "a percentage from 0% to 100%",
    };
    return this.wrong(
      setting.value.span,
      `\`${name}\` takes ${noun[type]}${bounds}`,
      `write \`${name} ${samples[type]}\``,
    );
  }

  /** A bare name of a setting. */
  word(name: string): Name | null {
    const setting = this.clause("setting", name);
    if (setting === null) return null;
    const bare = bareName(setting.value);
    return bare ?? this.wrong(setting.value.span, `\`${name}\` takes a name`, `write \`${name} …\``);
  }

  /** A rate of requests, without a burst. */
  rate(rate: AstRate): { readonly count: number; readonly perMicros: number } | null {
    const { allow, per, burst } = rate;
    const fits = allow.kind === "int" && allow.value >= 1 && allow.value <= 1_000_000 && burst === null;
    if (fits && per.kind === "duration" && per.value > 0 && per.value <= MAX_DURATION)
      return { count: allow.value, perMicros: per.value };
    if (allow.value < 1 || per.value < 1) return this.#saidBefore();
    return this.wrong(rate.span, "traffic has a rate of 1 to 1000000 requests per period", "write `rate 2 per 1s`");
  }

  /** The time of `from … to`, the whole run where it is left out. */
  span(runMicros: number, what: string): { readonly fromMicros: number; readonly toMicros: number } | null {
    const clause = this.clause("span", "from … to");
    if (clause === null) return { fromMicros: 0, toMicros: runMicros };
    const { from, to } = clause;
    const durations = from.kind === "duration" && to.kind === "duration";
    if (durations && from.value < to.value && to.value <= runMicros)
      return { fromMicros: from.value, toMicros: to.value };
    // Of a time without a unit the parser has said so.
    if (!durations) return this.#saidBefore();
    if (from.value >= to.value)
      return this.wrong(clause.span, `${what} runs from one time to a later one`, "write the earlier time first");
    const run = durationLiteral(runMicros);
    const start = from.value < runMicros ? from.raw : "0s";
    return this.wrong(
      clause.span,
      `${what} ends within the run, which lasts ${run}`,
      `write \`from ${start} to ${run}\`, or let the scenario \`run ${to.raw}\``,
    );
  }

  /** Networks after `from`. */
  networks(): readonly string[] {
    const clause = this.clause("networks", "from");
    const texts = (clause?.networks ?? []).map((network) => this.#network(network));
    return texts.filter((text) => text !== null);
  }

  #network(ast: AstExpr): string | null {
    const value = unwrap(ast);
    if (value.kind === "literal" && value.type === "network") return String(value.value);
    if (value.kind === "literal" && value.type === "ip")
      return `${value.value}/${String(value.value).includes(":") ? 128 : 32}`;
    return this.wrong(ast.span, "callers sit in networks", "write `from 203.0.113.0/24`");
  }

  #reportUnknown(clause: AstClause, name: string, known: readonly string[]): void {
    this.fits = false;
    const span = clause.kind === "setting" ? clause.name.span : clause.span;
    this.context.report.error(
      SEMANTICS.scenarioClause,
      span,
      `\`${this.actor.model.text}\` has no clause \`${name}\``,
      {
        help: didYouMean(name, known, `its clauses are ${known.map((one) => `\`${one}\``).join(", ")}`),
      },
    );
  }
}

function bareName(ast: AstExpr): Name | null {
  const value = unwrap(ast);
  if (value.kind !== "name" || value.parts.length !== 1 || value.index !== null || value.args !== null) return null;
  return value.parts[0] ?? null;
}

/** A route by its name; null where there is none, which is reported. */
export function routeNamed(name: Name, context: CheckContext): number | null {
  const found = context.scope.find(name.text);
  if (found?.kind === "route") return found.index;
  reportNotRoute(context, name, found);
  return null;
}

/** Shares of routes. */
export function routeShares(
  shares: readonly {
    readonly route: Name;
    readonly share: {
      readonly kind: string;
      readonly value: number;
      readonly raw: string;
      readonly span: Name["span"];
    };
  }[],
  context: CheckContext,
): readonly RouteShare[] | null {
  const read: RouteShare[] = [];
  for (const { route, share } of shares) {
    const index = routeNamed(route, context);
    const fits = share.kind === "percent" && share.value >= 0 && share.value <= 100;
    if (!fits) {
      context.report.error(
        SEMANTICS.scenarioValue,
        share.span,
        `a share is a percentage from 0% to 100%, not \`${share.raw}\``,
        {
          help: "write a percentage, such as `70%`",
        },
      );
    }
    if (read.some((other) => other.route === index)) {
      context.report.error(SEMANTICS.scenarioValue, route.span, `\`${route.text}\` has two shares`, {
        help: "leave one out",
      });
    }
    if (index !== null && fits) read.push({ route: index, weight: share.value });
  }
  return read.length === shares.length ? read : null;
}
