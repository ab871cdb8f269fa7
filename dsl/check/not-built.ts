/** Says by name which declarations of the language this version reads but does not enforce. */
import type { AstDeclarationNode } from "../ast.ts";
import { NOT_BUILT } from "../codes/not-built.ts";
import type { Report } from "./report.ts";

/** Errors where ignoring a declaration would change decisions, warnings where it decides nothing. */
export function reportNotBuilt(declarations: readonly AstDeclarationNode[], report: Report): void {
  for (const declaration of declarations) reportDeclaration(declaration, report);
}

function reportDeclaration(ast: AstDeclarationNode, report: Report): void {
  switch (ast.kind) {
    case "invariant":
      report.warning(
        NOT_BUILT.invariant,
        ast.text.span,
        `\`invariant "${ast.text.value}"\` is not proven by this version yet`,
        {
          help: "its syntax is checked",
        },
      );
      return;
    default:
      return;
  }
}
