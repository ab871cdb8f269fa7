/** An evaluated condition as lines: each part with what it came to, and the values that it was computed from. */
import type { ExplainedExpr } from "../../engine/index.ts";
import type { SourceFile } from "../source.ts";
import { placeOf, quote } from "./excerpts.ts";
import { formatValue } from "./values.ts";

/** A line of an explanation and the place in the policy that it is about; empty for none. */
export interface Row {
  readonly text: string;
  readonly place: string;
}

/** Lines of one condition; a policy nests no deeper than its parser, so this only guards against long ones. */
const MOST_ROWS = 200;

const LOGIC: ReadonlySet<string> = new Set(["and", "or", "not"]);

/** The rows of a condition. A `let` that is read more than once is taken apart the first time only. */
export function conditionRows(condition: ExplainedExpr, sources: readonly SourceFile[]): readonly Row[] {
  return new ConditionRows(sources).of(condition);
}

class ConditionRows {
  private readonly sources: readonly SourceFile[];
  private readonly shown = new Set<ExplainedExpr>();
  private readonly rows: Row[] = [];

  constructor(sources: readonly SourceFile[]) {
    this.sources = sources;
  }

  of(condition: ExplainedExpr): readonly Row[] {
    this.add(condition, "");
    if (this.rows.length <= MOST_ROWS) return this.rows;
    return [...this.rows.slice(0, MOST_ROWS), { text: `… ${this.rows.length - MOST_ROWS} lines more`, place: "" }];
  }

  private add(node: ExplainedExpr, indent: string): void {
    const { span } = node;
    const values = isLogic(node) ? "" : this.valuesOf(node);
    const text = `${indent}${markOf(node)}  ${quote(span, this.sources)}${values === "" ? "" : `   ${values}`}`;
    this.rows.push({ text, place: placeOf(span, this.sources) });
    for (const part of this.innerOf(node)) this.add(part, `${indent}     `);
  }

  /** The conditions that a node is made of, wherever they stand. */
  private innerOf(node: ExplainedExpr): readonly ExplainedExpr[] {
    if (isLogic(node)) return node.parts;
    if (node.kind !== "let" && node.kind !== "cases") return node.parts.flatMap((part) => this.derivedIn(part));
    return node.parts.flatMap((part) => (this.isNew(part) ? [part] : []));
  }

  /** Lets and classes among the operands of a comparison. */
  private derivedIn(part: ExplainedExpr): readonly ExplainedExpr[] {
    if (part.kind === "let")
      return part.parts.filter((definition) => this.isNew(definition) && definition.parts.length > 0);
    return part.parts.flatMap((each) => this.derivedIn(each));
  }

  private isNew(node: ExplainedExpr): boolean {
    if (this.shown.has(node)) return false;
    this.shown.add(node);
    return true;
  }

  /** `fanout = 1, limit = 3`: the operands that the text does not show the value of. */
  private valuesOf(node: ExplainedExpr): string {
    const operands = node.kind === "let" || node.parts.length === 0 ? [] : operandsOf(node);
    const texts = operands.map((each) => `${quote(each.span, this.sources)} = ${formatValue(each.value, each.type)}`);
    return [...new Set(texts)].join(", ");
  }
}

/** Whether a node is shown with its parts below it. The opposite of one atomic condition is shown as one: `no client`. */
function isLogic({ kind, parts: [part] }: ExplainedExpr): boolean {
  if (kind !== "not") return LOGIC.has(kind);
  return part !== undefined && (LOGIC.has(part.kind) || part.kind === "let");
}

/** The reads below a node, literals left out. */
function operandsOf(node: ExplainedExpr): readonly ExplainedExpr[] {
  if (node.kind === "cases") return [];
  return node.parts.flatMap((part) => {
    if (part.kind === "literal") return [];
    return part.parts.length === 0 || part.kind === "let" ? [part] : operandsOf(part);
  });
}

/** What a condition came to, in three columns; a value that is no condition stands as it is. */
function markOf({ value, type }: ExplainedExpr): string {
  if (value === null) return " ? ";
  if (value === true) return "yes";
  return value === false ? "no " : `= ${formatValue(value, type)}`;
}
