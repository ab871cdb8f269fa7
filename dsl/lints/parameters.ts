/** Segments of routes that are parameters in the notation of others, and plain text in this one. */
import { LINTS } from "../codes/lints.ts";
import { fixAt, type LintInput } from "./input.ts";

/** `:id` of Express and its kin, `<id>` and `<int:id>` of Flask, `$id` of Remix, `[id]` of Next.js. */
const NOTATIONS: readonly RegExp[] = [
  /^:([A-Za-z_]\w*)[?*+]?$/,
  /^<(?:\w+:)?([A-Za-z_]\w*)>$/,
  /^\$([A-Za-z_]\w*)$/,
  /^\[([A-Za-z_]\w*)\]$/,
];

/** Warns at patterns of which a literal segment looks like a parameter. */
export function lintParameters({
  declarations,
  sources,
  report,
}: Pick<LintInput, "declarations" | "sources" | "report">): void {
  for (const declaration of declarations.all) {
    if (declaration.kind !== "route") continue;
    const { value, span } = declaration.pattern;
    const written = value.split("/");
    const meant = written.map(asParameter);
    const found = written.find((segment, index) => segment !== meant[index]);
    if (found === undefined) continue;
    const text = JSON.stringify(meant.join("/"));
    report.warning(LINTS.literalParameter, span, `\`${found}\` is plain text here, and fits no other segment`, {
      help: `a parameter stands in braces: \`${text}\``,
      ...fixAt(span, text, sources),
    });
  }
}

/** The segment as a parameter is written here, where it is one elsewhere. */
function asParameter(segment: string): string {
  for (const notation of NOTATIONS) {
    const name = notation.exec(segment)?.[1];
    if (name !== undefined) return `{${name.toLowerCase()}}`;
  }
  return segment;
}
