/** Keys of state: one to four attributes, each with an answer for where it is missing. */
import type { AttributeExpr, Expr, Key } from "../../engine/index.ts";
import type { AstExpr, AstKey, AstName } from "../ast.ts";
import { LINTS } from "../codes/lints.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type AttributeUse, attributeUse, dotted } from "./attribute-names.ts";
import type { Site } from "./context.ts";
import { type Allowed, checkLevel } from "./levels.ts";
import { checkName, isPresent, writtenName } from "./names.ts";
import { unwrap } from "./typed.ts";
import { describe, exprType, STRING } from "./types.ts";

const MAX_KEYS = 4;

/** Whose keys they are. */
export interface KeyOwner {
  /** In the language's words, such as "the signal `fails`". */
  readonly place: string;
  /** What they may read besides facts. */
  readonly allowed: Allowed;
  /** False for a canary's key, which needs no answer: a request without it is not chosen. */
  readonly answered: boolean;
}

/**
 * Checks the keys after `per`. Whatever guards hold where the keys are read must be in `site`.
 *
 * @returns Null where a problem was reported.
 */
export function checkKeys(keys: readonly AstKey[], owner: KeyOwner, site: Site): readonly Key[] | null {
  const { report } = site.context;
  const surplus = keys[MAX_KEYS];
  if (surplus !== undefined) {
    report.error(SEMANTICS.keyCount, surplus.span, `state is kept per at most ${MAX_KEYS} keys, not ${keys.length}`, {
      help: "leave out the keys that others already imply",
    });
    return null;
  }
  if (keys.length === 0) return null;
  const checked = keys.map((key) => checkKey(key, owner, site));
  return checked.includes(null) ? null : checked.filter((key) => key !== null);
}

function checkKey(ast: AstKey, owner: KeyOwner, site: Site): Key | null {
  const uses = ast.options.map((option, at) =>
    keyOption(option, owner, at === 0 ? site : { ...site, words: ["skip"] }),
  );
  if (uses.includes(null)) return null;
  const options = uses.filter((use) => use !== null);
  const last = options[options.length - 1];
  if (last === undefined) return null;
  warnUnusedElse(ast, options, site);
  if (owner.answered && !ast.skip && last.use !== null && !isPresent(last.use, site)) {
    reportUnanswered(ast, last.use, site);
    return null;
  }
  return { options: options.map(({ expr }) => expr) };
}

/** One option of a key: an attribute, or a `class` or `let`, which is never missing (`use` null). */
interface KeyOption {
  readonly expr: Expr;
  readonly use: AttributeUse | null;
  readonly written: string;
}

/** Reads one option; null where it is none, and reported. */
function keyOption(ast: AstExpr, owner: KeyOwner, site: Site): KeyOption | null {
  const inner = unwrap(ast);
  const { report } = site.context;
  if (inner.kind === "invalid") return null;
  if (inner.kind !== "name") return reportNotKey(ast, null, site);
  const use = attributeUse(inner, site.context);
  if (use === null) return null;
  if (use === undefined) return declaredOption(ast, inner, owner, site);
  const problem = keyProblem(use);
  if (problem === null) return { expr: keyExpr(use), use, written: writtenName(use) };
  report.error(SEMANTICS.keyKind, ast.span, `\`${writtenName(use)}\` cannot be a key: ${problem}`, {
    help: "write an attribute with a single value, such as `ip` or `client.id else skip`",
  });
  return null;
}

/** A `class` or `let` as a key, which may read what its owner may. */
function declaredOption(ast: AstExpr, name: AstName, owner: KeyOwner, site: Site): KeyOption | null {
  if (site.context.scope.find(dotted(name))?.kind === "table") return reportNotKey(ast, name, site);
  const typed = checkName(name, site);
  if (typed === null) return null;
  if (typed.expr.kind !== "let") return reportNotKey(ast, name, site);
  const fits = checkLevel(typed.expr, owner.allowed, owner.place, site.context);
  return fits ? { expr: typed.expr, use: null, written: dotted(name) } : null;
}

function reportNotKey(ast: AstExpr, name: AstName | null, { context }: Site): null {
  const found = name === null ? undefined : context.scope.find(dotted(name));
  const what = found === undefined ? "a key is" : `the ${found.kind} \`${found.name}\` cannot be a key: it is not`;
  context.report.error(SEMANTICS.keyKind, ast.span, `${what} an attribute of the request`, {
    help:
      found?.kind === "table"
        ? `name what the table says, such as \`let key = ${found.name}[host]\`, and write \`per key\``
        : "write an attribute, such as `ip`, `ip.network` or `client else ip`",
  });
  return null;
}

function keyProblem(use: AttributeUse): string | null {
  if (use.type.set) return `it is a ${describe(use.type)}`;
  if (use.type.scalar === "rate") return "it is a rate";
  if (use.expr.name === "served" || use.expr.name.startsWith("response."))
    return "it is not known when the request arrives";
  return null;
}

/** The value that state is kept by. The record `client` stands for its id. */
function keyExpr(use: AttributeUse): Expr {
  if (use.expr.name !== "client") return use.expr;
  const id: AttributeExpr = { ...use.expr, name: "client.id", type: exprType(STRING) };
  return id;
}

function warnUnusedElse(ast: AstKey, options: readonly KeyOption[], site: Site): void {
  const total = ast.skip ? options.length : options.length - 1;
  const present = options.slice(0, total).find(({ use }) => use === null || use.missing === "never");
  if (present === undefined) return;
  const message = `\`${present.written}\` is never missing, so what follows \`else\` is never used`;
  site.context.report.warning(LINTS.unusedElse, ast.span, message, { help: `write \`per ${present.written}\`` });
}

function reportUnanswered(ast: AstKey, last: AttributeUse, site: Site): void {
  const written = writtenName(last);
  const guard = last.missing === "client" ? "client" : written;
  site.context.report.error(SEMANTICS.keyMissing, ast.span, `the key \`${written}\` can be missing`, {
    help: `say what then: \`${written} else ip\` or \`${written} else skip\`, or guard it with \`has ${guard}\``,
  });
}
