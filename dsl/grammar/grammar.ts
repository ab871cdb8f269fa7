/** The whole grammar: a file is a row of declarations. */
import type { CstNode, Rule as GrammarRule, IRecognitionException, IToken } from "chevrotain";
import type { Rule } from "./expressions.ts";
import { EXPECTATIONS } from "./messages.ts";
import type { RuleOutline } from "./outline.ts";
import { QuickReader, tokenRow, type TokenSource } from "./quick-read.ts";
import { ScenarioGrammar } from "./scenarios.ts";

class FileGrammar extends ScenarioGrammar {
  constructor(skipValidations: boolean) {
    // Recovery is per declaration and done outside (parser.ts): what chevrotain inserts and deletes inside one gives
    // second errors that nobody made. Its validations of the grammar itself run in a unit test, not at every start.
    super({
      recoveryEnabled: false,
      maxLookahead: 1,
      errorMessageProvider: EXPECTATIONS,
      nodeLocationTracking: "onlyOffset",
      skipValidations,
    });
  }

  /** What chevrotain needs before it reads anything: it takes longer than reading a small file, which may never come to that. */
  analyse(): this {
    if (!this.#analysed) this.performSelfAnalysis();
    this.#analysed = true;
    return this;
  }
  #analysed = false;

  #rule: RuleOutline | undefined;
  /** Reads declarations quickly, each given to `take` as it is read. @returns Whether all tokens could be read. */
  readQuickly(source: TokenSource, take: (declaration: CstNode) => void): boolean {
    this.#rule ??= this.outline().get("declaration");
    const reader = new QuickReader(source);
    this.quick = reader;
    try {
      while (!reader.ended) {
        const node = this.#rule === undefined ? null : reader.read(this.#rule);
        if (node === null) return false;
        take(node);
      }
      return true;
    } finally {
      this.quick = null;
    }
  }

  file: Rule = this.RULE("file", () => {
    this.MANY(() => this.SUBRULE(this.declaration));
  });

  declaration: Rule = this.RULE("declaration", () => {
    this.OR(this.declarations());
  });

  private alternatives: { ALT: () => CstNode }[] | undefined;
  private declarations(): { ALT: () => CstNode }[] {
    this.alternatives ??= [
      { ALT: () => this.SUBRULE(this.ruleDeclaration) },
      { ALT: () => this.SUBRULE(this.limitDeclaration) },
      { ALT: () => this.SUBRULE(this.signalDeclaration) },
      { ALT: () => this.SUBRULE(this.routeDeclaration) },
      { ALT: () => this.SUBRULE(this.listDeclaration) },
      { ALT: () => this.SUBRULE(this.letDeclaration) },
      { ALT: () => this.SUBRULE(this.scoreDeclaration) },
      { ALT: () => this.SUBRULE(this.groupDeclaration) },
      { ALT: () => this.SUBRULE(this.testDeclaration) },
      { ALT: () => this.SUBRULE(this.policyDeclaration) },
      { ALT: () => this.SUBRULE(this.importDeclaration) },
      { ALT: () => this.SUBRULE(this.trustDeclaration) },
      { ALT: () => this.SUBRULE(this.identityDeclaration) },
      { ALT: () => this.SUBRULE(this.clientsDeclaration) },
      { ALT: () => this.SUBRULE(this.factDeclaration) },
      { ALT: () => this.SUBRULE(this.classDeclaration) },
      { ALT: () => this.SUBRULE(this.tableDeclaration) },
      { ALT: () => this.SUBRULE(this.windowDeclaration) },
      { ALT: () => this.SUBRULE(this.rolloutDeclaration) },
      { ALT: () => this.SUBRULE(this.invariantDeclaration) },
      { ALT: () => this.SUBRULE(this.scenarioDeclaration) },
    ];
    return this.alternatives;
  }
}

/** What one run of the grammar gave: the declarations it could read, and the first problem, if any. */
export interface GrammarResult {
  readonly declarations: readonly CstNode[];
  readonly problem: IRecognitionException | null;
}

let shared: FileGrammar | undefined;

/** One parser is made at the first call and used for all, as chevrotain's start-up is what costs. */
function grammar(): FileGrammar {
  shared ??= new FileGrammar(true);
  return shared;
}

/** Runs the grammar over tokens. */
export function runGrammar(tokens: IToken[]): GrammarResult {
  const parser = grammar().analyse();
  // The lexer tracks starts alone; chevrotain needs ends to know where its nodes end.
  for (const token of tokens) token.endOffset = token.startOffset + token.image.length - 1;
  parser.input = tokens;
  const file = parser.file() as CstNode | undefined;
  const problem = parser.errors[0] ?? null;
  const declarations = (file?.children["declaration"] as CstNode[] | undefined) ?? [];
  parser.input = [];
  return { declarations, problem };
}

/**
 * Reads the tokens of a file in which nothing is wrong, faster than {@link runGrammar}.
 *
 * @param take - Gets each declaration as it is read; what it got is void where the file turns out to be wrong.
 * @returns Whether the grammar takes all tokens. Where it does not, {@link runGrammar} says why.
 */
export function readQuickly(tokens: readonly IToken[] | TokenSource, take: (declaration: CstNode) => void): boolean {
  return grammar().readQuickly("next" in tokens ? tokens : tokenRow(tokens), take);
}

/** The rules of the grammar as data, by name. */
export function grammarRules(): Readonly<Record<string, GrammarRule>> {
  return grammar().analyse().getGAstProductions();
}

/**
 * Builds the grammar with chevrotain's checks of it (ambiguities, left recursion, names), for a test.
 *
 * @throws What chevrotain finds wrong.
 */
export function validateGrammar(): void {
  new FileGrammar(false).analyse();
}
