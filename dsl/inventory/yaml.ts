/** The YAML library behind an inventory: bounded nesting, problems as diagnostics, aliases resolved in one pass. */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  visit,
  type YAMLParseError,
  type YAMLWarning,
} from "yaml";
import type { Span } from "../../engine/index.ts";
import type { Report } from "../check/report.ts";
import { SEMANTICS } from "../codes/semantics.ts";

/** A document without errors. */
export interface Yaml {
  readonly contents: unknown;
  /** The node that each alias stands for. */
  readonly targets: ReadonlyMap<Node, Node>;
}

/** Reads one YAML or JSON document; null where the text is none, which is reported. */
export function readYaml(text: string, file: number, report: Report): Yaml | null {
  const document = nestsDeep(text) ? null : parsed(text);
  if (document === null) {
    reportSyntax({ file, start: 0, end: Math.min(1, text.length) }, "nests too deep", report);
    return null;
  }
  for (const { code, pos, message } of firstOfLines(document, text)) {
    const [start, end] = [Math.min(pos[0], text.length), Math.min(pos[1], text.length)];
    const problem = code === "MULTIPLE_DOCS" ? "holds more than one document" : `is not valid YAML: ${plain(message)}`;
    reportSyntax({ file, start, end }, problem, report);
  }
  for (const warning of document.warnings) reportUnread(warning, text, file, report);
  const isRead = document.errors.length + document.warnings.length === 0;
  return isRead ? { contents: document.contents, targets: aliasTargets(document) } : null;
}

/** The first error of each line: what the library says after it of the same line comes of it. */
function firstOfLines({ errors }: Document, text: string): readonly YAMLParseError[] {
  const lines = new Set<number>();
  return errors.filter(({ pos }) => {
    const line = text.lastIndexOf("\n", pos[0] - 1);
    return !lines.has(line) && lines.add(line);
  });
}

/** What the library reads on without: a tag that it does not know, or a directive. Its writer meant something by it. */
function reportUnread({ code, pos, message }: YAMLWarning, text: string, file: number, report: Report): void {
  const [start, end] = [Math.min(pos[0], text.length), Math.min(pos[1], text.length)];
  const written = text.slice(start, end);
  const problem =
    code === "TAG_RESOLVE_FAILED"
      ? `has the tag \`${written}\`, which says nothing about this value`
      : `is not valid YAML: ${plain(message)}`;
  const help = code === "TAG_RESOLVE_FAILED" ? `remove \`${written}\`` : "remove it";
  report.error(SEMANTICS.inventorySyntax, { file, start, end }, `the inventory ${problem}`, { help });
}

function reportSyntax(span: Span, problem: string, report: Report): void {
  report.error(SEMANTICS.inventorySyntax, span, `the inventory ${problem}`, {
    help: "write one YAML or JSON document with teams, people and clients",
  });
}

/** Null where the library's recursion ends, which indentation alone can bring about as well. */
function parsed(text: string): Document | null {
  try {
    return parseDocument(text, { prettyErrors: false, schema: "core", resolveKnownTags: false });
  } catch {
    return null;
  }
}

/** Brackets, or dashes and question marks on one line, nest at most this deep in a text that is read at all. */
const MAX_NESTING = 100;
const NESTED_MARKS = new RegExp(`(?:[-?][ \\t]+){${MAX_NESTING}}`);

/** Whether the text nests deeper than any inventory does, so that the YAML reader's recursion stays shallow. */
function nestsDeep(text: string): boolean {
  let depth = 0;
  for (let index = 0; index < text.length && depth <= MAX_NESTING; index += 1) {
    const mark = text[index];
    if (mark === "[" || mark === "{") depth += 1;
    else if ((mark === "]" || mark === "}") && depth > 0) depth -= 1;
  }
  return depth > MAX_NESTING || NESTED_MARKS.test(text);
}

/** A message of the YAML reader as the second half of a sentence. */
function plain(message: string): string {
  const [first = ""] = message.split("\n");
  return `${first.charAt(0).toLowerCase()}${first.slice(1)}`.replace(/[.:]$/, "");
}

/** The node that each alias stands for: the latest before it with its anchor. One pass, where the library walks for each. */
function aliasTargets(document: Document): ReadonlyMap<Node, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  visit(document, (_, node) => {
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) targets.set(node, target);
    } else if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined)
      anchors.set(node.anchor, node);
  });
  return targets;
}
