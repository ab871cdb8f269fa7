/** Texts that `host`, which is in lower case, without a port and without a dot at its end, or a target as received is compared with and never has. */
import type { AstBinary, AstExpr, AstLiteral } from "../ast.ts";
import { dotted } from "../check/attribute-names.ts";
import { LINTS } from "../codes/lints.ts";
import type { LintInput } from "./input.ts";
import { unwrap } from "../check/typed.ts";

/** Operators that ask for the whole of a text, and for a part. */
export const WHOLE: ReadonlySet<AstBinary["op"]> = new Set(["==", "!=", "in", "not in"]);
export const PART: ReadonlySet<AstBinary["op"]> = new Set(["contains", "starts_with", "ends_with", "like"]);

/** Warns at each text that no host has. */
export function lintHosts({ written, report }: Pick<LintInput, "written" | "report">): void {
  for (const part of written) {
    if (part.kind !== "binary" || !(WHOLE.has(part.op) || PART.has(part.op))) continue;
    lintTargets(part, report);
    for (const { value, span } of comparedTexts(part, HOST)) {
      const text = String(value);
      const host = hostLike(text, WHOLE.has(part.op));
      if (host === text) continue;
      const message = `no host has ${JSON.stringify(text)}: it is in lower case, without a port and a dot at its end`;
      report.warning(LINTS.hostText, span, message, { help: `write ${JSON.stringify(host)}` });
    }
  }
}

const HOST: ReadonlySet<string> = new Set(["host"]);
const TARGETS: ReadonlySet<string> = new Set(["query.raw", "path.raw", "path.with_query"]);

/** A request line ends its target at a blank, so that none is in it. */
function lintTargets(part: AstBinary, report: LintInput["report"]): void {
  for (const { value, span } of comparedTexts(part, TARGETS)) {
    const text = String(value);
    if (!/\s/.test(text)) continue;
    const encoded = JSON.stringify(text.replace(/\s/g, encodeURIComponent));
    report.warning(LINTS.targetText, span, `no target has ${JSON.stringify(text)}: a blank in it is encoded`, {
      help: `write ${encoded}; in a query, a blank can be \`+\`, too`,
    });
  }
}

/** The texts that an attribute of these names is compared with. */
export function comparedTexts({ left, right }: AstBinary, names: ReadonlySet<string>): readonly AstLiteral[] {
  if (isNamed(left, names)) return textsOf(right);
  return isNamed(right, names) ? textsOf(left) : [];
}

function isNamed(expr: AstExpr, names: ReadonlySet<string>): boolean {
  const inner = unwrap(expr);
  return inner.kind === "name" && names.has(dotted(inner));
}

function textsOf(expr: AstExpr): readonly AstLiteral[] {
  const inner = unwrap(expr);
  const items = inner.kind === "list" ? inner.items.map(unwrap) : [inner];
  return items.filter((item) => item.kind === "literal").filter(({ type }) => type === "string");
}

/** The text as it could stand in a host. */
function hostLike(text: string, whole: boolean): string {
  const lower = text.toLowerCase();
  return whole ? lower.replace(/:\d*$/, "").replace(/\.$/, "") : lower;
}
