/** Names in expressions: attributes, with the proof that they are present, and what the policy declares. */
import type { Expr } from "../../engine/index.ts";
import type { AstName } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type AttributeUse, attributeUse, dotted, reportUnknownAttribute } from "./attribute-names.ts";
import { attributeNamed, WRITTEN_NAMES } from "./attributes.ts";
import type { CheckContext, Site } from "./context.ts";
import { presenceKey } from "./presence.ts";
import { type Declared, expectName } from "./scope.ts";
import { signalType } from "./signal-types.ts";
import { nameHere } from "./other-names.ts";
import { didYouMean, nearest } from "./suggest.ts";
import { type Typed, unwrap } from "./typed.ts";
import { exprType, INT, PERCENT, type Type } from "./types.ts";

/** Checks a name where a value stands. */
export function checkName(ast: AstName, site: Site): Typed | null {
  const { context } = site;
  const use = attributeUse(ast, context);
  if (use !== undefined) return use === null ? null : readPresent(use, ast, site);
  if (dotted(ast) === "used") return readUsed(ast, context);
  if (ast.parts.length > 1) {
    reportUnknownAttribute(ast, context);
    return null;
  }
  return readDeclared(ast, site);
}

/** An attribute where it must have a value: one that can be missing has to be guarded. */
function readPresent(use: AttributeUse, ast: AstName, site: Site): Typed | null {
  if (use.expr.name === "client") {
    site.context.report.error(SEMANTICS.notValue, ast.span, "`client` is a record, not a value", {
      help: "write `has client`, or read a part of it, such as `client.id`",
    });
    return null;
  }
  // What is wrong with the value's type is wrong whether it is present or not.
  if (!isPresent(use, site)) reportMissing(use, ast, site.context);
  return { expr: use.expr, type: use.type };
}

/** Whether an attribute is known to have a value at this place. */
export function isPresent(use: AttributeUse, site: Site): boolean {
  if (use.missing === "never") return true;
  if (use.missing === "client") return site.present.has("client");
  if (site.lenient && (use.expr.name === "param" || use.expr.name === "route")) return true;
  return site.present.has(presenceKey(use.expr));
}

/** What `has` proves: the attribute, and for a part of the client's record the client too. */
export function provenBy(use: AttributeUse): readonly string[] {
  switch (use.missing) {
    case "never":
      return [];
    case "maybe":
      return [presenceKey(use.expr)];
    case "client":
      return ["client"];
    case "client_maybe":
      return ["client", presenceKey(use.expr)];
  }
}

function reportMissing(use: AttributeUse, ast: AstName, context: CheckContext): void {
  const written = writtenName(use);
  const guard = use.missing === "client" ? "client" : written;
  context.report.error(SEMANTICS.missingRead, ast.span, `\`${written}\` can be missing here`, {
    help: `${guardHelp(use, guard, context)}${defaultHelp(use, written)}`,
  });
}

function guardHelp(use: AttributeUse, guard: string, context: CheckContext): string {
  const field = use.expr.name === "param" ? context.fields.get(guard) : undefined;
  const routes = [...(field?.routes ?? [])].map((index) => context.routes[index]?.name ?? "");
  if (routes.length > 0) return `add \`on ${routes.join(", ")}\`, or write \`has ${guard} and …\` before it`;
  return `write \`has ${guard} and …\` before it`;
}

function defaultHelp(use: AttributeUse, written: string): string {
  if (use.type.set || use.type.members !== null) return "";
  const samples: Partial<Record<Type["scalar"], string>> = {
    string: '""',
    int: "0",
    number: "0",
    percent: "0%",
    duration: "0s",
    size: "0B",
    bool: "false",
    rate: "10 per 1m",
  };
  const sample = samples[use.type.scalar];
  return sample === undefined ? "" : `, or give a default: \`${written} ?? ${sample}\``;
}

/** An attribute as the language writes it. */
export function writtenName(use: Pick<AttributeUse, "expr">): string {
  const { name, args } = use.expr;
  if (name === "param" || name === "body" || name === "fact") return String(args[0]);
  if (name === "token.field") return `token.${args[0]}`;
  if (name === "ip.network") return "ip.network";
  return args.length === 1 && !name.startsWith("now.") ? `${name}[${JSON.stringify(args[0])}]` : name;
}

function readDeclared(ast: AstName, site: Site): Typed | null {
  const { context } = site;
  const name = dotted(ast);
  const found = context.scope.find(name);
  if (found === undefined) return reportUnknownName(ast, name, site);
  if (ast.index !== null || ast.args !== null) {
    context.report.error(SEMANTICS.wrongArgument, ast.span, `the ${found.kind} \`${name}\` takes no argument`, {
      help: `write \`${name}\``,
    });
    return null;
  }
  return valueOf(found, ast, context);
}

function valueOf(found: Declared, ast: AstName, context: CheckContext): Typed | null {
  switch (found.kind) {
    case "signal": {
      const type = signalType(context, found.index);
      return type === null ? null : { expr: reading("signal", found.index, type, ast), type };
    }
    case "score":
      return { expr: reading("score", found.index, INT, ast), type: INT };
    case "let":
    case "class": {
      const checked = context.lets.read(found.kind, found.index);
      return checked === null ? null : { expr: reading("let", checked.index, checked.type, ast), type: checked.type };
    }
    default:
      return reportNotValue(found, ast, context);
  }
}

function reading(kind: "signal" | "score" | "let" | "used", index: number, type: Type, ast: AstName): Expr {
  return { kind, index, type: exprType(type), span: ast.span };
}

function reportNotValue(found: Declared, ast: AstName, context: CheckContext): null {
  const helps: Partial<Record<Declared["kind"], string>> = {
    list: `write \`… in ${found.name}\``,
    route: `write \`on ${found.name}\`, or \`route is ${found.name}\``,
    group: `write \`on ${found.name}\``,
    window: `write \`now in ${found.name}\``,
    table: `write \`${found.name}[KEY]\``,
    limit: `write \`used(${found.name})\`, the percentage that was used before`,
    rule: "name the rule's condition with a `let`, and read that in both places",
    scenario: "leave it out",
  };
  context.report.error(SEMANTICS.notValue, ast.span, `the ${found.kind} \`${found.name}\` is not a value`, {
    help: helps[found.kind] ?? "",
    notes: [{ message: `the ${found.kind} is declared here`, span: found.span }],
  });
  return null;
}

/** What is read with something in parentheses and is no attribute. */
const READERS = ["used", "ratio"];

function reportUnknownName(ast: AstName, name: string, { context, words = [] }: Site): null {
  if (context.scope.isUnread(name)) return null;
  const declared = context.scope.names("signal", "score", "let", "list", "fact", "class", "table", "window");
  const asked = presenceAsked(ast, name, context);
  if (asked !== null) return reportText(ast, name, `write \`${asked}\``, context);
  // No name of the language has a capital, but codes have.
  const isCode = /^[A-Z]/.test(name) && ast.args === null && nameHere(name) === undefined;
  const lower = name.toLowerCase();
  if (isCode && context.scope.find(lower) === undefined && attributeNamed(lower) === undefined)
    return reportText(ast, name, `quote it if it is text: \`"${name}"\``, context);
  const readers = ast.args === null ? words : READERS;
  const meant = nameHere(name) ?? nearest(name, [...readers, ...declared, ...context.fields.keys(), ...WRITTEN_NAMES]);
  const quoted = attributeNamed(name) === undefined ? `, or quote it if it is text: \`"${name}"\`` : "";
  context.report.error(SEMANTICS.unknownName, ast.span, `there is no \`${name}\``, {
    help: meant === null ? `declare it${quoted}` : `did you mean \`${meant}\`?`,
  });
  return null;
}

function reportText(ast: AstName, name: string, help: string, { report }: CheckContext): null {
  report.error(SEMANTICS.unknownName, ast.span, `there is no \`${name}\``, { help });
  return null;
}

const PRESENCE = /^(?:exists?|defined|present|is_?set|has|isset)$/;
const ABSENCE = /^(?:missing|absent|is_?null|is_?empty|empty)$/;

/** How `exists(x)` and the like are written; null for all else. */
function presenceAsked({ args }: AstName, name: string, context: CheckContext): string | null {
  const inner = args?.length === 1 && args[0] !== undefined ? unwrap(args[0]) : undefined;
  const word = PRESENCE.test(name) ? "has" : ABSENCE.test(name) ? "no" : null;
  const use = word === null || inner?.kind !== "name" ? null : attributeUse(inner, context);
  return use === null || use === undefined ? null : `${word} ${writtenName(use)}`;
}

/** `used(limit)`: how much of a limit this key had used before this request. */
function readUsed(ast: AstName, context: CheckContext): Typed | null {
  const [limit, ...more] = ast.args ?? [];
  const inner = limit === undefined ? undefined : unwrap(limit);
  const name = inner?.kind === "name" && inner.parts.length === 1 ? inner.parts[0] : undefined;
  if (name === undefined || more.length > 0 || ast.index !== null) {
    context.report.error(SEMANTICS.wrongArgument, ast.span, "`used` takes the name of one limit", {
      help: didYouMean("", context.scope.names("limit"), "write `used(fair_use) > 80%`"),
    });
    return null;
  }
  const found = expectName(context.scope, context.report, name, ["limit"], "limit");
  return found === null ? null : { expr: reading("used", found.index, PERCENT, ast), type: PERCENT };
}
