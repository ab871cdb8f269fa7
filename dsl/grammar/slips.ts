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

/** `x is not in [A]`, `x is in [A]` and `x <> "y"`. */
function operatorHelp(found: IToken, before: readonly IToken[]): string | null {
  const [second, last] = before.slice(-2);
  if (found.tokenType === t.K.in && last?.tokenType === t.K.is)
    return "`is` and `in` are two operators: write `in […]`";
  if (found.tokenType === t.K.in && last?.tokenType === t.K.not && second?.tokenType === t.K.is)
    return "`is` and `not in` are two operators: write `not in […]`";
  return found.image === ">" && last?.image === "<" ? "values differ by `!=`, enumerations by `is not`" : null;
}
