/** Goldens of trees, of formatted text and of rendered syntax errors. */
import { describe } from "vitest";
import { format, makeSource, parse, renderDiagnostics } from "../../../dsl/index.ts";
import { dump, withoutPlaces } from "../../helpers/ast.ts";
import { runGoldens } from "../../helpers/goldens.ts";

describe("trees", () => {
  runGoldens("parse", (source) => {
    const { file, diagnostics } = parse(source);
    const problems = diagnostics.map(({ code, message }) => `${code}: ${message}`);
    return [...problems, ...file.declarations.map((declaration) => dump(withoutPlaces(declaration)).trimStart())].join(
      "\n",
    );
  });
});

describe("formatted text", () => {
  runGoldens("format", (source) => format(source).text ?? "not formatted");
});

describe("rendered syntax errors", () => {
  runGoldens("diagnostics", (source) => {
    const { diagnostics } = parse(source);
    return renderDiagnostics(diagnostics, [makeSource("policy.edgepolicy", source)], { color: false });
  });
});
