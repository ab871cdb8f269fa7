/**
 * Reads tokens by the grammar as data: into the nodes that chevrotain makes, several times faster, and without a word about what is
 * wrong. Where it gives up, chevrotain reads the same tokens and says why.
 */
import { type CstElement, type CstNode, EOF, type IToken } from "chevrotain";
import type { Part, RuleOutline, Step, TokenSet } from "./outline.ts";

/**
 * Stand before the first token and behind the last. Their places are small integers, as those of all tokens: were one of them not, every
 * place in the tree would be a number on the heap.
 */
const START: IToken = { image: "", startOffset: -1, tokenType: EOF, tokenTypeIdx: EOF.tokenTypeIdx ?? 0 };
const END: IToken = { image: "", startOffset: 2 ** 30, tokenType: EOF, tokenTypeIdx: EOF.tokenTypeIdx ?? 0 };

type Children = Record<string, CstElement[]>;

/** Where tokens come from, one after the other. */
export interface TokenSource {
  /** The next token; null at the end. */
  readonly next: () => IToken | null;
}

/** Tokens that are there already. */
export function tokenRow(tokens: readonly IToken[]): TokenSource {
  let at = 0;
  return { next: () => tokens[at++] ?? null };
}

/** One reading of a row of tokens. */
export class QuickReader {
  readonly #source: TokenSource;
  #last: IToken = START;
  #token: IToken;
  /** Tokens behind the next one, where a gate has looked at them. */
  readonly #behind: IToken[] = [];

  constructor(source: TokenSource) {
    this.#source = source;
    this.#token = source.next() ?? END;
  }

  get ended(): boolean {
    return this.#token === END;
  }

  /** The token `count` places ahead; the next one for 1. */
  ahead(count: number): IToken {
    if (count === 1) return this.#token;
    while (this.#behind.length < count - 1) this.#behind.push(this.#source.next() ?? END);
    return this.#behind[count - 2] ?? END;
  }

  #advance(): void {
    this.#last = this.#token;
    this.#token = this.#behind.shift() ?? this.#source.next() ?? END;
  }

  /** Reads a rule; null where the tokens do not fit. */
  read(rule: RuleOutline): CstNode | null {
    const { startOffset } = this.#token;
    const children: Children = {};
    if (!this.#take(rule.steps, children)) return null;
    const last = this.#last;
    // As chevrotain's: of a node without tokens, both are -1.
    const empty = startOffset > last.startOffset;
    const end = last.startOffset + last.image.length - 1;
    const location = { startOffset: empty ? -1 : startOffset, endOffset: empty ? -1 : end };
    return { name: rule.name, children, location };
  }

  #take(steps: readonly Step[], children: Children): boolean {
    // By index: `for of` makes an object a step until it is optimised, and nothing runs as often as this.
    for (let index = 0; index < steps.length; index++) {
      const step = steps[index];
      if (step !== undefined && !this.#step(step, children)) return false;
    }
    return true;
  }

  #step(step: Step, children: Children): boolean {
    switch (step.kind) {
      case "consume":
        return this.#consume(step, children);
      case "subrule":
        return this.#subrule(step, children);
      case "or":
        return this.#or(step, children);
      case "option":
        return !this.#opens(step.part) || this.#take(step.part.steps, children);
      case "at_least_one":
        return this.#opens(step.part) && this.#many(step.part, children);
      case "many":
        return this.#many(step.part, children);
      case "separated":
        return this.#opens(step.part) ? this.#separated(step, children) : step.least === 0;
    }
  }

  #consume({ key, accepts }: Step & { kind: "consume" }, children: Children): boolean {
    if (!this.#sees(accepts)) return false;
    add(children, key, this.#token);
    this.#advance();
    return true;
  }

  #subrule({ key, rule }: Step & { kind: "subrule" }, children: Children): boolean {
    const node = this.read(rule);
    if (node === null) return false;
    add(children, key, node);
    return true;
  }

  #or({ opened }: Step & { kind: "or" }, children: Children): boolean {
    const parts = opened[this.#token.tokenTypeIdx];
    if (parts === undefined) return false;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index];
      if (part !== undefined && (part.gate === null || part.gate())) return this.#take(part.steps, children);
    }
    return false;
  }

  #many(part: Part, children: Children): boolean {
    while (this.#opens(part)) if (!this.#take(part.steps, children)) return false;
    return true;
  }

  #separated({ part, separator }: Step & { kind: "separated" }, children: Children): boolean {
    if (!this.#take(part.steps, children)) return false;
    while (this.#sees(separator.accepts)) {
      if (!this.#consume(separator, children) || !this.#take(part.steps, children)) return false;
    }
    return true;
  }

  #opens(part: Part): boolean {
    return this.#sees(part.first) && (part.gate === null || part.gate());
  }

  #sees(set: TokenSet): boolean {
    return set[this.#token.tokenTypeIdx] === 1;
  }
}

function add(children: Children, key: string, element: CstElement): void {
  const known = children[key];
  if (known === undefined) children[key] = [element];
  else known.push(element);
}
