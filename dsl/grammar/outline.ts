/**
 * The grammar as data. Its rules are methods that say what they consume; here each is called once, with methods in place of
 * chevrotain's that write down what is said, and what may come first in each part is worked out from that.
 */
import type { ParserMethod, TokenType } from "chevrotain";
import { VOCABULARY } from "../tokens.ts";

/** Which types of tokens are meant, by `tokenTypeIdx`: 1 for those that are. */
export type TokenSet = Uint8Array;

/** One step of a rule. What a step reads goes under its `key` of the node. */
export type Step =
  | { readonly kind: "consume"; readonly key: string; readonly accepts: TokenSet }
  | { readonly kind: "subrule"; readonly key: string; readonly rule: RuleOutline }
  | { readonly kind: "or"; readonly parts: readonly Part[]; readonly opened: Opened }
  | { readonly kind: "option" | "many"; readonly part: Part }
  | { readonly kind: "at_least_one"; readonly part: Part }
  | {
      readonly kind: "separated";
      readonly part: Part;
      readonly least: 0 | 1;
      readonly separator: Step & { kind: "consume" };
    };

/** What a step of another kind has. All steps have the same members, so that their reader always meets objects of one form. */
const NOTHING = {
  key: "",
  accepts: new Uint8Array(0),
  rule: null,
  parts: null,
  opened: null,
  part: null,
  least: 0,
  separator: null,
};

/** By `tokenTypeIdx`: the parts of a choice that such a token may come first in. */
export type Opened = (readonly Part[])[];

/** Steps that are taken where the next token is one of `first`, and the gate, if there is one, is open. */
export interface Part {
  readonly steps: readonly Step[];
  readonly gate: (() => boolean) | null;
  readonly first: TokenSet;
}

/** A rule; its steps are filled in once all rules are known. */
export interface RuleOutline {
  readonly name: string;
  steps: readonly Step[];
}

/** A rule as it is written. */
export interface WrittenRule {
  readonly name: string;
  readonly body: () => void;
}

type AnyRule = ParserMethod<[], unknown>;
type Alternative = { readonly GATE?: () => boolean; readonly ALT: () => unknown };
type Body = (() => unknown) | { readonly GATE?: () => boolean; readonly DEF: () => unknown };
type Separated = { readonly SEP: TokenType; readonly DEF: () => unknown };
interface Label {
  readonly LABEL?: string;
}

/** One more than the largest `tokenTypeIdx`. */
const TYPES = Math.max(...VOCABULARY.map(({ tokenTypeIdx }) => tokenTypeIdx ?? 0)) + 1;

/** Writes down what rules say. */
export class Recorder {
  /** The recording methods by the names of chevrotain's, to be set on the grammar meanwhile. */
  readonly methods: Readonly<Record<string, unknown>>;
  readonly #written: ReadonlyMap<unknown, WrittenRule>;
  readonly #rules = new Map<string, RuleOutline>();
  readonly #firsts = new Map<RuleOutline, TokenSet>();
  /** Parts whose `first` waits until all rules are known, and choices between them. */
  readonly #parts: Part[] = [];
  readonly #choices: (Step & { readonly kind: "or" })[] = [];
  #steps: Step[] = [];

  /** @param written - The rules by the methods that call them. */
  constructor(written: ReadonlyMap<unknown, WrittenRule>) {
    this.#written = written;
    const methods = {
      CONSUME: (type: TokenType, label?: Label): void => void this.#steps.push(consumption(type, label)),
      SUBRULE: (rule: AnyRule, label?: Label): void => this.#subrule(rule, label),
      OR: (alternatives: readonly Alternative[]): void => this.#or(alternatives),
      OPTION: (body: Body): void => void this.#steps.push({ ...NOTHING, kind: "option", part: this.#part(body) }),
      MANY: (body: Body): void => void this.#steps.push({ ...NOTHING, kind: "many", part: this.#part(body) }),
      AT_LEAST_ONE: (body: Body): void =>
        void this.#steps.push({ ...NOTHING, kind: "at_least_one", part: this.#part(body) }),
      MANY_SEP: (row: Separated): void => this.#separated(row, 0),
      AT_LEAST_ONE_SEP: (row: Separated): void => this.#separated(row, 1),
    };
    // `OPTION2` and the like are told apart by chevrotain alone.
    const numbers = ["", 1, 2, 3, 4, 5, 6, 7, 8, 9];
    this.methods = Object.fromEntries(
      Object.entries(methods).flatMap(([name, method]) => numbers.map((number) => [`${name}${number}`, method])),
    );
  }

  /** Records all rules; the grammar has {@link methods} in place of its own. */
  record(): ReadonlyMap<string, RuleOutline> {
    for (const { name, body } of this.#written.values()) this.#rule(name).steps = this.#stepsOf(body);
    for (const part of this.#parts) if (this.#addFirst(part.steps, part.first)) throw new Error("a part may be empty");
    for (const { parts, opened } of this.#choices) {
      for (let type = 0; type < TYPES; type++) opened.push(parts.filter(({ first }) => first[type] === 1));
    }
    return this.#rules;
  }

  #rule(name: string): RuleOutline {
    const known = this.#rules.get(name) ?? { name, steps: [] };
    this.#rules.set(name, known);
    return known;
  }

  #stepsOf(body: () => unknown): readonly Step[] {
    const outer = this.#steps;
    const steps: Step[] = [];
    this.#steps = steps;
    body();
    this.#steps = outer;
    return steps;
  }

  #part(body: Body): Part {
    return typeof body === "function" ? this.#gated(body) : this.#gated(body.DEF, body.GATE);
  }

  #gated(body: () => unknown, gate: (() => boolean) | null = null): Part {
    const part = { steps: this.#stepsOf(body), gate, first: new Uint8Array(TYPES) };
    this.#parts.push(part);
    return part;
  }

  #subrule(rule: AnyRule, label?: Label): void {
    const name = this.#written.get(rule)?.name ?? "";
    this.#steps.push({ ...NOTHING, kind: "subrule", key: label?.LABEL ?? name, rule: this.#rule(name) });
  }

  #or(alternatives: readonly Alternative[]): void {
    const parts = alternatives.map(({ ALT, GATE }) => this.#gated(ALT, GATE));
    const choice = { ...NOTHING, kind: "or" as const, parts, opened: [] };
    this.#choices.push(choice);
    this.#steps.push(choice);
  }

  #separated({ SEP, DEF }: Separated, least: 0 | 1): void {
    this.#steps.push({ ...NOTHING, kind: "separated", part: this.#gated(DEF), least, separator: consumption(SEP) });
  }

  /** Adds what may come first of some steps. @returns Whether they may read nothing at all. */
  #addFirst(steps: readonly Step[], first: TokenSet): boolean {
    return steps.every((step) => this.#addFirstOf(step, first));
  }

  #addFirstOf(step: Step, first: TokenSet): boolean {
    switch (step.kind) {
      case "consume":
        addAll(first, step.accepts);
        return false;
      case "subrule":
        return this.#addFirstOfRule(step.rule, first);
      case "or":
        return step.parts.filter((part) => this.#addFirst(part.steps, first)).length > 0;
      case "option":
      case "many":
        this.#addFirst(step.part.steps, first);
        return true;
      case "at_least_one":
        return this.#addFirst(step.part.steps, first);
      case "separated":
        this.#addFirst(step.part.steps, first);
        return step.least === 0;
    }
  }

  #addFirstOfRule(rule: RuleOutline, first: TokenSet): boolean {
    const known = this.#firsts.get(rule);
    if (known !== undefined) {
      addAll(first, known);
      return false;
    }
    const own = new Uint8Array(TYPES);
    const empty = this.#addFirst(rule.steps, own);
    if (!empty) this.#firsts.set(rule, own);
    addAll(first, own);
    return empty;
  }
}

function consumption(type: TokenType, label?: Label): Step & { kind: "consume" } {
  const accepts = new Uint8Array(TYPES);
  for (const index of [type.tokenTypeIdx ?? 0, ...(type.categoryMatches ?? [])]) accepts[index] = 1;
  return { ...NOTHING, kind: "consume", key: label?.LABEL ?? type.name, accepts };
}

function addAll(set: TokenSet, added: TokenSet): void {
  for (let index = 0; index < added.length; index++) if (added[index] === 1) set[index] = 1;
}
