/** Conditions that have a plainer form: repeated parts, lists of one, comparisons with truths, and doubled negations. */
import type { AstBinary, AstDefault, AstExpr, AstLogic, AstName, AstNot } from "../ast.ts";
import { LINTS } from "../codes/lints.ts";
import { fixAt, type LintInput, removalOf, textAt } from "./input.ts";
import { modelByPlace, writtenText } from "./syntax.ts";
import { unwrap } from "../check/typed.ts";

type Input = Pick<LintInput, "policy" | "written" | "sources" | "report">;

/** Warns at conditions that say plainly the same in other words; each has a fix. */
export function lintForms(input: Input): void {
  const modelAt = modelByPlace(input.policy);
  for (const part of input.written) {
    if (part.kind === "and" || part.kind === "or") lintRepeated(part, input);
    if (part.kind === "not") lintNegation(part, input);
    if (part.kind !== "binary") continue;
    if (part.op === "in" || part.op === "not in") lintOneEntry(part, modelAt, input);
    if (part.op === "==" || part.op === "!=") lintTruth(part, input);
  }
}

/** Longer chains are not what a person repeats a part in. */
const MAX_ITEMS = 64;

function lintRepeated(logic: AstLogic, { sources, report }: Input): void {
  if (areApart(logic.items)) return;
  const seen = new Map<string, AstExpr>();
  for (const [index, item] of logic.items.slice(0, MAX_ITEMS).entries()) {
    const text = writtenText(item);
    const first = seen.get(text);
    seen.set(text, first ?? item);
    if (first === undefined) continue;
    report.warning(LINTS.repeatedCondition, item.span, "this condition stands here twice", {
      help: "take it out, or write what was meant",
      notes: [{ message: "it stands here first", span: first.span }],
      ...removalOf(index, logic.items, sources),
    });
  }
}

/** So many parts are told apart one from the other; of more, their texts are compared. */
const FEW_ITEMS = 8;

/** Whether the parts differ by what is seen at once, as they do almost everywhere. */
function areApart(items: readonly AstExpr[]): boolean {
  if (items.length > FEW_ITEMS) return false;
  return !items.some((item, index) => items.some((other, at) => at < index && looksLike(item, other)));
}

function looksLike(one: AstExpr, other: AstExpr): boolean {
  const a = unwrap(one);
  const b = unwrap(other);
  // The right sides first: they are shorter, and differ more often.
  if (a.kind === "binary" && b.kind === "binary")
    return a.op === b.op && looksLike(a.right, b.right) && looksLike(a.left, b.left);
  if (a.kind === "literal" && b.kind === "literal") return a.value === b.value;
  if (a.kind === "name" && b.kind === "name") return looksLikeName(a, b);
  if (a.kind === "default" && b.kind === "default") return b.options.every((other, at) => looksLikeAt(a, at, other));
  return a.kind === b.kind;
}

function looksLikeAt({ options }: AstDefault, at: number, other: AstExpr): boolean {
  const option = options[at];
  return option === undefined || looksLike(option, other);
}

function looksLikeName(a: AstName, b: AstName): boolean {
  if (a.parts.at(-1)?.text !== b.parts.at(-1)?.text) return false;
  return a.index === null || b.index === null || looksLike(a.index, b.index);
}

function lintNegation(not: AstNot, { sources, report }: Input): void {
  const inner = unwrap(not.item);
  if (inner.kind !== "not" && inner.kind !== "has" && inner.kind !== "no") return;
  const item = textAt(inner.item.span, sources);
  const written = { not: "", has: "no ", no: "has " }[inner.kind] + item;
  report.warning(LINTS.doubleNegation, not.span, `\`not ${inner.kind}\` has a plainer form`, {
    help: `write \`${written}\``,
    ...fixAt(not.span, written, sources),
  });
}

/** Silent where the checker does not know the test: then its literal may have another type than the other side. */
function lintOneEntry(part: AstBinary, modelAt: ReturnType<typeof modelByPlace>, { sources, report }: Input): void {
  const list = unwrap(part.right);
  const [only] = list.kind === "list" && list.items.length === 1 ? list.items : [];
  if (only === undefined || modelAt(part.span)?.type.scalar !== "bool") return;
  const entry = unwrap(only);
  const written = `${operator(entry, part.op === "not in")} ${textAt(entry.span, sources)}`;
  report.warning(LINTS.oneEntry, part.right.span, "a list of one value is that value", {
    help: `write \`${written}\``,
    ...fixAt({ ...part.opSpan, end: part.right.span.end }, written, sources),
  });
}

/** A bare name in a list is a member of an enumeration; a network contains. */
function operator(entry: AstExpr, negated: boolean): string {
  if (entry.kind === "name") return negated ? "is not" : "is";
  if (entry.kind === "literal" && entry.type === "network") return negated ? "not in" : "in";
  return negated ? "!=" : "==";
}

function lintTruth(part: AstBinary, { sources, report }: Input): void {
  const right = unwrap(part.right);
  if (right.kind !== "literal" || right.type !== "bool") return;
  const plain = (part.op === "==") === right.value;
  const left = textAt(part.left.span, sources);
  const written = plain ? left : `not ${left}`;
  const message = `a condition is not compared with \`${right.raw}\``;
  report.warning(LINTS.comparedCondition, part.span, message, {
    help: `write \`${written}\``,
    ...fixAt(part.span, written, sources),
  });
}
