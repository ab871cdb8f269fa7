/** All that is known of one policy with its files, for every provider; what only some ask for is made when asked. */
import type { Policy } from "../../engine/index.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { PolicyAnalysis } from "../load.ts";
import type { ParseResult } from "../parser.ts";
import type { SourceFile } from "../source.ts";
import { collectOccurrences, type Occurrences } from "./occurrences.ts";
import { collectSymbols, type Symbols } from "./symbols.ts";
import type { OpenDocument } from "./workspace.ts";

/** What an analysis is made of. */
export interface AnalysisParts {
  /** Path of the main file. */
  readonly main: string;
  /** The document that was looked at by itself, because no policy that imports it is known; null for a policy. */
  readonly lone: OpenDocument | null;
  readonly result: PolicyAnalysis;
  /** By file number. */
  readonly parses: ReadonlyMap<number, ParseResult>;
  /** The policy as it was when it last had no errors, for what depends on little of it. */
  readonly lastGood: Policy | null;
}

export class Analysis {
  readonly main: string;
  readonly lone: OpenDocument | null;
  readonly result: PolicyAnalysis;
  readonly lastGood: Policy | null;
  readonly #parses: ReadonlyMap<number, ParseResult>;
  #symbols: Symbols | null = null;
  #occurrences: Occurrences | null = null;

  constructor({ main, lone, result, parses, lastGood }: AnalysisParts) {
    this.main = main;
    this.lone = lone;
    this.result = result;
    this.lastGood = lastGood;
    this.#parses = parses;
  }

  get symbols(): Symbols {
    this.#symbols ??= collectSymbols(this.result);
    return this.#symbols;
  }

  get occurrences(): Occurrences {
    this.#occurrences ??= collectOccurrences(this.result, this.symbols);
    return this.#occurrences;
  }

  /** The number of a file in spans; -1 where it took no part. */
  fileOf(path: string): number {
    return this.result.sources.findIndex((source) => source.path === path);
  }

  sourceOf(file: number): SourceFile | undefined {
    return this.result.sources[file];
  }

  /** What is wrong, and the file of each. A document by itself is told how it is written, and nothing of names that others may declare. */
  get problems(): readonly { readonly diagnostic: Diagnostic; readonly source: SourceFile }[] {
    const { lone, result } = this;
    if (lone !== null) return lone.parsed.diagnostics.map((diagnostic) => ({ diagnostic, source: lone.source }));
    return result.diagnostics.flatMap((diagnostic) => {
      const source = result.sources[diagnostic.span.file];
      return source === undefined ? [] : [{ diagnostic, source }];
    });
  }

  /** What was read of a policy file; undefined for inventories and lists. */
  parseOf(file: number): ParseResult | undefined {
    return this.#parses.get(file);
  }
}
