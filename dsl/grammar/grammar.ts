/** The whole grammar: a file is a row of declarations. */
import type { CstNode, Rule as GrammarRule, IRecognitionException, IToken } from "chevrotain";
import type { Rule } from "./expressions.ts";
import { EXPECTATIONS } from "./messages.ts";
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
    this.performSelfAnalysis();
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

/**
 * Runs the grammar over tokens. One parser is made at the first call and used for all, as chevrotain's start-up is what
 * costs.
 */
export function runGrammar(tokens: IToken[]): GrammarResult {
  shared ??= new FileGrammar(true);
  shared.input = tokens;
  const file = shared.file() as CstNode | undefined;
  const problem = shared.errors[0] ?? null;
  const declarations = (file?.children["declaration"] as CstNode[] | undefined) ?? [];
  shared.input = [];
  return { declarations, problem };
}

/** The rules of the grammar as data, by name. */
export function grammarRules(): Readonly<Record<string, GrammarRule>> {
  shared ??= new FileGrammar(true);
  return shared.getGAstProductions();
}

/**
 * Builds the grammar with chevrotain's checks of it (ambiguities, left recursion, names), for a test.
 *
 * @throws What chevrotain finds wrong.
 */
export function validateGrammar(): void {
  new FileGrammar(false);
}
