/** `table` declarations: total mappings from literals to literals, read as `NAME[key]`. */
import type { ScalarValue, Table } from "../../engine/index.ts";
import type { AstExpr, AstName, AstTable, Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Site } from "./context.ts";
import { DECLARED_TYPES } from "./declared-types.ts";
import { checkLiteral, literalAs, scalarOf } from "./literals.ts";
import { literalHelp } from "./mismatch.ts";
import type { Report } from "./report.ts";
import type { Declared } from "./scope.ts";
import { didYouMean } from "./suggest.ts";
import { type Checker, type Typed, unwrap } from "./typed.ts";
import { describe, exprType, sameType, STRING, type Type } from "./types.ts";

/** A table may have this many entries. */
const MAX_ENTRIES = 10_000;

/** Checks all tables; a wrong one keeps its place, so that indices stay those of the text. */
export function checkTables(declarations: readonly AstTable[], report: Report): readonly Table[] {
  return declarations.map((ast) => {
    const keyType = typeNamed(ast.from, report);
    const valueType = typeNamed(ast.to, report);
    const otherwise = entryValue(ast.otherwise, valueType, report);
    return {
      name: ast.name.text,
      doc: ast.doc,
      span: ast.span,
      keyType: (keyType ?? STRING).scalar,
      valueType: (valueType ?? STRING).scalar,
      entries: entriesOf(ast, keyType, valueType, report),
      otherwise: otherwise ?? "",
    };
  });
}

function typeNamed(name: Name, report: Report): Type | null {
  const type = DECLARED_TYPES.get(name.text);
  if (type !== undefined) return type;
  report.error(SEMANTICS.unknownName, name.span, `there is no type \`${name.text}\` for tables`, {
    help: didYouMean(name.text, DECLARED_TYPES.keys(), `the types are ${[...DECLARED_TYPES.keys()].join(", ")}`),
  });
  return null;
}

function entriesOf(ast: AstTable, keyType: Type | null, valueType: Type | null, report: Report): Table["entries"] {
  const first = new Map<ScalarValue, AstExpr>();
  const entries: (readonly [ScalarValue, ScalarValue])[] = [];
  for (const entry of ast.entries.slice(0, MAX_ENTRIES)) {
    const key = entryValue(entry.key, keyType, report);
    const value = entryValue(entry.value, valueType, report);
    if (key === null || value === null) continue;
    const earlier = first.get(key);
    if (earlier === undefined) {
      first.set(key, entry.key);
      entries.push([key, value]);
    } else reportTwice(entry.key, earlier, report);
  }
  const surplus = ast.entries[MAX_ENTRIES];
  if (surplus !== undefined) {
    report.error(SEMANTICS.outOfRange, surplus.key.span, `a table has at most ${MAX_ENTRIES} entries`, {
      help: "group the keys with `class` first",
    });
  }
  return entries;
}

function reportTwice(key: AstExpr, earlier: AstExpr, report: Report): void {
  report.error(SEMANTICS.tableEntry, key.span, "this key has an entry already", {
    help: "leave one of the two out",
    notes: [{ message: "the first one is here", span: earlier.span }],
  });
}

/** A literal of the wanted type; null where it is none, which is reported unless the type itself is unknown. */
function entryValue(ast: AstExpr, type: Type | null, report: Report): ScalarValue | null {
  const inner = unwrap(ast);
  if (type === null || inner.kind === "invalid") return null;
  if (inner.kind !== "literal") {
    report.error(SEMANTICS.tableEntry, ast.span, "a table holds literals", {
      help: type.scalar === "string" || type.scalar === "path" ? 'quote the text: `"…"`' : "write the value itself",
    });
    return null;
  }
  const typed = checkLiteral(inner, report);
  if (typed === null) return null;
  const fitted = sameType(typed.type, type) ? typed : literalAs(typed, type, report);
  if (fitted !== null && fitted.expr.kind === "literal") return scalarOf(fitted.expr);
  report.error(
    SEMANTICS.tableEntry,
    ast.span,
    `the table wants \`${describe(type)}\` here, not \`${describe(typed.type)}\``,
    { help: literalHelp(typed, type) ?? `write a value of type \`${describe(type)}\`` },
  );
  return null;
}

/** Checks `NAME[key]` of a declared table. */
export function checkLookup(ast: AstName, declared: Declared, site: Site, checker: Checker): Typed | null {
  const { report, declarations } = site.context;
  const table = declarations.tables[declared.index];
  const keyType = DECLARED_TYPES.get(table?.from.text ?? "");
  const type = DECLARED_TYPES.get(table?.to.text ?? "");
  if (ast.index === null || ast.args !== null) {
    report.error(SEMANTICS.wrongArgument, ast.span, `the table \`${declared.name}\` is read with a key`, {
      help: `write \`${declared.name}[${table?.from.text === "string" ? 'client.plan ?? ""' : "…"}]\``,
      notes: [{ message: "the table is declared here", span: declared.span }],
    });
    return null;
  }
  const key = checker.value(ast.index, site);
  if (key === null || keyType === undefined || type === undefined) return null;
  const fitted = sameType(key.type, keyType) ? key : literalAs(key, keyType, report);
  if (fitted !== null)
    return {
      expr: { kind: "lookup", index: declared.index, key: fitted.expr, type: exprType(type), span: ast.span },
      type,
    };
  report.error(
    SEMANTICS.typesDiffer,
    ast.index.span,
    `the keys of \`${declared.name}\` are \`${describe(keyType)}\`, not \`${describe(key.type)}\``,
    {
      help: "look a value of the table's key type up",
      notes: [{ message: "the table is declared here", span: declared.span }],
    },
  );
  return null;
}
