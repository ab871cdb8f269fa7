/** The status that a block answers with. */
import type { Quantity } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Report } from "./report.ts";

/** 403 where none is written; null where the written one is not a refusal, which is reported. */
export function readStatus(status: Quantity | null, report: Report): number | null {
  if (status === null) return 403;
  const { value } = status;
  if (status.kind === "int" && ((value >= 400 && value <= 499) || value === 503)) return value;
  report.error(SEMANTICS.status, status.span, `\`block\` cannot answer with \`${status.raw}\``, {
    help: "write a status from 400 to 499, or 503",
  });
  return null;
}
