/** Text tests that say in a pattern what a plainer operator says, or that every text passes. */
import type { PatternNode } from "../../engine/index.ts";
import type { AstBinary, AstRegex } from "../ast.ts";
import { LINTS } from "../codes/lints.ts";
import { fixAt, type LintInput } from "./input.ts";
import { unwrap } from "../check/typed.ts";

type Input = Pick<LintInput, "written" | "sources" | "report">;

/** Warns at text tests that have a plainer form, or none that could fail. */
export function lintTexts(input: Input): void {
  for (const part of input.written) {
    if (part.kind !== "binary") continue;
    const right = unwrap(part.right);
    if (part.op === "matches" && right.kind === "regex" && right.root !== null) {
      lintRegex(part, right, right.root, input);
    } else if (right.kind === "literal" && right.type === "string") lintText(part, String(right.value), input);
  }
}

/** A test in other words: from the operator to the end of what stands right of it. */
function rewrite(part: AstBinary, text: string, { sources }: Input): ReturnType<typeof fixAt> {
  return fixAt({ ...part.opSpan, end: part.right.span.end }, text, sources);
}

function lintRegex(part: AstBinary, regex: AstRegex, root: PatternNode, input: Input): void {
  const { report } = input;
  const plain = plainForm(root);
  if (matchesAnything(root)) {
    report.warning(LINTS.everyText, part.span, `\`/${regex.source}/\` is found in every text`, {
      help: "anchor the expression with `^` and `$`, or leave the test out",
    });
  } else if (plain !== null) {
    report.warning(LINTS.plainPattern, regex.span, `\`/${regex.source}/\` is a fixed text`, {
      help: `write \`${plain}\``,
      ...rewrite(part, plain, input),
    });
  } else lintWildcards(regex, root, input);
}

/** The same test without a pattern; null where there is more to the expression than text and anchors. */
function plainForm(root: PatternNode): string | null {
  const items = root.kind === "sequence" ? root.items : [root];
  const starts = items[0]?.kind === "start";
  const ends = items.length > 1 && items[items.length - 1]?.kind === "end";
  const inner = items.slice(starts ? 1 : 0, ends ? -1 : undefined);
  const units = inner.map(fixedUnit);
  if (units.length === 0 || units.includes(null)) return null;
  const text = units.join("");
  if (!text.isWellFormed()) return null;
  const op = starts ? (ends ? "==" : "starts_with") : ends ? "ends_with" : "contains";
  return `${op} ${quoted(text)}`;
}

function fixedUnit(node: PatternNode): string | null {
  const [range] = node.kind === "set" ? node.ranges : [];
  if (node.kind !== "set" || node.ranges.length !== 1 || range === undefined || range[0] !== range[1]) return null;
  return String.fromCharCode(range[0]);
}

function quoted(text: string): string {
  const escaped = text.replace(/["\\]/g, "\\$&").replaceAll("\n", "\\n").replaceAll("\t", "\\t");
  const control = /[\u0000-\u001F\u007F-\u009F\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;
  return `"${escaped.replace(control, (unit) => `\\u{${unit.charCodeAt(0).toString(16)}}`)}"`;
}

/** Whether the expression matches the empty text without an anchor, and so is found anywhere. */
function matchesAnything(node: PatternNode): boolean {
  switch (node.kind) {
    case "empty":
      return true;
    case "repeat":
      return node.min === 0 || matchesAnything(node.item);
    case "sequence":
      return node.items.every(matchesAnything);
    case "choice":
      return node.items.some(matchesAnything);
    default:
      return false;
  }
}

/** `.*` at an end of a sequence: the source says it as it stands, so that no escape or class is mistaken for it. */
function lintWildcards({ source, span }: AstRegex, root: PatternNode, { sources, report }: Input): void {
  if (root.kind !== "sequence") return;
  const [first, last] = [root.items[0], root.items[root.items.length - 1]];
  const before = isWildcard(first) && /^\.\*(?![?+*{])/.test(source);
  const after = isWildcard(last) && /(?:^|[^\\])\.\*$/.test(source);
  if (!before && !after) return;
  const start = span.start + 1;
  const place = before
    ? { ...span, start, end: start + 2 }
    : { ...span, start: start + source.length - 2, end: start + source.length };
  report.warning(
    LINTS.idleWildcard,
    place,
    `\`.*\` changes nothing at the ${before ? "beginning" : "end"} of a search`,
    {
      help: "leave it out",
      ...fixAt(place, "", sources),
    },
  );
}

/** Any run of characters; a dot stands for all units but the line feed. */
function isWildcard(node: PatternNode | undefined): boolean {
  if (node?.kind !== "repeat" || node.min !== 0 || node.max !== null || node.item.kind !== "set") return false;
  return node.item.ranges.length === 2 && node.item.ranges[0]?.[1] === 9;
}

function lintText(part: AstBinary, text: string, input: Input): void {
  const { report } = input;
  if (part.op === "like") {
    if (/^\*+$/.test(text)) reportEvery(part, input);
    else if (!text.includes("*")) {
      const written = `== ${quoted(text)}`;
      report.warning(LINTS.plainLike, part.opSpan, "`like` without `*` is an equality", {
        help: `write \`${written}\``,
        ...rewrite(part, written, input),
      });
    }
  } else if ((part.op === "contains" || part.op === "starts_with" || part.op === "ends_with") && text === "") {
    reportEvery(part, input);
  }
}

function reportEvery(part: AstBinary, { report }: Input): void {
  report.warning(LINTS.everyText, part.span, "every text passes this test", {
    help: "leave it out, or test for a text",
  });
}
