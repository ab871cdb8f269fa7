/** Every place of every name of a policy: in its files, in the inventory, and in its tests and scenarios. */
import type { Span } from "../../engine/index.ts";
import type * as ast from "../ast.ts";
import { AGGREGATES } from "../check/signal-types.ts";
import { field } from "../inventory/fields.ts";
import type { PolicyAnalysis } from "../load.ts";
import { namesIn } from "./expression-names.ts";
import { identityOf, type Meaning, meaning, type Occurrence } from "./meaning.ts";
import { claimsIn, declaredSymbol, GRAPHQL_FIELDS, parametersIn, type Symbols } from "./symbols.ts";

/** The places of names, by file and by meaning. */
export class Occurrences {
  readonly #byFile = new Map<number, Occurrence[]>();
  readonly #byMeaning = new Map<string, Occurrence[]>();

  constructor(all: readonly Occurrence[]) {
    const sorted = [...all].sort((a, b) => a.span.file - b.span.file || a.span.start - b.span.start);
    for (const occurrence of sorted) {
      push(this.#byFile, occurrence.span.file, occurrence);
      push(this.#byMeaning, identityOf(occurrence.meaning), occurrence);
    }
  }

  /** The narrowest name at an offset; a cursor right behind a name is at it. */
  at(file: number, offset: number): Occurrence | null {
    const around = (this.#byFile.get(file) ?? []).filter(({ span }) => span.start <= offset && offset <= span.end);
    const [narrowest] = around.sort((a, b) => lengthOf(a.span) - lengthOf(b.span));
    return narrowest ?? null;
  }

  /** All places of one thing, declarations among them, in the order of files and places. */
  of(what: Meaning): readonly Occurrence[] {
    return this.#byMeaning.get(identityOf(what)) ?? [];
  }

  /** The names in a file, in order. */
  in(file: number): readonly Occurrence[] {
    return this.#byFile.get(file) ?? [];
  }
}

function push<K>(map: Map<K, Occurrence[]>, key: K, occurrence: Occurrence): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [occurrence]);
  else known.push(occurrence);
}

function lengthOf({ start, end }: Span): number {
  return end - start;
}

/** Finds the places of all names. */
export function collectOccurrences(analysis: PolicyAnalysis, symbols: Symbols): Occurrences {
  const collector = new Collector(analysis, symbols);
  for (const declaration of analysis.declarations.all) collector.declaration(declaration);
  collector.inventory();
  return new Occurrences(collector.found);
}

class Collector {
  readonly found: Occurrence[] = [];
  readonly #analysis: PolicyAnalysis;
  readonly #symbols: Symbols;

  constructor(analysis: PolicyAnalysis, symbols: Symbols) {
    this.#analysis = analysis;
    this.#symbols = symbols;
  }

  declaration(declaration: ast.AstDeclarationNode): void {
    const symbol = declaredSymbol(declaration);
    if (symbol !== null) this.#add(meaning("declared", symbol.name.text), symbol.name.span, true);
    switch (declaration.kind) {
      case "list_declaration":
        return this.#type(declaration.type);
      case "route":
        return this.#route(declaration);
      case "group":
        return this.#names(declaration.routes);
      case "fact":
        return this.#type(declaration.type);
      case "class":
        return this.#class(declaration);
      case "table":
        this.#type(declaration.from);
        return this.#type(declaration.to);
      case "let":
        return this.#expr(declaration.value);
      case "signal":
        return this.#signal(declaration);
      case "score":
        return declaration.terms.forEach(({ when }) => this.#expr(when));
      case "limit":
        return this.#limit(declaration);
      case "rule":
        return this.#rule(declaration);
      case "rollout":
        return declaration.entries.forEach((entry) => this.#rolloutEntry(entry));
      case "invariant":
        this.#names(declaration.on);
        return this.#expr(declaration.when);
      case "identity":
        return this.#identity(declaration);
      case "test":
        return declaration.steps.forEach((step) => this.#step(step));
      case "scenario":
        return this.#scenario(declaration);
      case "policy":
      case "import":
      case "trust":
      case "clients":
      case "window":
        return undefined;
    }
  }

  /** Ids of clients where they are declared, and the routes that their `operations` name. */
  inventory(): void {
    for (const { client, data, operations } of this.#analysis.inventory.clients) {
      const id = field(data, "id");
      if (id !== null) this.#add(meaning("client", client.id), this.#inner(id.span, client.id), true);
      for (const { name, span: place } of operations) {
        if (this.#symbols.declared.has(name)) this.#use(meaning("declared", name), this.#inner(place, name));
      }
    }
  }

  #add(what: Meaning, span: Span, declares: boolean): void {
    this.found.push({ meaning: what, span, declares });
  }

  #use(what: Meaning, span: Span): void {
    this.#add(what, span, false);
  }

  #text({ file, start, end }: Span): string {
    return this.#analysis.sources[file]?.text.slice(start, end) ?? "";
  }

  /** The name within its span, without quotes. */
  #inner(span: Span, name: string): Span {
    const offset = Math.max(0, this.#text(span).indexOf(name));
    return { ...span, start: span.start + offset, end: span.start + offset + name.length };
  }

  #expr(expr: ast.AstExpr | null): void {
    if (expr !== null) namesIn(expr, this.#symbols, (what, span) => this.#use(what, span));
  }

  #name(name: ast.Name | null): void {
    if (name !== null && this.#symbols.declared.has(name.text)) this.#use(meaning("declared", name.text), name.span);
  }

  #names(names: readonly ast.Name[] | null): void {
    for (const name of names ?? []) this.#name(name);
  }

  #type(type: ast.Name): void {
    this.#use(meaning("type", type.text), type.span);
  }

  #keys(keys: readonly ast.AstKey[]): void {
    for (const { options } of keys) for (const option of options) this.#expr(option);
  }

  #client(id: ast.Text | null): void {
    if (id !== null && this.#symbols.clients.has(id.value))
      this.#use(meaning("client", id.value), this.#inner(id.span, id.value));
  }

  #route(route: ast.AstRoute): void {
    const text = this.#analysis.sources[route.span.file]?.text ?? "";
    for (const { name, span } of parametersIn(route.pattern.span, text)) this.#add(meaning("field", name), span, true);
    for (const field of route.body ?? []) {
      this.#add(meaning("field", field.name.text), field.name.span, true);
      this.#type(field.type);
    }
    if (route.minEvidence !== null)
      this.#use(meaning("member", route.minEvidence.text, "evidence"), route.minEvidence.span);
    const reader = route.bodyReader;
    if (reader !== null)
      for (const name of Object.keys(GRAPHQL_FIELDS))
        this.#add(meaning("field", name), { ...reader.span, start: reader.span.end }, true);
  }

  #class(declaration: ast.AstClass): void {
    const label = (name: ast.Name): void =>
      this.#add(meaning("label", name.text, declaration.name.text), name.span, true);
    for (const one of declaration.cases) {
      label(one.label);
      this.#expr(one.when);
    }
    label(declaration.otherwise);
  }

  #signal(signal: ast.AstSignal): void {
    if (AGGREGATES.has(signal.aggregate.text))
      this.#use(meaning("aggregate", signal.aggregate.text), signal.aggregate.span);
    this.#expr(signal.argument);
    this.#names(signal.on);
    this.#expr(signal.where);
    this.#keys(signal.keys);
  }

  #limit(limit: ast.AstLimit): void {
    this.#names(limit.on);
    this.#expr(limit.when);
    this.#keys(limit.keys);
    if (limit.amount.kind === "rate") this.#expr(limit.amount.rate);
    this.#expr(limit.cost);
    this.#expr(limit.refund);
  }

  #rule({ on, when, action }: ast.AstRule): void {
    this.#names(on);
    this.#expr(when);
    if (action.kind === "exempt") this.#names(action.from);
    if (action.kind !== "block" || action.ban === null) return;
    this.#keys(action.ban.keys);
    this.#names(action.ban.on);
  }

  #rolloutEntry({ name, key, replaces }: ast.AstRolloutEntry): void {
    this.#name(name);
    if (key !== null) this.#keys([key]);
    this.#name(replaces);
  }

  #identity(identity: ast.AstIdentity): void {
    for (const source of identity.sources) this.#names(source.on);
    for (const { words, values } of claimsIn([identity])) {
      const [name] = words;
      const [type] = values;
      if (name !== undefined) this.#add(meaning("claim", name.text), name.span, true);
      if (type?.kind === "name" && type.parts[0] !== undefined) this.#type(type.parts[0]);
    }
  }

  #step(step: ast.AstTest["steps"][number]): void {
    if (step.kind === "reload") return;
    this.#client(step.client);
    if (step.evidence !== null) this.#use(meaning("member", step.evidence.text, "evidence"), step.evidence.span);
    if (step.refused !== null) this.#use(meaning("member", step.refused.text, "identity.error"), step.refused.span);
    this.#name(step.expect?.by ?? null);
    this.#name(step.expect?.shadow ?? null);
    this.#name(step.expect?.score?.name ?? null);
  }

  #scenario(scenario: ast.AstScenario): void {
    const owner = scenario.name.text;
    const actors = new Set(scenario.actors.map(({ name }) => name.text));
    for (const { route } of scenario.service?.succeeds ?? []) this.#name(route);
    for (const actor of scenario.actors) {
      this.#add(meaning("actor", actor.name.text, owner), actor.name.span, true);
      for (const clause of actor.clauses) this.#clause(clause);
    }
    for (const { subject } of scenario.expectations) {
      if (actors.has(subject.text)) this.#use(meaning("actor", subject.text, owner), subject.span);
    }
  }

  #clause(clause: ast.AstClause): void {
    switch (clause.kind) {
      case "clients":
        this.#expr(clause.where);
        return clause.ids?.forEach((id) => this.#client(id));
      case "mix":
        return this.#names(clause.shares.map(({ route }) => route));
      case "networks":
        return clause.networks.forEach((place) => this.#expr(place));
      case "setting":
        return this.#expr(clause.value);
      default:
        return undefined;
    }
  }
}
