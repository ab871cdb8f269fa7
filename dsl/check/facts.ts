/** `fact` declarations: what a trusted proxy states in a header. */
import type { Fact } from "../../engine/index.ts";
import type { AstFact } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { DECLARED_TYPES } from "./declared-types.ts";
import type { Report } from "./report.ts";
import { didYouMean } from "./suggest.ts";
import { STRING } from "./types.ts";

const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/** Checks all facts; a wrong one keeps its place, so that indices stay those of the text. */
export function checkFacts(declarations: readonly AstFact[], report: Report): readonly Fact[] {
  return declarations.map((ast) => {
    const type = DECLARED_TYPES.get(ast.type.text);
    if (type === undefined) {
      report.error(SEMANTICS.unknownName, ast.type.span, `there is no type \`${ast.type.text}\` for facts`, {
        help: didYouMean(
          ast.type.text,
          DECLARED_TYPES.keys(),
          `the types are ${[...DECLARED_TYPES.keys()].join(", ")}`,
        ),
      });
    }
    checkHeader(ast, report);
    const { text: name } = ast.name;
    return { name, doc: ast.doc, span: ast.span, type: (type ?? STRING).scalar, header: ast.header.value };
  });
}

function checkHeader({ header }: AstFact, report: Report): void {
  if (HEADER_NAME.test(header.value)) return;
  const lower = header.value.toLowerCase();
  const lowered = HEADER_NAME.test(lower);
  const message = lowered
    ? `header names are written in lower case, not \`${header.value}\``
    : `\`${header.value}\` is no header name`;
  report.error(SEMANTICS.wrongArgument, header.span, message, {
    help: lowered ? `write \`from header "${lower}"\`` : 'write a name such as `"x-bot-score"`',
    ...(lowered ? { fix: { span: header.span, text: JSON.stringify(lower) } } : {}),
  });
}
