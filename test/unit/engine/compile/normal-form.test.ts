/** Conditions as disjunctions of conjunctions: the same truth whatever the form, and a cap on how many there are. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConditionBuilder } from "../../../../engine/compile/conditions.ts";
import { FALSE, negate, TRUE } from "../../../../engine/compile/literals.ts";
import { type Conjunction, normalForms } from "../../../../engine/compile/normal-form.ts";
import { check } from "../../../helpers/property.ts";

/** Conditions by number: null for one that is asked by itself, else the literals that must all hold. */
class Graph {
  readonly items: (readonly number[] | null)[] = [null];
  itemsOf(condition: number): readonly number[] | null {
    return this.items[condition] ?? null;
  }
  atom(): number {
    return 2 * (this.items.push(null) - 1);
  }
  all(...literals: readonly number[]): number {
    const items = [...new Set(literals)].filter((each) => each !== TRUE).sort((a, b) => a - b);
    // As the compiler makes them: none that contradicts itself, and none of one part.
    if (items.includes(FALSE) || items.some((each) => items.includes(negate(each)))) return FALSE;
    if (items.length < 2) return items[0] ?? TRUE;
    return 2 * (this.items.push(items) - 1);
  }
  any(...literals: readonly number[]): number {
    return negate(this.all(...literals.map(negate)));
  }
  form(literal: number): readonly Conjunction[] {
    return this.forms()(literal);
  }
  forms(): (literal: number) => readonly Conjunction[] {
    return normalForms(this as unknown as ConditionBuilder);
  }
  /** Whether a literal holds where these atoms do. */
  holds(literal: number, atoms: ReadonlySet<number>): boolean {
    if (literal === TRUE || literal === FALSE) return literal === TRUE;
    const items = this.itemsOf(literal >> 1);
    const positive = items === null ? atoms.has(literal & ~1) : items.every((item) => this.holds(item, atoms));
    return positive !== ((literal & 1) === 1);
  }
}

function atoms(graph: Graph, count: number): readonly number[] {
  return Array.from({ length: count }, () => graph.atom());
}

describe("the form", () => {
  test("of what always holds is nothing to test, and of what never holds none", () => {
    const graph = new Graph();
    expect([graph.form(TRUE), graph.form(FALSE)]).toEqual([[[]], []]);
  });

  test("of an atom is itself, negated too", () => {
    const graph = new Graph();
    const [a = 0] = atoms(graph, 1);
    expect([graph.form(a), graph.form(negate(a))]).toEqual([[[a]], [[negate(a)]]]);
  });

  test("of a conjunction of atoms is it, and of its negation one for each", () => {
    const graph = new Graph();
    const [a = 0, b = 0, c = 0] = atoms(graph, 3);
    const both = graph.all(c, a, negate(b));
    expect(graph.form(both)).toEqual([[a, negate(b), c]]);
    expect(graph.form(negate(both))).toEqual([[negate(a)], [b], [negate(c)]]);
  });

  test("is multiplied out, without what contradicts itself and what another makes superfluous", () => {
    const graph = new Graph();
    const [a = 0, b = 0, c = 0] = atoms(graph, 3);
    expect(graph.form(graph.all(a, graph.any(b, c)))).toEqual([
      [a, b],
      [a, c],
    ]);
    expect(graph.form(graph.all(a, graph.any(negate(a), b)))).toEqual([[a, b]]);
    expect(graph.form(graph.all(a, graph.any(a, b)))).toEqual([[a]]);
    expect(graph.form(graph.any(graph.all(a, b), a))).toEqual([[a]]);
    expect(graph.form(graph.any(graph.all(a, b), graph.all(a, b, c)))).toEqual([[a, b]]);
    expect(graph.form(graph.all(graph.any(a, b), graph.any(negate(a), negate(b))))).toEqual([
      [a, negate(b)],
      [negate(a), b],
    ]);
    expect(graph.form(graph.all(a, graph.any(negate(a), graph.all(negate(a), b))))).toEqual([]);
  });

  test("means what the condition means", () => {
    const { literal } = fc.letrec<{ literal: (graph: Graph, known: readonly number[]) => number }>((tie) => ({
      literal: fc.oneof(
        { maxDepth: 4, depthSize: "small" },
        fc.tuple(fc.nat(4), fc.boolean()).map(
          ([index, negated]) =>
            (_: Graph, known: readonly number[]) =>
              (known[index] as number) ^ (negated ? 1 : 0),
        ),
        fc.tuple(fc.constantFrom("all", "any"), fc.array(tie("literal"), { minLength: 1, maxLength: 4 })).map(
          ([kind, parts]) =>
            (graph: Graph, known: readonly number[]) =>
              graph[kind as "all" | "any"](...parts.map((part) => part(graph, known))),
        ),
      ),
    }));
    check(
      fc.property(literal, (build) => {
        const graph = new Graph();
        const known = atoms(graph, 5);
        const built = build(graph, known);
        const form = graph.form(built);
        for (let bits = 0; bits < 32; bits++) {
          const holding = new Set(known.filter((_, index) => ((bits >> index) & 1) === 1));
          const some = form.some((conjunction) => conjunction.every((each) => graph.holds(each, holding)));
          expect(some).toBe(graph.holds(built, holding));
        }
        for (const each of form) {
          expect(each).toEqual([...new Set(each)].sort((a, b) => a - b));
          expect(each.some((one) => each.includes(negate(one)))).toBe(false);
        }
      }),
      { runs: 300 },
    );
  });
});

describe("the cap", () => {
  /** A conjunction of so many disjunctions of so many atoms each. */
  const wide = (graph: Graph, parts: number, each: number): number =>
    graph.all(...Array.from({ length: parts }, () => graph.any(...atoms(graph, each))));

  test("is 128 conjunctions; a part that would pass it stays whole", () => {
    const graph = new Graph();
    expect(graph.form(wide(graph, 4, 2))).toHaveLength(16);
    expect(graph.form(wide(graph, 7, 2))).toHaveLength(128);
    const form = graph.form(wide(graph, 8, 2));
    expect(form).toHaveLength(128);
    expect(new Set(form.map((each) => each.length))).toEqual(new Set([8]));
    const disjunction = graph.any(...atoms(graph, 128));
    expect(graph.form(disjunction)).toHaveLength(128);
    const longer = graph.any(...atoms(graph, 129));
    expect(graph.form(longer)).toEqual([[longer]]);
    expect(graph.form(graph.any(...atoms(graph, 17)))).toHaveLength(17);
  });

  test("of all conditions together lets no more than 16,384 pass 16 each, and any have 16", () => {
    const graph = new Graph();
    const forms = graph.forms();
    const many = Array.from({ length: 128 }, () => graph.any(...atoms(graph, 128)));
    for (const each of many) expect(forms(each)).toHaveLength(128);
    const [small, large] = [graph.any(...atoms(graph, 16)), graph.any(...atoms(graph, 17))];
    expect([forms(small).length, forms(large)]).toEqual([16, [[large]]]);
    // What is known is asked for again at no cost.
    expect(forms(many[0] as number)).toHaveLength(128);
  });

  test("takes parts of few conjunctions first, so that more are multiplied out", () => {
    const graph = new Graph();
    const [a = 0] = atoms(graph, 1);
    const large = graph.any(...atoms(graph, 100));
    const pair = graph.any(...atoms(graph, 2));
    const form = graph.form(graph.all(large, pair, a));
    expect(form).toHaveLength(2);
    expect(form.every((each) => each.includes(large) && each.includes(a))).toBe(true);
  });
});
