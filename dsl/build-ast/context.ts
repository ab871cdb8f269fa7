/** What every part of the builder shares: where diagnostics go, and access to the nodes that chevrotain made. */
import type { CstNode, IToken } from "chevrotain";
import type { Span } from "../../engine/index.ts";
import type { Name, Text } from "../ast.ts";
import type { Diagnostic, Fix } from "../diagnostic.ts";
import { readString } from "../literals.ts";

/** Collects the problems of one file while its tree is built. */
export class BuildContext {
  readonly file: number;
  readonly diagnostics: Diagnostic[] = [];

  constructor(file: number) {
    this.file = file;
  }

  span(start: number, end: number): Span {
    return { file: this.file, start, end };
  }

  error(code: string, message: string, span: Span, help = "", fix: Fix | null = null): void {
    this.diagnostics.push({ code, severity: "error", message, span, help, notes: [], fix });
  }

  /** Reports what stands a second time where once is meant. */
  givenTwice(name: string, span: Span, first: Span): void {
    this.diagnostics.push({
      code: "EP1305",
      severity: "error",
      message: `\`${name}\` is given twice`,
      span,
      help: "leave one of them out",
      notes: [{ message: "it is given here first", span: first }],
      fix: null,
    });
  }

  spanOf(item: CstNode | IToken): Span {
    if (isToken(item)) return this.span(item.startOffset, item.startOffset + item.image.length);
    const location = item.location;
    return this.span(location?.startOffset ?? 0, (location?.endOffset ?? -1) + 1);
  }

  /** A name where one is used. Capitals are left to the checker, which knows what may have them. */
  name(token: IToken): Name {
    return { text: token.image, span: this.spanOf(token) };
  }

  /** A name where it is declared: lower case, as every name of the language. */
  declaredName(token: IToken): Name {
    const name = this.name(token);
    if (!/^[a-z][a-z0-9_]*$/.test(name.text)) {
      const lower = name.text.toLowerCase().replace(/^_+/, "");
      const help = lower === "" ? "begin it with a letter" : `write \`${lower}\``;
      const fix = lower === "" ? null : { span: name.span, text: lower };
      this.error(
        "EP1307",
        `\`${name.text}\` is not a name: names are lower case and begin with a letter`,
        name.span,
        help,
        fix,
      );
    }
    return name;
  }

  text(token: IToken): Text {
    const span = this.spanOf(token);
    return { value: readString(token.image, span, this), span };
  }
}

function isToken(item: CstNode | IToken): item is IToken {
  return "image" in item;
}

/** The child token under a key. It is there, because the grammar consumed it. */
export function token(node: CstNode, key: string): IToken {
  const found = tokenOrNull(node, key);
  if (found === null) throw new Error(`the grammar rule ${node.name} has no ${key}`);
  return found;
}

export function tokenOrNull(node: CstNode, key: string): IToken | null {
  return (node.children[key]?.[0] as IToken | undefined) ?? null;
}

export function tokens(node: CstNode, key: string): readonly IToken[] {
  return (node.children[key] as IToken[] | undefined) ?? [];
}

/** The child node under a key. It is there, because the grammar read it. */
export function child(node: CstNode, key: string): CstNode {
  const found = childOrNull(node, key);
  if (found === null) throw new Error(`the grammar rule ${node.name} has no ${key}`);
  return found;
}

export function childOrNull(node: CstNode, key: string): CstNode | null {
  return (node.children[key]?.[0] as CstNode | undefined) ?? null;
}

export function children(node: CstNode, key: string): readonly CstNode[] {
  return (node.children[key] as CstNode[] | undefined) ?? [];
}

/** Whether a keyword or mark was consumed. */
export function has(node: CstNode, key: string): boolean {
  return node.children[key] !== undefined;
}
