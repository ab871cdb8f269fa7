/**
 * The numbers of a policy that can be varied, by name: what is compared in order, added or multiplied in a condition, and the
 * quantities of clauses. Statuses, prefix lengths and values that are compared for equality are names rather than amounts, so
 * they are not among them; nor is what tests and scenarios say.
 *
 * | where | name |
 * |---|---|
 * | `let many = 20` | `let many` |
 * | `limit l … allow 10 per 1m burst 5 cost 2 otherwise slow up to 1s` | `limit l.rate`, `.per`, `.burst`, `.cost`, `.slow` |
 * | `allow 5 at once`, `allow 100 per day` | `limit l.count` |
 * | `signal s … over 10m against 7d` | `signal s.over`, `.against` |
 * | `score r { +40 when users > 20 }` | `score r.users.points`, `score r.users` |
 * | `rule r when risk >= 70 then block for 15m doubling to 4h` | `rule r.risk`, `.for`, `.doubling` |
 * | `then slow 1s`, `then throttle retry after 5s` | `rule r.slow`, `.retry` |
 *
 * A second one of the same name in a declaration is `NAME#2`, and so on.
 */
import type {
  AstAction,
  AstAmount,
  AstDeclarationNode,
  AstExpr,
  AstLimit,
  AstRate,
  AstScore,
  Quantity,
  SourceFile,
} from "../../dsl/index.ts";
import type { Span } from "../../engine/index.ts";

/** One number of a policy's text. */
export interface PolicyLiteral {
  /** Unique in its policy, such as `limit login_rate.per`. */
  readonly name: string;
  readonly kind: Quantity["kind"];
  /** Microseconds, bytes, percent or a bare number. */
  readonly value: number;
  /** As written, such as `10m`. */
  readonly raw: string;
  readonly span: Span;
}

type Found = Omit<PolicyLiteral, "name"> & { readonly role: string };

/** Every number of the declarations that can be varied, in the order of the text. */
export function findLiterals(
  declarations: readonly AstDeclarationNode[],
  sources: readonly SourceFile[],
): readonly PolicyLiteral[] {
  const counts = new Map<string, number>();
  return declarations.flatMap((declaration) =>
    literalsOf(declaration, sources).map(({ role, ...literal }) => {
      const plain = `${ownerOf(declaration)}${role === "" ? "" : `.${role}`}`;
      const count = (counts.get(plain) ?? 0) + 1;
      counts.set(plain, count);
      return { name: count === 1 ? plain : `${plain}#${count}`, ...literal };
    }),
  );
}

function ownerOf(declaration: AstDeclarationNode): string {
  return "name" in declaration && "text" in declaration.name
    ? `${declaration.kind} ${declaration.name.text}`
    : declaration.kind;
}

function literalsOf(declaration: AstDeclarationNode, sources: readonly SourceFile[]): readonly Found[] {
  switch (declaration.kind) {
    case "let":
      return inExpression(declaration.value, "");
    case "class":
      return declaration.cases.flatMap(({ when }) => inExpression(when, "value"));
    case "signal":
      return [
        ...(declaration.argument === null ? [] : inExpression(declaration.argument, "value")),
        ...(declaration.where === null ? [] : inExpression(declaration.where, "where")),
        ...quantity("over", declaration.over),
        ...quantity("against", declaration.against),
      ];
    case "score":
      return inScore(declaration, sources);
    case "limit":
      return inLimit(declaration);
    case "rule":
      return [
        ...(declaration.when === null ? [] : inExpression(declaration.when, "when")),
        ...inAction(declaration.action),
      ];
    default:
      return [];
  }
}

function inLimit({ when, amount, cost, otherwise, refund }: AstLimit): readonly Found[] {
  return [
    ...(when === null ? [] : inExpression(when, "when")),
    ...inAmount(amount),
    ...(cost === null ? [] : inExpression(cost, "cost")),
    ...(otherwise?.kind === "slow" ? quantity("slow", otherwise.upTo) : []),
    ...(refund === null ? [] : inExpression(refund, "refund")),
  ];
}

function inAmount(amount: AstAmount): readonly Found[] {
  return amount.kind === "rate" ? inExpression(amount.rate, "rate") : quantity("count", amount.count);
}

function inAction(action: AstAction): readonly Found[] {
  switch (action.kind) {
    case "slow":
      return quantity("slow", action.length);
    case "throttle":
      return quantity("retry", action.retryAfter);
    case "block":
      return [...quantity("for", action.ban?.length ?? null), ...quantity("doubling", action.ban?.doublingTo ?? null)];
    default:
      return [];
  }
}

/** Points stand with their sign, which stays as it is. */
function inScore({ terms }: AstScore, sources: readonly SourceFile[]): readonly Found[] {
  return terms.flatMap(({ when, span }) => {
    const subject = firstName(when) ?? "term";
    const text = sources[span.file]?.text ?? "";
    const [, sign = "", raw = ""] = /^([+-]\s*)(\d[\d_]*)/.exec(text.slice(span.start, span.end)) ?? [];
    const start = span.start + sign.length;
    const value = Number(raw.replaceAll("_", ""));
    const points: readonly Found[] =
      raw === ""
        ? []
        : [{ role: `${subject}.points`, kind: "int", value, raw, span: { ...span, start, end: start + raw.length } }];
    return [...points, ...inExpression(when, subject)];
  });
}

/** @param role - What a number is called that nothing else names. */
function inExpression(expression: AstExpr, role: string): readonly Found[] {
  switch (expression.kind) {
    case "literal": {
      const { type, value, raw, span } = expression;
      return isAmount(type) && typeof value === "number" ? [{ role, kind: type, value, raw, span }] : [];
    }
    case "rate":
      return inRate(expression);
    case "and":
    case "or":
      return expression.items.flatMap((item) => inExpression(item, role));
    case "not":
    case "paren":
      return inExpression(expression.item, role);
    case "default":
      return expression.options.flatMap((option) => inExpression(option, firstName(expression) ?? role));
    case "binary": {
      if (!["<", "<=", ">", ">=", "+", "-", "*"].includes(expression.op)) return [];
      const named = firstName(expression) ?? role;
      return [...inExpression(expression.left, named), ...inExpression(expression.right, named)];
    }
    default:
      return [];
  }
}

function inRate({ allow, per, burst }: AstRate): readonly Found[] {
  return [...quantity("rate", allow), ...quantity("per", per), ...quantity("burst", burst)];
}

function quantity(role: string, found: Quantity | null): readonly Found[] {
  return found === null ? [] : [{ role, kind: found.kind, value: found.value, raw: found.raw, span: found.span }];
}

function isAmount(type: string): type is Quantity["kind"] {
  return ["int", "decimal", "percent", "duration", "size"].includes(type);
}

/** The first name that an expression reads, such as `users` or `credential.age`. */
function firstName(expression: AstExpr): string | null {
  switch (expression.kind) {
    case "name":
      return expression.parts.map(({ text }) => text).join(".");
    case "and":
    case "or":
      return firstOf(expression.items);
    case "default":
      return firstOf(expression.options);
    case "not":
    case "has":
    case "no":
    case "paren":
      return firstName(expression.item);
    case "binary":
    case "any_of":
    case "all_of":
      return firstOf([expression.left, expression.right]);
    default:
      return null;
  }
}

function firstOf(items: readonly AstExpr[]): string | null {
  for (const item of items) {
    const name = firstName(item);
    if (name !== null) return name;
  }
  return null;
}
