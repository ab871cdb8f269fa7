/** What policies cost, as tables. */
import { describeCost, type DeclarationCost, type PolicyCost, type StateCost, type Policy } from "../engine/index.ts";
import { counted } from "./policy-file.ts";

/** Declarations whose work is listed; the others are less. */
const MOST_LISTED = 15;
/** Characters at which declarations are ranked: an ordinary header or path. */
const RANKED_AT = 100;

/** Memory and work of a policy, indented. */
export function costReport(policy: Policy): string {
  const cost = describeCost(policy);
  return `${memoryTable(cost)}${workTable(cost)}`;
}

/** What a key of each piece of state takes, indented. */
export function memoryTable({ state, tables, memoryBytes }: PolicyCost): string {
  if (state.length === 0) return "  it keeps no state\n";
  const share = sizeText(memoryBytes / tables);
  const head = `  memory ${sizeText(memoryBytes)}, shared by ${counted(tables, "table")} of ${share}\n`;
  const [kinds, names] = [state.map(({ kind }) => kind), state.map(({ name }) => name)].map(widest);
  const bytes = widest(state.map(({ bytesPerKey }) => String(bytesPerKey)));
  const rows = state.map(
    (each) =>
      `    ${each.kind.padEnd(kinds ?? 0)}  ${each.name.padEnd(names ?? 0)}  ${String(each.bytesPerKey).padStart(bytes)} bytes a key, room for at least ${each.keys.toLocaleString("en-US")}${mostText(each)}\n`,
  );
  return head + rows.join("");
}

function mostText({ bytesPerKey, largestBytesPerKey }: StateCost): string {
  return largestBytesPerKey > bytesPerKey
    ? `; ${largestBytesPerKey.toLocaleString("en-US")} bytes for a key with many values`
    : "";
}

function workTable({ work, total }: PolicyCost): string {
  const ranked = work.filter(({ steps, perCharacter }) => steps + perCharacter > 0).sort((a, b) => rank(b) - rank(a));
  if (ranked.length === 0) return "";
  const listed = ranked.slice(0, MOST_LISTED);
  const names = widest(listed.map(({ name }) => name));
  const rows = listed.map((each) => `    ${each.kind.padEnd(6)}  ${each.name.padEnd(names)}  ${workText(each)}\n`);
  const rest = ranked.length - listed.length;
  const more = rest === 0 ? "" : `    and ${counted(rest, "declaration")} of no more work than the last\n`;
  return `  work at most ${workText(total)} a request; a step is one comparison, look-up or character\n${rows.join("")}${more}`;
}

function rank({ steps, perCharacter }: DeclarationCost): number {
  return steps + RANKED_AT * perCharacter;
}

function workText({ steps, perCharacter }: Pick<DeclarationCost, "steps" | "perCharacter">): string {
  const each = perCharacter === 0 ? "" : ` and ${perCharacter.toLocaleString("en-US")} for each character of its texts`;
  return `${counted(steps, "step")}${each}`;
}

function sizeText(bytes: number): string {
  return `${Number((bytes / 2 ** 20).toFixed(1))} MB`;
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}
