/** Texts that `host`, which is in lower case and without a port, is compared with and never has. */
import type { AstBinary, AstExpr, AstLiteral } from "../ast.ts";
import { dotted } from "../check/attribute-names.ts";
import { LINTS } from "../codes/lints.ts";
import type { LintInput } from "./input.ts";
import { unwrap } from "../check/typed.ts";

/** Operators that ask for the whole of a host. */
const WHOLE: ReadonlySet<AstBinary["op"]> = new Set(["==", "!=", "in", "not in"]);
const PART: ReadonlySet<AstBinary["op"]> = new Set(["contains", "starts_with", "ends_with", "like"]);

/** Warns at each text that no host has. */
export function lintHosts({ written, report }: Pick<LintInput, "written" | "report">): void {
  for (const part of written) {
    if (part.kind !== "binary" || !(WHOLE.has(part.op) || PART.has(part.op))) continue;
    for (const { value, span } of comparedTexts(part)) {
      const text = String(value);
      const host = hostLike(text, WHOLE.has(part.op));
      if (host === text) continue;
      report.warning(LINTS.hostText, span, `no host has ${JSON.stringify(text)}: it is in lower case, without a port`, {
        help: `write ${JSON.stringify(host)}`,
      });
    }
  }
}

/** The texts that `host` is compared with; none where it is not `host` that is compared. */
function comparedTexts({ left, right }: AstBinary): readonly AstLiteral[] {
  if (isHost(left)) return textsOf(right);
  return isHost(right) ? textsOf(left) : [];
}

function isHost(expr: AstExpr): boolean {
  const inner = unwrap(expr);
  return inner.kind === "name" && dotted(inner) === "host";
}

function textsOf(expr: AstExpr): readonly AstLiteral[] {
  const inner = unwrap(expr);
  const items = inner.kind === "list" ? inner.items.map(unwrap) : [inner];
  return items.filter((item) => item.kind === "literal").filter(({ type }) => type === "string");
}

/** The text as it could stand in a host. */
function hostLike(text: string, whole: boolean): string {
  const lower = text.toLowerCase();
  return whole ? lower.replace(/:\d*$/, "") : lower;
}
