/**
 * Conditions as a capped disjunction of conjunctions of literals, which is what the index files. Past the cap a part stays
 * one literal: it is then tested as a whole, so an adversarial condition costs its own size and no more.
 */
import type { ConditionBuilder } from "./conditions.ts";
import { FALSE, negate, TRUE } from "./literals.ts";

/** Conjunctions that any condition may become. */
const MOST_CONJUNCTIONS = 16;
/** Most that one becomes while there is an allowance for it, and what all such conditions of a policy may become. */
const MOST_ALLOWED = 128;
const ALLOWANCE = 1 << 14;

/** Sorted distinct literals, all of which must hold. */
export type Conjunction = readonly number[];

/** Both conjunctions together, or null where they contradict each other. */
function merge(a: Conjunction, b: Conjunction): Conjunction | null {
  const merged = [...new Set([...a, ...b])].sort((x, y) => x - y);
  return merged.some((literal, index) => merged[index + 1] === (literal | 1) && (literal & 1) === 0) ? null : merged;
}

/** Drops the conjunctions that another one, with fewer literals, makes superfluous. */
function absorb(conjunctions: readonly Conjunction[]): Conjunction[] {
  const kept: Conjunction[] = [];
  for (const each of [...conjunctions].sort((a, b) => a.length - b.length)) {
    if (!kept.some((shorter) => shorter.every((literal) => each.includes(literal)))) kept.push(each);
  }
  return kept;
}

function product(left: readonly Conjunction[], right: readonly Conjunction[]): Conjunction[] {
  return left.flatMap((a) => right.map((b) => merge(a, b)).filter((each) => each !== null));
}

class NormalForm {
  private readonly conditions: ConditionBuilder;
  private readonly known = new Map<number, readonly Conjunction[]>();
  private allowance = ALLOWANCE;

  constructor(conditions: ConditionBuilder) {
    this.conditions = conditions;
  }

  of(literal: number): readonly Conjunction[] {
    if (literal === TRUE) return [[]];
    if (literal === FALSE) return [];
    const known = this.known.get(literal);
    if (known !== undefined) return known;
    const items = this.conditions.itemsOf(literal >> 1);
    const form = items === null ? [[literal]] : (literal & 1) === 0 ? this.all(items) : this.any(items, literal);
    this.known.set(literal, form);
    return form;
  }

  /** Multiplies the parts out, those of one conjunction first; a part that would pass the cap stays a literal. */
  private all(items: readonly number[]): readonly Conjunction[] {
    // They are sorted and distinct, and no two contradict each other.
    if (items.every((item) => this.conditions.itemsOf(item >> 1) === null)) return [items];
    const parts = items.map((item) => ({ item, form: this.of(item) }));
    parts.sort((a, b) => a.form.length - b.form.length);
    return parts.reduce<readonly Conjunction[]>(
      (form, part) => {
        return this.fits(form.length * part.form.length)
          ? absorb(product(form, part.form))
          : product(form, [[part.item]]);
      },
      [[]],
    );
  }

  private any(items: readonly number[], literal: number): readonly Conjunction[] {
    const form = items.flatMap((item) => this.of(negate(item)));
    return this.fits(form.length) ? absorb(form) : [[literal]];
  }

  /** Whether a part may have so many conjunctions; takes them from the allowance if they are many. */
  private fits(count: number): boolean {
    if (count <= MOST_CONJUNCTIONS) return true;
    if (count > Math.min(MOST_ALLOWED, this.allowance)) return false;
    this.allowance -= count;
    return true;
  }
}

/** Gives the disjunctive form of literals; an empty one never holds. */
export function normalForms(conditions: ConditionBuilder): (literal: number) => readonly Conjunction[] {
  const forms = new NormalForm(conditions);
  return (literal) => forms.of(literal);
}
