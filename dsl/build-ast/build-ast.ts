/** From the node of one declaration to its tree. */
import type { CstNode } from "chevrotain";
import type { AstDeclarationNode } from "../ast.ts";
import type { BuildContext } from "./context.ts";
import * as decisions from "./decisions.ts";
import * as declarations from "./declarations.ts";
import { buildScenario } from "./scenarios.ts";
import { buildTest } from "./tests.ts";

/** The builder of each kind, by the name of its grammar rule. */
const BUILDERS: Readonly<Record<string, declarations.DeclarationBuilder>> = {
  policyDeclaration: declarations.buildPolicy,
  importDeclaration: declarations.buildImport,
  trustDeclaration: declarations.buildTrust,
  identityDeclaration: declarations.buildIdentity,
  clientsDeclaration: declarations.buildClients,
  listDeclaration: declarations.buildListDeclaration,
  routeDeclaration: declarations.buildRoute,
  groupDeclaration: declarations.buildGroup,
  factDeclaration: declarations.buildFact,
  classDeclaration: declarations.buildClass,
  tableDeclaration: declarations.buildTable,
  windowDeclaration: declarations.buildWindow,
  letDeclaration: declarations.buildLet,
  signalDeclaration: decisions.buildSignal,
  scoreDeclaration: decisions.buildScore,
  limitDeclaration: decisions.buildLimit,
  ruleDeclaration: decisions.buildRule,
  rolloutDeclaration: decisions.buildRollout,
  invariantDeclaration: decisions.buildInvariant,
  testDeclaration: buildTest,
  scenarioDeclaration: buildScenario,
};

/**
 * Builds the tree of a `declaration` node.
 *
 * @param doc - Text of the `///` lines before it.
 */
export function buildDeclaration(node: CstNode, doc: string, context: BuildContext): AstDeclarationNode {
  for (const rule in node.children) {
    const build = BUILDERS[rule];
    const found = node.children[rule]?.[0] as CstNode | undefined;
    if (build !== undefined && found !== undefined) return build(found, { span: context.spanOf(found), doc }, context);
  }
  throw new Error("a declaration passed the grammar without a kind");
}
