/**
 * Slips of those who know other notations: a quoted name, a path where a route stands, a colon after a name, a set in parentheses,
 * operators of two words or signs.
 */
import { type IToken, tokenMatcher } from "chevrotain";
import * as t from "../tokens.ts";

/** Help for a token that is right elsewhere; null where it is no known slip. */
export function slipHelp(found: IToken, tokens: readonly IToken[]): string | null {
  const index = tokens.indexOf(found);
  const before = tokens.slice(0, Math.max(0, index));
  return (
    quotedNameHelp(found, before) ??
    pathHelp(found, before) ??
    colonHelp(found, before) ??
    setHelp(found, before) ??
    separatorHelp(found, before, tokens[index + 1]) ??
    orderHelp(found, before) ??
    operatorHelp(found, before)
  );
}

/** Where the name of a declaration stands. */
function isNamed(before: readonly IToken[]): boolean {
  const [last] = before.slice(-1);
  return last !== undefined && before.length <= 2 && NAMED.has(last.tokenType);
}

const NAMED: ReadonlySet<unknown> = new Set([
  t.K.rule,
  t.K.limit,
  t.K.signal,
  t.K.score,
  t.K.let,
  t.K.list,
  t.K.route,
  t.K.group,
  t.K.class,
  t.K.table,
  t.K.window,
  t.K.fact,
  t.K.scenario,
]);

function quotedNameHelp(found: IToken, before: readonly IToken[]): string | null {
  if (!tokenMatcher(found, t.Text) || !isNamed(before)) return null;
  const name = found.image
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^[_0-9]+|_+$/g, "");
  return `names stand without quotes${name === "" ? "" : `: \`${name}\``}`;
}

/** A path, or a method and a path, where routes are named. */
function pathHelp(found: IToken, before: readonly IToken[]): string | null {
  if (!tokenMatcher(found, t.Text)) return null;
  const [second, last] = before.slice(-2);
  if (last?.tokenType === t.Assign && before[0]?.tokenType === t.K.route)
    return `methods stand before the pattern: \`GET ${found.image}\`, or \`GET | POST ${found.image}\``;
  const method = second?.tokenType === t.K.on && last !== undefined && /^[A-Z]+$/.test(last.image) ? last.image : null;
  if (method === null && last?.tokenType !== t.K.on) return null;
  return `routes are declared and named: \`route NAME = ${method ?? "GET"} ${found.image}\`, and \`on NAME\` here`;
}

function colonHelp(found: IToken, before: readonly IToken[]): string | null {
  if (found.tokenType !== t.Colon || before.length < 2 || !isNamed(before.slice(0, -1))) return null;
  return "nothing stands between a name and what follows: leave `:` out";
}

function setHelp(found: IToken, before: readonly IToken[]): string | null {
  if (found.tokenType !== t.Comma) return null;
  const open = before.findLastIndex(({ tokenType }) => tokenType === t.LeftParen);
  return before[open - 1]?.tokenType === t.K.in ? "a set stands in brackets: `in [A, B]`" : null;
}

/** Entries of a list without commas, those of a block with them, and a count of nothing. */
function separatorHelp(found: IToken, before: readonly IToken[], after: IToken | undefined): string | null {
  const [second, last] = before.slice(-2);
  const open = innermost(before);
  if (found.image === ")" && last?.image === "(" && second?.tokenType === t.K.count)
    return "`count` stands without parentheses";
  if (found.tokenType === t.LeftBrace && last?.tokenType === t.K.in) return "a list stands in brackets: `in [A, B]`";
  if (open === "[" && BEGINS_ENTRY.some((type) => tokenMatcher(found, type)))
    return "commas part the entries of a list: `[A, B]`";
  if (open === "{" && after?.tokenType === t.Colon && last?.tokenType !== t.LeftBrace)
    return "commas part entries with a colon: `a: 1, b: 2`";
  const isPlain = before[0] !== undefined && WITHOUT_COMMAS.has(before[0].tokenType);
  return open === "{" && isPlain && found.tokenType === t.Comma
    ? "nothing stands between entries: leave `,` out"
    : null;
}

/** Declarations in whose blocks no comma has a place. */
const WITHOUT_COMMAS: ReadonlySet<unknown> = new Set([t.K.policy, t.K.rollout, t.K.identity, t.K.score]);
const BEGINS_ENTRY = [t.Text, t.Numeral, t.Address, t.Time, t.AnyWord];

/** The bracket that is open. */
function innermost(before: readonly IToken[]): string | undefined {
  const open: string[] = [];
  for (const { image } of before) {
    if (image === "{" || image === "[" || image === "(") open.push(image);
    else if (image === "}" || image === "]" || image === ")") open.pop();
  }
  return open.at(-1);
}

/** A condition after the action. */
function orderHelp(found: IToken, before: readonly IToken[]): string | null {
  const isLate = /^(?:when|if|unless)$/.test(found.image) && before.some(({ tokenType }) => tokenType === t.K.then);
  return isLate ? "the condition stands before the action: `when … then …`" : null;
}

/** `x is not in [A]`, `x is in [A]` and `x <> "y"`. */
function operatorHelp(found: IToken, before: readonly IToken[]): string | null {
  const [second, last] = before.slice(-2);
  if (found.tokenType === t.K.in && last?.tokenType === t.K.is)
    return "`is` and `in` are two operators: write `in […]`";
  if (found.tokenType === t.K.in && last?.tokenType === t.K.not && second?.tokenType === t.K.is)
    return "`is` and `not in` are two operators: write `not in […]`";
  return found.image === ">" && last?.image === "<" ? "values differ by `!=`, enumerations by `is not`" : null;
}
