/** Entries of written lists that add nothing, and networks that contain everything. */
import { networkContains } from "../../engine/index.ts";
import type { AstExpr, AstLiteral } from "../ast.ts";
import { LINTS } from "../codes/lints.ts";
import { fixAt, type LintInput, removalOf } from "./input.ts";
import { unwrap } from "../check/typed.ts";

type Input = Pick<LintInput, "declarations" | "written" | "sources" | "report">;

/** Warns about the lists of the policy's text: declared ones, and those in conditions. */
export function lintLists(input: Input): void {
  const { declarations, report } = input;
  for (const list of declarations.lists) if (list.items !== null) lintItems(list.items, input);
  for (const part of input.written) {
    if (part.kind === "list") lintItems(part.items, input);
    else if (part.kind === "literal" && isEverything(part)) {
      const message = `\`${part.raw}\` contains every address of its family`;
      report.warning(LINTS.wholeInternet, part.span, message, { help: "name the networks that are meant" });
    }
  }
  for (const list of declarations.lists) {
    for (const item of list.items ?? []) {
      const entry = unwrap(item);
      if (entry.kind !== "literal" || !isEverything(entry)) continue;
      const message = `\`${entry.raw}\` contains every address of its family`;
      report.warning(LINTS.wholeInternet, entry.span, message, { help: "name the networks that are meant" });
    }
  }
  lintTrust(input);
}

function isEverything({ type, value }: AstLiteral): boolean {
  return type === "network" && String(value).endsWith("/0");
}

/** Lists written out are for people to read: longer ones are compared no further than this. */
const MAX_COMPARED = 200;

function lintItems(items: readonly AstExpr[], { sources, report }: Input): void {
  const entries = items.slice(0, MAX_COMPARED).map(unwrap);
  const seen = new Map<string, AstLiteral>();
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== "literal") continue;
    const key = `${entry.type} ${entry.value}`;
    const first = seen.get(key);
    seen.set(key, first ?? entry);
    const notes = (span: AstLiteral["span"], message: string): object => ({ notes: [{ message, span }] });
    if (first !== undefined) {
      report.warning(LINTS.repeatedEntry, entry.span, `\`${entry.raw}\` stands in the list already`, {
        help: "take it out",
        ...notes(first.span, "it stands here first"),
        ...removalOf(index, items, sources),
      });
      continue;
    }
    const cover = coverOf(entry, entries);
    if (cover === null) continue;
    report.warning(LINTS.coveredEntry, entry.span, `\`${entry.raw}\` lies within \`${cover.raw}\``, {
      help: "take one of them out",
      ...notes(cover.span, "this network contains it"),
      ...(index > 0 ? removalOf(index, items, sources) : firstRemoval(items, sources)),
    });
  }
}

/** Takes out the first item with what follows it up to the second. */
function firstRemoval(items: readonly AstExpr[], sources: Input["sources"]): ReturnType<typeof fixAt> {
  const [first, second] = items;
  if (first === undefined || second === undefined) return {};
  return fixAt({ ...first.span, end: second.span.start }, "", sources);
}

/** Another network of the list that contains this one or this address. */
function coverOf(entry: AstLiteral, entries: readonly AstExpr[]): AstLiteral | null {
  if (entry.type !== "network" && entry.type !== "ip") return null;
  const own = String(entry.value);
  const found = entries.find(
    (other): other is AstLiteral =>
      other.kind === "literal" &&
      other.type === "network" &&
      String(other.value) !== own &&
      networkContains(String(other.value), own),
  );
  return found ?? null;
}

function lintTrust({ declarations, report }: Input): void {
  for (const network of declarations.trusts.flatMap(({ networks }) => networks)) {
    if (!isEverything(network)) continue;
    const message = `\`trust proxy ${network.raw}\` believes whoever connects`;
    report.warning(LINTS.trustsEveryone, network.span, message, {
      help: "name the networks of your own proxies: `trust proxy 10.0.0.0/8 hops 1`",
    });
  }
}
