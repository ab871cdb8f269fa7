/** Documents of expressions and of the small parts that clauses are made of. */
import type { AstBinary, AstExpr, AstKey, AstLiteral, AstName, AstRate, Name, Text } from "../ast.ts";
import { clause, type Doc, group, indent, join, line, piece, softClosingLine, softLine } from "./doc.ts";

export function nameDoc(name: Name): Doc {
  return piece(name.text, name.span);
}

/** Names joined by commas, which break after the commas. */
export function namesDoc(names: readonly Name[]): Doc {
  return group(indent(join([",", line], names.map(nameDoc))));
}

export function textDoc(text: Text): Doc {
  return piece(quoted(text.value), text.span);
}

/** A quantity, or another literal of one token, as written. A comment between a sign and its number stands after both, so outside. */
export function rawDoc({ raw, span }: Pick<AstLiteral, "raw" | "span">): Doc {
  const isParted = span.end - span.start > raw.length;
  return piece(raw, isParted ? { start: span.start, end: span.start + 1 } : span);
}

/** A string in canonical form: escapes only where the language needs one. */
export function quoted(value: string): string {
  // oxlint-disable-next-line no-control-regex -- these may not stand in a policy
  const escaped = value.replace(/["\\\n\t\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g, escapeOf);
  return `"${escaped}"`;
}

function escapeOf(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  if (character === '"' || character === "\\") return `\\${character}`;
  return `\\u{${character.charCodeAt(0).toString(16)}}`;
}

/** Items in brackets: on one line, or each on its own. `end` is where the closing bracket stood. */
export function bracketed(items: readonly Doc[], end: number): Doc {
  const close = piece("]", { start: end - 1, end });
  return group(["[", indent([softLine, join([",", line], items)]), softClosingLine, close]);
}

export function expressionDoc(expression: AstExpr): Doc {
  switch (expression.kind) {
    case "literal":
      return expression.type === "string"
        ? piece(quoted(String(expression.value)), expression.span)
        : rawDoc(expression);
    case "rate":
      return rateDoc(expression);
    case "regex":
      return piece(`/${expression.source}/${expression.ignoreCase ? "i" : ""}`, expression.span);
    case "list":
      return bracketed(expression.items.map(expressionDoc), expression.span.end);
    case "name":
      return referenceDoc(expression);
    case "and":
    case "or":
      return logicDoc(expression.kind, expression.items);
    case "not":
      return clause("not", expressionDoc(expression.item));
    case "has":
    case "no":
      return clause(expression.kind, expressionDoc(expression.item));
    case "binary":
      return binaryDoc(expression);
    case "default":
      return group(indent(join([line, "?? "], expression.options.map(expressionDoc))));
    case "any_of":
    case "all_of": {
      const words = expression.kind === "any_of" ? "any of" : "all of";
      return [clause(words, expressionDoc(expression.left)), " in ", expressionDoc(expression.right)];
    }
    case "paren": {
      const close = piece(")", { start: expression.span.end - 1, end: expression.span.end });
      return group(["(", indent([softLine, expressionDoc(expression.item)]), softClosingLine, close]);
    }
    case "invalid":
      return "";
  }
}

/** Operands under each other, each after the first with its `and` or `or` before it. */
function logicDoc(word: "and" | "or", items: readonly AstExpr[]): Doc {
  const [first, ...rest] = items.map(expressionDoc);
  return group([first ?? "", indent(rest.map((item) => [line, clause(word, item)]))]);
}

function binaryDoc(expression: AstBinary): Doc {
  return [
    expressionDoc(expression.left),
    " ",
    piece(expression.op, expression.opSpan),
    " ",
    expressionDoc(expression.right),
  ];
}

export function rateDoc(rate: AstRate): Doc {
  const burst = rate.burst === null ? [] : [" ", clause("burst", rawDoc(rate.burst))];
  return [rawDoc(rate.allow), " ", clause("per", rawDoc(rate.per)), ...burst];
}

function referenceDoc(name: AstName): Doc {
  const dotted = join(".", name.parts.map(nameDoc));
  if (name.index !== null) return [dotted, "[", expressionDoc(name.index), "]"];
  if (name.args === null) return dotted;
  const args = join([",", line], name.args.map(expressionDoc));
  return [dotted, group(["(", indent([softLine, args]), softClosingLine, ")"])];
}

/** `client else ip.network, host`. */
export function keysDoc(keys: readonly AstKey[]): Doc {
  return group(indent(join([",", line], keys.map(keyDoc))));
}

export function keyDoc(key: AstKey): Doc {
  const options = join(" else ", key.options.map(expressionDoc));
  return key.skip ? [options, " else skip"] : options;
}

/** `on a, b`, or null where the declaration has none. */
export function onDoc(on: readonly Name[] | null): Doc | null {
  return on === null ? null : clause("on", namesDoc(on));
}

export function whenDoc(when: AstExpr | null): Doc | null {
  return when === null ? null : clause("when", expressionDoc(when));
}
