/**
 * Expressions: from the flat row of operands and operators that the grammar reads to a tree, by precedence (`??`, `*`,
 * `+ -`, comparison, `not`, `and`, `or`). Depth of the tree is bounded by the bracket nesting and by the limits below.
 */
import type { CstNode, IToken } from "chevrotain";
import type { Span } from "../../engine/index.ts";
import type { AstBinary, AstExpr, AstKey, AstLiteral, AstName, AstRate, Name, Quantity, Text } from "../ast.ts";
import { expectKind, readAddress, readQuantity, readTime, readTimeOfDay } from "../literals.ts";
import { readRegex } from "../regex/token.ts";
import { type BuildContext, child, children, childOrNull, has, token, tokenOrNull, tokens } from "./context.ts";

/** Most `not` in a row. */
const NOTS_MAX = 8;
/** Most terms of one sum, or factors of one product. */
const TERMS_MAX = 64;

/** Builds the tree of an `expression` node. */
export function buildExpression(node: CstNode, context: BuildContext): AstExpr {
  const operands = children(node, "operand");
  const only = operands[0];
  if (operands.length === 1 && only !== undefined && !has(only, "NOT"))
    return buildPrimary(child(only, "primary"), context);
  return new RowReader(node, context).read();
}

/** One operator between two operands, with the words `not in` and `is not` already joined. */
interface OperatorHere {
  readonly text: string;
  readonly binds: number;
  readonly span: Span;
}

/** How tightly operators bind, from the loosest on. */
const BINDS = { or: 1, and: 2, comparison: 3, sum: 4, product: 5, default: 6 } as const;

const OPERATORS: ReadonlyMap<string, number> = new Map([
  ["or", BINDS.or],
  ["and", BINDS.and],
  ["+", BINDS.sum],
  ["-", BINDS.sum],
  ["*", BINDS.product],
  ["??", BINDS.default],
]);

/**
 * Reads a row by descending precedence; each method reads what binds at least as tightly as it says. Rows of items are kept as copies:
 * what is pushed to has room for sixteen more, and there are tens of thousands.
 */
class RowReader {
  readonly #operands: readonly CstNode[];
  readonly #operators: readonly OperatorHere[];
  readonly #context: BuildContext;
  #at = 0;

  constructor(node: CstNode, context: BuildContext) {
    this.#context = context;
    this.#operands = children(node, "operand");
    this.#operators = children(node, "operator").map((operator) => readOperator(operator, context));
  }

  read(): AstExpr {
    const first = this.#and();
    if (!this.#sees(BINDS.or)) return first;
    const items = [first];
    while (this.#sees(BINDS.or)) items.push(this.#and());
    return { kind: "or", items: items.slice(), span: this.#join(first, items.at(-1) ?? first) };
  }

  #and(): AstExpr {
    const first = this.#not();
    if (!this.#sees(BINDS.and)) return first;
    const items = [first];
    while (this.#sees(BINDS.and)) items.push(this.#not());
    return { kind: "and", items: items.slice(), span: this.#join(first, items.at(-1) ?? first) };
  }

  #not(): AstExpr {
    const nots = tokens(this.#operand(), "NOT");
    if (nots.length === 0) return this.#comparison();
    if (nots.length > NOTS_MAX) {
      const last = nots.at(-1);
      const end = (last?.startOffset ?? 0) + (last?.image.length ?? 0);
      const place = this.#context.span(nots[0]?.startOffset ?? 0, end);
      this.#context.error(
        "EP1006",
        `${nots.length} \`not\` in a row`,
        place,
        `at most ${NOTS_MAX} stand in a row; two cancel out`,
      );
    }
    let item = this.#comparison();
    for (const not of nots.slice(0, NOTS_MAX).reverse()) {
      item = { kind: "not", item, span: this.#context.span(not.startOffset, item.span.end) };
    }
    return item;
  }

  #comparison(): AstExpr {
    let left = this.#sum();
    for (let links = 0; this.#sees(BINDS.comparison); links++) {
      const operator = this.#take();
      this.#refuseNot();
      if (links === 1) this.#refuseChain(operator);
      const right = this.#sum();
      // A refused chain keeps its first comparison alone, so that a long one does not become a deep tree.
      if (links === 0) left = this.#binary(operator, left, right);
    }
    return left;
  }

  #sum(): AstExpr {
    // Most operands stand alone.
    if ((this.#operators[this.#at]?.binds ?? 0) < BINDS.sum) return this.#primary();
    let left = this.#product();
    for (let count = 2; this.#sees(BINDS.sum); count++) {
      const operator = this.#term();
      left = this.#joinTerm(operator, left, this.#product(), count);
    }
    return left;
  }

  #product(): AstExpr {
    let left = this.#default();
    for (let count = 2; this.#sees(BINDS.product); count++) {
      const operator = this.#term();
      left = this.#joinTerm(operator, left, this.#default(), count);
    }
    return left;
  }

  #term(): OperatorHere {
    const operator = this.#take();
    this.#refuseNot();
    return operator;
  }

  /** Takes one more term; of too many, which are reported once, the rest is left out. */
  #joinTerm(operator: OperatorHere, left: AstExpr, right: AstExpr, count: number): AstExpr {
    if (count === TERMS_MAX + 1)
      this.#context.error(
        "EP1006",
        `more than ${TERMS_MAX} terms in a row`,
        operator.span,
        "split the expression with `let`",
      );
    return count <= TERMS_MAX ? this.#binary(operator, left, right) : left;
  }

  #default(): AstExpr {
    const first = this.#primary();
    if (!this.#sees(BINDS.default)) return first;
    const options = [first];
    while (this.#sees(BINDS.default)) {
      this.#refuseNot();
      options.push(this.#primary());
    }
    return { kind: "default", options: options.slice(), span: this.#join(first, options.at(-1) ?? first) };
  }

  #primary(): AstExpr {
    const operand = this.#operand();
    this.#at++;
    return buildPrimary(child(operand, "primary"), this.#context);
  }

  #operand(): CstNode {
    const operand = this.#operands[this.#at];
    if (operand === undefined) throw new Error("an operator without an operand passed the grammar");
    return operand;
  }

  /** The operator after the operands read so far: one fewer than the operands, as each stands between two. */
  #next(): OperatorHere | undefined {
    return this.#operators[this.#at - 1];
  }

  #take(): OperatorHere {
    const operator = this.#next();
    if (operator === undefined) throw new Error("no operator to take");
    return operator;
  }

  /** Whether an operator follows that binds so. It is passed by reading the operand after it. */
  #sees(binds: number): boolean {
    return this.#next()?.binds === binds;
  }

  #binary(operator: OperatorHere, left: AstExpr, right: AstExpr): AstBinary {
    return {
      kind: "binary",
      op: operator.text as AstBinary["op"],
      opSpan: operator.span,
      left,
      right,
      span: this.#join(left, right),
    };
  }

  #join(first: AstExpr, last: AstExpr): Span {
    return this.#context.span(first.span.start, last.span.end);
  }

  #refuseChain(operator: OperatorHere): void {
    this.#context.error("EP1308", "comparisons do not chain", operator.span, "write `a < b and b < c`");
  }

  /** A `not` after an operator that binds more tightly than it. */
  #refuseNot(): void {
    const not = tokenOrNull(this.#operand(), "NOT");
    if (not === null) return;
    this.#context.error(
      "EP1309",
      "`not` cannot stand here",
      this.#context.spanOf(not),
      "put `not` before the whole comparison, or in parentheses",
    );
  }
}

function readOperator(node: CstNode, context: BuildContext): OperatorHere {
  const span = context.spanOf(node);
  const not = has(node, "NOT");
  if (has(node, "IS")) return { text: not ? "is not" : "is", binds: BINDS.comparison, span };
  const text = not ? "not in" : token(node, "Operator").image;
  return { text, binds: OPERATORS.get(text) ?? BINDS.comparison, span };
}

/** Builds an operand without its `not`s. */
export function buildPrimary(node: CstNode, context: BuildContext): AstExpr {
  const name = childOrNull(node, "name");
  if (name !== null) return buildName(name, context);
  const number = childOrNull(node, "number");
  if (number !== null) return buildNumber(number, context);
  const presence = childOrNull(node, "presence");
  if (presence !== null) {
    const item = buildName(child(presence, "name"), context);
    return { kind: has(presence, "HAS") ? "has" : "no", item, span: context.spanOf(node) };
  }
  const list = childOrNull(node, "listLiteral");
  if (list !== null) return buildList(list, context);
  const setTest = childOrNull(node, "setTest");
  if (setTest !== null) return buildSetTest(setTest, context);
  const inner = childOrNull(node, "expression");
  if (inner !== null) return { kind: "paren", item: buildExpression(inner, context), span: context.spanOf(node) };
  return buildLiteral(node, context);
}

function buildLiteral(node: CstNode, context: BuildContext): AstExpr {
  const text = tokenOrNull(node, "Text");
  if (text !== null) return stringLiteral(context.text(text), text.image);
  const address = tokenOrNull(node, "Address");
  if (address !== null) return readAddress(address.image, context.spanOf(address), context);
  const time = tokenOrNull(node, "Time");
  if (time !== null) return readTime(time.image, context.spanOf(time), context);
  const timeOfDay = tokenOrNull(node, "TimeOfDay");
  if (timeOfDay !== null) return readTimeOfDay(timeOfDay.image, context.spanOf(timeOfDay), context);
  const regex = tokenOrNull(node, "RegexLiteral");
  if (regex !== null) return readRegex(regex.image, context.spanOf(regex), context);
  const value = has(node, "TRUE");
  return { kind: "literal", type: "bool", value, raw: value ? "true" : "false", span: context.spanOf(node) };
}

function stringLiteral(text: Text, raw: string): AstLiteral {
  return { kind: "literal", type: "string", value: text.value, raw, span: text.span };
}

/** Builds a `list` node. */
export function buildList(node: CstNode, context: BuildContext): Extract<AstExpr, { kind: "list" }> {
  const items = children(node, "expression").map((item) => buildExpression(item, context));
  return { kind: "list", items, span: context.spanOf(node) };
}

/** Builds a `number` node: a literal, or a rate. */
export function buildNumber(node: CstNode, context: BuildContext): AstLiteral | AstRate {
  const value = quantity(token(node, "value"), context);
  const minus = tokenOrNull(node, "Minus");
  if (has(node, "PER")) return buildRate(node, value, minus, context);
  if (minus === null)
    return { kind: "literal", type: value.kind, value: value.value, raw: value.raw, span: value.span };
  const span = context.span(minus.startOffset, value.span.end);
  if (value.kind === "duration" || value.kind === "size") {
    context.error("EP1107", `a ${value.kind} is not negative`, span, `write \`${value.raw}\``);
  }
  return { kind: "literal", type: value.kind, value: -value.value, raw: `-${value.raw}`, span };
}

function buildRate(node: CstNode, allow: Quantity, minus: IToken | null, context: BuildContext): AstRate {
  if (minus !== null)
    context.error("EP1107", "a rate is not negative", context.spanOf(minus), `write \`${allow.raw}\``);
  const burst = tokenOrNull(node, "size");
  return {
    kind: "rate",
    allow: atLeastOne(expectKind(allow, ["int", "size"], context), "a rate allows", context),
    per: atLeastOne(duration(token(node, "period"), context), "a rate is over", context),
    burst:
      burst === null
        ? null
        : atLeastOne(expectKind(quantity(burst, context), ["int", "size"], context), "a burst is", context),
    span: context.spanOf(node),
  };
}

/** Reports a zero where at least one is needed. */
export function atLeastOne(value: Quantity, what: string, context: BuildContext): Quantity {
  if (value.value < 1) {
    const [least, help] =
      value.kind === "duration"
        ? ["more than nothing", "write a duration, such as `1s`"]
        : ["at least 1", "write a number from 1 on"];
    context.error("EP1104", `${what} ${least}, not \`${value.raw}\``, value.span, help);
  }
  return value;
}

function buildSetTest(node: CstNode, context: BuildContext): AstExpr {
  const side = (key: string): AstExpr => {
    const operand = child(node, key);
    const name = childOrNull(operand, "name");
    return name === null ? buildList(child(operand, "listLiteral"), context) : buildName(name, context);
  };
  return {
    kind: has(node, "ANY") ? "any_of" : "all_of",
    left: side("left"),
    right: side("right"),
    span: context.spanOf(node),
  };
}

/** Builds a dotted name with its index or arguments. */
export function buildName(node: CstNode, context: BuildContext): AstName {
  const index = childOrNull(node, "index");
  const called = has(node, "LeftParen");
  const parts = tokens(node, "part").map((part) => context.name(part));
  const [first] = parts;
  return {
    kind: "name",
    parts,
    index: index === null ? null : buildExpression(index, context),
    args: called ? children(node, "argument").map((argument) => buildExpression(argument, context)) : null,
    span: parts.length === 1 && index === null && !called && first !== undefined ? first.span : context.spanOf(node),
  };
}

/** Builds a `keys` node. */
export function buildKeys(node: CstNode, context: BuildContext): readonly AstKey[] {
  return children(node, "key").map((key) => buildKey(key, context));
}

export function buildKey(node: CstNode, context: BuildContext): AstKey {
  const options = children(node, "name").map((name) => buildName(name, context));
  const skips = tokens(node, "SKIP");
  const last = skips[0];
  if (last !== undefined && (skips.length > 1 || last.startOffset < (options.at(-1)?.span.start ?? 0))) {
    context.error(
      "EP1301",
      "`else skip` is the last choice of a key",
      context.spanOf(last),
      "nothing follows `else skip`",
    );
  }
  return { options, skip: last !== undefined, span: context.spanOf(node) };
}

/** Builds a `names` node. */
export function buildNames(node: CstNode, context: BuildContext): readonly Name[] {
  return tokens(node, "Word").map((word) => context.name(word));
}

export function buildTexts(node: CstNode, context: BuildContext): readonly Text[] {
  return tokens(node, "Text").map((text) => context.text(text));
}

export function quantity(numeral: IToken, context: BuildContext): Quantity {
  return readQuantity(numeral.image, context.spanOf(numeral), context);
}

export function duration(numeral: IToken, context: BuildContext): Quantity {
  return expectKind(quantity(numeral, context), ["duration"], context);
}

export function size(numeral: IToken, context: BuildContext): Quantity {
  return expectKind(quantity(numeral, context), ["size"], context);
}

export function count(numeral: IToken, context: BuildContext): Quantity {
  return expectKind(quantity(numeral, context), ["int"], context);
}

export function percent(numeral: IToken, context: BuildContext): Quantity {
  return expectKind(quantity(numeral, context), ["percent"], context);
}
