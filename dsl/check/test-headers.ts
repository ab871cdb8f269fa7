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
  for (const { name, value } of given) {
    const lower = name.value.toLowerCase();
    if (name.value === lower && !Object.hasOwn(headers, lower)) headers[lower] = value.value;
    else fits = reportHeader(name, lower, report);
  }
  return fits ? headers : null;
}

function reportHeader(name: Text, lower: string, report: Report): false {
  const twice = name.value === lower;
  const message = twice
    ? `the header \`${lower}\` is given twice`
    : `header names are written in lower case, not \`${name.value}\``;
  const fix = twice ? {} : { fix: { span: name.span, text: JSON.stringify(lower) } };
  report.error(SEMANTICS.testStep, name.span, message, {
    help: twice ? "leave one out: conditions read the first value alone" : `write \`header "${lower}"\``,
    ...fix,
  });
  return false;
}
