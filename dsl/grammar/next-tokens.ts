/**
 * What may follow some tokens, for completion. The grammar is run as the automaton that it is, on all its ways at once: a place is
 * a production with a stack of those to come back to, and equal places are one, so that the work is linear in the tokens.
 * Gates of the grammar are not asked, so a little more is offered than the parser takes.
 */
import {
  Alternation,
  Alternative,
  type IProduction,
  type IToken,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  Terminal,
  tokenMatcher,
  type TokenType,
} from "chevrotain";
import { grammarRules } from "./grammar.ts";

/** A token that may come next, and where the grammar is then. */
export interface NextToken {
  readonly type: TokenType;
  /** Which of the rule's tokens of that type it is: the number behind `CONSUME`. */
  readonly occurrence: number;
  /** Grammar rules from the outermost to the one that takes the token. */
  readonly rules: readonly string[];
}

/** More ways than this at once are dropped; the grammar has a handful. */
const MAX_WAYS = 2_000;

/** What may follow tokens from the start of a rule of the grammar; empty where they do not begin one. */
export function nextTokens(rule: string, tokens: readonly IToken[]): readonly NextToken[] {
  const definition = grammarRules()[rule]?.definition ?? [];
  const root = new Place(definition, 0, [rule], null);
  let ways = closure([root]);
  for (const token of tokens) {
    const behind = ways
      .filter(({ terminal }) => tokenMatcher(token, terminal.terminalType))
      .map(({ place }) => place.behind());
    ways = closure(behind);
  }
  return ways.map(({ terminal, place }) => ({
    type: terminal.terminalType,
    occurrence: terminal.idx,
    rules: place.rules,
  }));
}

/** A production about to be read, and where to go on behind its row. */
class Place {
  readonly row: readonly IProduction[];
  readonly index: number;
  readonly rules: readonly string[];
  readonly next: Place | null;
  /** Places whose `next` is this, so that equal ones are one object. */
  readonly #above = new Map<readonly IProduction[], Place>();
  #behind: Place | null = null;

  constructor(row: readonly IProduction[], index: number, rules: readonly string[], next: Place | null) {
    this.row = row;
    this.index = index;
    this.rules = rules;
    this.next = next;
  }

  behind(): Place {
    this.#behind ??= new Place(this.row, this.index + 1, this.rules, this.next);
    return this.#behind;
  }

  /** The start of a row, after which this place goes on; `rule` where the row is a rule's. */
  above(row: readonly IProduction[], rule: string | null): Place {
    const known = this.#above.get(row);
    if (known !== undefined) return known;
    const place = new Place(row, 0, rule === null ? this.rules : [...this.rules, rule], this);
    this.#above.set(row, place);
    return place;
  }
}

interface Way {
  readonly terminal: Terminal;
  readonly place: Place;
}

/** The tokens that can be read next from any of the places. */
function closure(places: readonly Place[]): readonly Way[] {
  const seen = new Set<Place>();
  const ways: Way[] = [];
  const waiting = [...places];
  for (let place = waiting.pop(); place !== undefined && ways.length < MAX_WAYS; place = waiting.pop()) {
    if (seen.has(place)) continue;
    seen.add(place);
    const production = place.row[place.index];
    if (production instanceof Terminal) ways.push({ terminal: production, place });
    else waiting.push(...stepsFrom(place, production));
  }
  return ways;
}

/** Where a place leads without reading a token. */
function stepsFrom(place: Place, production: IProduction | undefined): readonly Place[] {
  if (production === undefined) return place.next === null ? [] : [place.next];
  if (production instanceof NonTerminal) {
    const { definition, name } = production.referencedRule;
    return [place.behind().above(definition, name)];
  }
  if (production instanceof Option) return [place.behind(), place.behind().above(production.definition, null)];
  if (production instanceof Alternation)
    return production.definition.flatMap((one) =>
      one instanceof Alternative ? [place.behind().above(one.definition, null)] : [],
    );
  if (production instanceof Alternative) return [place.behind().above(production.definition, null)];
  // A repetition comes back to itself.
  if (production instanceof Repetition) return [place.behind(), place.above(production.definition, null)];
  const row = firstTime(production);
  if (row === null) return [];
  const first = place.behind().above(row, null);
  return production instanceof RepetitionWithSeparator ? [place.behind(), first] : [first];
}

const FIRST_TIMES = new WeakMap<IProduction, readonly IProduction[]>();

/** A repetition that is read at least once, or with separators: its row, then what may repeat. */
function firstTime(production: IProduction): readonly IProduction[] | null {
  const known = FIRST_TIMES.get(production);
  if (known !== undefined) return known;
  const made = makeFirstTime(production);
  if (made !== null) FIRST_TIMES.set(production, made);
  return made;
}

function makeFirstTime(production: IProduction): readonly IProduction[] | null {
  if (production instanceof RepetitionMandatory) {
    const { definition } = production;
    return [...definition, new Repetition({ definition })];
  }
  const separated =
    production instanceof RepetitionMandatoryWithSeparator || production instanceof RepetitionWithSeparator;
  if (!separated) return null;
  const { definition, separator } = production;
  const again = new Repetition({ definition: [new Terminal({ terminalType: separator }), ...definition] });
  return [...definition, again];
}
