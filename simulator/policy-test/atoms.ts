/** The atomic conditions of an expression: what `and`, `or` and `not` put together, also inside a `let` or a class. */

/** What an expression of the policy model and an explained one have in common. */
interface Node {
  readonly kind: string;
  readonly span: { readonly file: number; readonly start: number; readonly end: number };
}

const LOGIC: ReadonlySet<string> = new Set(["and", "or", "not"]);

/**
 * Visits every atomic condition below `root`, each once in the same role.
 *
 * @param partsOf - The parts of a node; of a `let` its definition.
 */
export function visitAtoms<T extends Node>(
  root: T,
  partsOf: (node: T) => readonly T[],
  visit: (atom: T) => void,
): void {
  const seen = { conditions: new Set<T>(), values: new Set<T>() };
  /** Only what stands where a condition does is one; in an operand there can be conditions of a class. */
  const walk = (node: T, isCondition: boolean): void => {
    const visited = isCondition ? seen.conditions : seen.values;
    if (visited.has(node)) return;
    visited.add(node);
    const transparent = (LOGIC.has(node.kind) && !isNegatedWord(node, partsOf)) || node.kind === "let";
    if (isCondition && !transparent && node.kind !== "literal") visit(node);
    const inner = node.kind === "cases" || (isCondition && transparent);
    for (const part of partsOf(node)) walk(part, inner);
  };
  walk(root, true);
}

/** `no client`, `is not`, `not in`: the text says the opposite in itself, and its truth is that of the whole. */
function isNegatedWord<T extends Node>(node: T, partsOf: (node: T) => readonly T[]): boolean {
  const [part] = partsOf(node);
  if (node.kind !== "not" || part === undefined) return false;
  return part.span.file === node.span.file && part.span.start === node.span.start && part.span.end === node.span.end;
}

/** Names an atom by its place in the text. */
export function atomId({ span: { file, start, end }, kind }: Node): string {
  return `${file} ${start} ${end} ${kind}`;
}
