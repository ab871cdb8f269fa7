/** Walks the index of a program without deciding anything, and counts what that takes. */
import { Candidates, findCandidates, findWaiting } from "../../engine/dispatch.ts";
import { holds, makeTests } from "../../engine/evaluate.ts";
import { Context } from "../../engine/facts/context.ts";
import { makeReaders } from "../../engine/facts/read-slot.ts";
import { readRequest } from "../../engine/facts/read-request.ts";
import { HeldNumber } from "../../engine/held-number.ts";
import type { Request } from "../../engine/index.ts";
import { intersect } from "../../engine/intersect.ts";
import { DispatchKind, Phase } from "../../engine/layout.ts";
import type { Program } from "../../engine/program.ts";

/** What was done to find the entries of one request. */
export interface Work {
  readonly nodes: number;
  /** Entries found, and literals that are left to test of them. */
  readonly entries: number;
  readonly literals: number;
  /** Words of bit vectors that were looked at, of all dimensions. */
  readonly words: number;
}

export class IndexProbe {
  private readonly program: Program;
  private readonly context: Context;
  private readonly found: Candidates;
  private readonly clock = new HeldNumber(0);

  /** @param state - What every signal and score reads, and every limit has used. */
  constructor(program: Program, state: (index: number) => number = (index) => index + 1) {
    const put = (index: number, slot: number): void => {
      this.context.numbers[slot] = state(index);
    };
    const reader = {
      signal: put,
      score: state,
      used: put,
      condition: (literal: number) => holds(this.context, literal),
    };
    this.program = program;
    this.context = new Context(program, reader, { makeReaders, makeTests }, this.clock);
    this.found = new Candidates(program);
  }

  /** Finds the entries of a request in every phase. */
  find(request: Request, now = 0): void {
    const { context, found } = this;
    this.clock.value = now;
    readRequest(context, request);
    findCandidates(context, found);
    for (const phase of [Phase.term, Phase.rule, Phase.limit]) findWaiting(context, found, phase);
  }

  /** Entries found, by phase. */
  private entries(): readonly number[][] {
    return this.found.lists.map((list, phase) => [...list.subarray(0, this.found.counts[phase])]);
  }

  /** Targets whose conditions hold, by phase. */
  targets(): readonly number[][] {
    const { entryTarget, residuals, residualStart } = this.program.index;
    const holding = (entry: number): boolean =>
      residuals
        .subarray(residualStart[entry], residualStart[entry + 1])
        .every((literal) => holds(this.context, literal));
    return this.entries().map((entries) =>
      [...new Set(entries.filter(holding).map((entry) => entryTarget[entry]!))].sort((a, b) => a - b),
    );
  }

  work(): Work {
    const { residualStart } = this.program.index;
    const entries = this.entries().flat();
    const literals = entries.reduce((sum, entry) => sum + residualStart[entry + 1]! - residualStart[entry]!, 0);
    const seen = this.found.seen.filter((epoch) => epoch === this.context.epoch);
    return { nodes: seen.length + 1, entries: entries.length, literals, words: this.words() };
  }

  /** Looks again at the bit vectors of the nodes that were visited. */
  private words(): number {
    const { kinds, nodeDispatchers, tables, vectors } = this.program.index;
    const { seen } = this.found;
    const visited = [...seen.keys()].filter((node) => node === 0 || seen[node] === this.context.epoch);
    const dispatchers = visited.flatMap((node) =>
      Array.from(
        { length: nodeDispatchers[node + 1]! - nodeDispatchers[node]! },
        (_, index) => nodeDispatchers[node]! + index,
      ),
    );
    const scratch = new Candidates(this.program);
    return dispatchers
      .filter((dispatcher) => kinds[dispatcher] === DispatchKind.vectors)
      .map((dispatcher) => vectors[tables[dispatcher]!]!)
      .reduce((sum, each) => {
        intersect(this.context, scratch, each);
        const left = [...scratch.sums.subarray(0, each.summary)].reduce((all, word) => all + bitsOf(word), 0);
        return sum + each.dimensions.length * (each.summary + left);
      }, 0);
  }
}

function bitsOf(word: number): number {
  return (word >>> 0).toString(2).replaceAll("0", "").length;
}
