/** The order in which `let` and `class` declarations are checked: each after those it reads. Cycles are reported by their names. */
import type { AstClass, AstExpr, AstLet, AstName, AstSignal } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Report } from "./report.ts";
import type { Scope } from "./scope.ts";

/** A declaration that names a value. */
export type Derived = AstLet | AstClass;

/** What can stand between two of them. */
export interface Declared {
  readonly lets: readonly AstLet[];
  readonly classes: readonly AstClass[];
  readonly signals: readonly AstSignal[];
}

/** Indices of declarations, dependencies first; those on a cycle are left out. Lets stand before classes. */
export function orderLets(declared: Declared, scope: Scope, report: Report): readonly number[] {
  const declarations: readonly Derived[] = [...declared.lets, ...declared.classes];
  const reads = declarations.map((declaration) => readBy(declaration, declared, scope));
  const order: number[] = [];
  const state = declarations.map(() => "new" as "new" | "open" | "done" | "cyclic");
  for (const start of declarations.keys()) {
    if (state[start] !== "new") continue;
    const path: { readonly index: number; next: number }[] = [{ index: start, next: 0 }];
    state[start] = "open";
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const dependency = reads[top.index]?.[top.next];
      top.next += 1;
      if (dependency === undefined) {
        path.pop();
        if (state[top.index] === "open") order.push(top.index);
        if (state[top.index] === "open") state[top.index] = "done";
      } else if (state[dependency.index] === "new") {
        state[dependency.index] = "open";
        path.push({ index: dependency.index, next: 0 });
      } else if (state[dependency.index] === "open") {
        const cycle = path.slice(path.findIndex((step) => step.index === dependency.index)).map((step) => step.index);
        for (const index of cycle) state[index] = "cyclic";
        reportCycle(cycle, dependency.name, declarations, report);
      }
    }
  }
  return order;
}

interface Reading {
  readonly index: number;
  readonly name: AstName;
}

/**
 * The declarations that one names, also as what a signal that it names measures: the type of the reading is that of the argument. Not
 * recursive, because operators nest without a bound in the text.
 */
function readBy(declaration: Derived, { lets, signals }: Declared, scope: Scope): readonly Reading[] {
  const found: Reading[] = [];
  const measured = new Set<number>();
  const waiting: AstExpr[] =
    declaration.kind === "let" ? [declaration.value] : declaration.cases.map((each) => each.when).toReversed();
  for (let ast = waiting.pop(); ast !== undefined; ast = waiting.pop()) {
    if (ast.kind === "name") {
      const declared = ast.parts.length === 1 ? scope.find(ast.parts[0]?.text ?? "") : undefined;
      if (declared?.kind === "let") found.push({ index: declared.index, name: ast });
      if (declared?.kind === "class") found.push({ index: lets.length + declared.index, name: ast });
      if (declared?.kind === "signal" && !measured.has(declared.index)) {
        measured.add(declared.index);
        const argument = signals[declared.index]?.argument ?? null;
        if (argument !== null) waiting.push(argument);
      }
    }
    waiting.push(...astParts(ast).toReversed());
  }
  return found;
}

/** The direct parts of a syntax node, from left to right. */
function astParts(ast: AstExpr): readonly AstExpr[] {
  switch (ast.kind) {
    case "literal":
    case "rate":
    case "regex":
    case "invalid":
      return [];
    case "name":
      return [...(ast.index === null ? [] : [ast.index]), ...(ast.args ?? [])];
    case "list":
    case "and":
    case "or":
      return ast.items;
    case "not":
    case "has":
    case "no":
    case "paren":
      return [ast.item];
    case "default":
      return ast.options;
    case "binary":
    case "any_of":
    case "all_of":
      return [ast.left, ast.right];
  }
}

/** A long cycle shows its first places; the message names them all. */
const MAX_NOTES = 8;

function reportCycle(cycle: readonly number[], at: AstName, declarations: readonly Derived[], report: Report): void {
  const names = [...cycle, cycle[0] ?? 0].map((index) => `\`${declarations[index]?.name.text ?? ""}\``);
  report.error(
    SEMANTICS.letCycle,
    at.span,
    `a \`${declarations[cycle[0] ?? 0]?.kind ?? "let"}\` reads itself: ${names.join(" reads ")}`,
    {
      help: "take one of these readings out",
      notes: cycle.slice(0, MAX_NOTES).flatMap((index) => {
        const name = declarations[index]?.name;
        return name === undefined ? [] : { message: `\`${name.text}\` is declared here`, span: name.span };
      }),
    },
  );
}
