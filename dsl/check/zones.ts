/** Time zones by their names in the IANA database of this runtime. */
import type { Span } from "../../engine/index.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Report } from "./report.ts";

/** Whether the name is in the IANA time zone database of this runtime. */
export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** The zone itself; null where there is none of that name, which is reported. */
export function checkZone(zone: string, span: Span, report: Report): string | null {
  if (isZone(zone)) return zone;
  report.error(SEMANTICS.wrongArgument, span, `there is no time zone \`${zone}\``, {
    help: 'write a name of the IANA database, such as `"Europe/Rome"` or `"UTC"`',
  });
  return null;
}
