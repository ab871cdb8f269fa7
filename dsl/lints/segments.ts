/** Texts that a path parameter is compared with and never has: it is a segment of the canonical path, in which escapes stay. */
import { canonicalPath, escapeBeyondAscii } from "../../engine/index.ts";
import type { AstBinary } from "../ast.ts";
import { LINTS } from "../codes/lints.ts";
import { comparedTexts, PART, WHOLE } from "./hosts.ts";
import type { LintInput } from "./input.ts";

/** Warns at each text that no path parameter has. */
export function lintSegments({ policy, written, report }: Pick<LintInput, "policy" | "written" | "report">): void {
  const parameters = new Set(
    policy.routes.flatMap(({ segments }) => segments.flatMap((each) => (each.kind === "parameter" ? [each.name] : []))),
  );
  const isBlocked = policy.settings.ambiguousPaths === "block";
  for (const part of written) {
    if (part.kind !== "binary" || !(WHOLE.has(part.op) || PART.has(part.op))) continue;
    for (const { value, span } of comparedTexts(part, parameters)) {
      const text = String(value);
      const there = segmentLike(text, part.op, isBlocked);
      if (there === text) continue;
      report.warning(LINTS.segmentText, span, `no path parameter has ${JSON.stringify(text)}`, {
        help:
          there === null
            ? "it is one segment of the canonical path, and never empty"
            : `escapes of the path stay in it: write ${JSON.stringify(there)}`,
      });
    }
  }
}

/** The text as a segment of a canonical path has it, or a part of one; null where none has. */
function segmentLike(text: string, op: AstBinary["op"], isBlocked: boolean): string | null {
  const sent = escapeBeyondAscii(text.replace(/\s/g, encodeURIComponent));
  if (sent.includes("/")) return null;
  if (!WHOLE.has(op)) return sent;
  const { path, ambiguous } = canonicalPath(`/${sent}`);
  return (ambiguous && isBlocked) || path === "/" ? null : path.slice(1);
}
