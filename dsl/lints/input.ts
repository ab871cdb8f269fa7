/** What a lint sees: the policy model with the tree and texts it came from, and where to report. */
import type { Policy, Span } from "../../engine/index.ts";
import type { AstExpr } from "../ast.ts";
import type { CheckContext } from "../check/context.ts";
import type { Declarations } from "../check/declarations.ts";
import type { Report } from "../check/report.ts";
import type { Fix } from "../diagnostic.ts";
import type { InventoryClient } from "../inventory/clients.ts";
import type { Scenario } from "../scenario.ts";
import type { SourceFile } from "../source.ts";
import type { Budget } from "./budget.ts";
import type { Solver } from "./satisfiable.ts";

/** Everything that the lints of one load share. */
export interface LintInput {
  readonly policy: Policy;
  readonly declarations: Declarations;
  /** Every expression as it was written, with all its parts. */
  readonly written: readonly AstExpr[];
  /** Route indices of every declared route and group, by its name. */
  readonly groups: CheckContext["groups"];
  readonly scenarios: readonly (Scenario | null)[];
  readonly clients: readonly InventoryClient[];
  readonly sources: readonly SourceFile[];
  /** Microseconds since the Unix epoch; null where nobody said what time it is, so that nothing is past its end. */
  readonly nowMicros: number | null;
  readonly solver: Solver;
  readonly budget: Budget;
  readonly report: Report;
}

/** The source text of a span. */
export function textAt(span: Span, sources: readonly SourceFile[]): string {
  return sources[span.file]?.text.slice(span.start, span.end) ?? "";
}

/** A fix that puts `text` in place of a span, to be spread into a diagnostic's extras. None where a comment could be lost with it. */
export function fixAt(span: Span, text: string, sources: readonly SourceFile[]): { readonly fix?: Fix } {
  const replaced = textAt(span, sources);
  const comment = replaced.includes("//") && /[\r\n]/.test(replaced);
  return comment ? {} : { fix: { span, text } };
}

/** As {@link fixAt}: takes an item out of a list together with what stands between it and its neighbour. */
export function removalOf(
  index: number,
  items: readonly { readonly span: Span }[],
  sources: readonly SourceFile[],
): { readonly fix?: Fix } {
  const [item, previous] = [items[index], items[index - 1]];
  if (item === undefined || previous === undefined) return {};
  return fixAt({ ...item.span, start: previous.span.end }, "", sources);
}
