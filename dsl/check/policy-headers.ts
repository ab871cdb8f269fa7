/** Declarations that stand once: `policy`, in the main file, and `clients from`. */
import type { Span } from "../../engine/index.ts";
import type { AstPolicy } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Declarations } from "./declarations.ts";
import type { Report } from "./report.ts";
import { nearest } from "./suggest.ts";

/** The one `policy` declaration; null where there is none, which is reported. */
export function checkHeaders(declarations: Declarations, start: Span, report: Report): AstPolicy | null {
  const [clients, second] = declarations.clients;
  if (clients !== undefined && second !== undefined) reportSecond("clients from", second.span, clients.span, report);
  const main = declarations.policies.filter((policy) => policy.span.file === start.file);
  for (const policy of declarations.policies) if (policy.span.file !== start.file) reportImported(policy, report);
  const [first, ...others] = main;
  for (const other of others) reportSecond("policy", other.span, first?.span ?? start, report);
  if (first !== undefined) return first;
  // One that could not be read is reported as such; its keyword stands among the unread names.
  if (nearest("policy", declarations.unread) !== null) return null;
  report.error(SEMANTICS.policyCount, start, "the file has no `policy` declaration", {
    help: 'begin it with `policy "name" { owner "team"  default block }`; a part of a policy is checked with the file that imports it',
  });
  return null;
}

function reportSecond(what: string, span: Span, first: Span, report: Report): void {
  report.error(SEMANTICS.policyCount, span, `\`${what}\` is declared twice`, {
    help: "leave one out",
    notes: [{ message: "it is declared here first", span: first }],
  });
}

function reportImported(policy: AstPolicy, report: Report): void {
  report.error(SEMANTICS.policyCount, policy.span, "an imported file has no `policy` declaration of its own", {
    help: "keep it in the main file, and leave only declarations here",
  });
}
