/** Headers that a test writes down, of requests and of answers. */
import type { AstHeader, Text } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { CheckContext } from "./context.ts";
import type { Report } from "./report.ts";

/** Headers by name; null where a name is wrong. */
export function readHeaders(
  given: readonly AstHeader[],
  { report }: CheckContext,
): Readonly<Record<string, string>> | null {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  let fits = true;
  const seen = new Map<string, Text>();
  for (const { name, value } of given) {
    const lower = name.value.toLowerCase();
    const first = seen.get(lower);
    if (name.value !== lower) fits = reportCapital(name, lower, report);
    else if (first !== undefined) fits = reportTwice(name, first, report);
    else {
      headers[lower] = value.value;
      seen.set(lower, name);
    }
  }
  return fits ? headers : null;
}

function reportCapital(name: Text, lower: string, report: Report): false {
  report.error(SEMANTICS.testStep, name.span, `header names are written in lower case, not \`${name.value}\``, {
    help: `write \`header "${lower}"\``,
    fix: { span: name.span, text: JSON.stringify(lower) },
  });
  return false;
}

function reportTwice(name: Text, first: Text, report: Report): false {
  report.error(SEMANTICS.testStep, name.span, `the header \`${name.value}\` is given twice`, {
    help: "leave one out: conditions read the first value alone",
    notes: [{ message: "it is given here first", span: first.span }],
  });
  return false;
}
