/** Regular expressions as tokens: slashes, flags and length. What stands between the slashes is read by {@link PatternReader}. */
import type { PatternNode, Span } from "../../engine/index.ts";
import type { AstRegex } from "../ast.ts";
import type { Reporter } from "../literals.ts";
import { PatternError } from "./error.ts";
import { PatternReader } from "./pattern.ts";

/** Longest pattern, in UTF-16 units. */
const LENGTH_MAX = 1_000;

/** Reads a whole token, `/…/` with its flags. */
export function readRegex(raw: string, span: Span, report: Reporter): AstRegex {
  const close = raw.lastIndexOf("/");
  const flags = close > 0 ? raw.slice(close + 1) : "";
  const closed = close > 0 && /^[A-Za-z]*$/.test(flags);
  const source = closed ? raw.slice(1, close) : raw.slice(1);
  const failed: AstRegex = { kind: "regex", source, ignoreCase: flags.includes("i"), root: null, span };
  if (!closed) {
    report.error(
      "EP1201",
      "this regular expression is not closed",
      span,
      "end it with `/` on the same line; a slash inside is `\\/`",
    );
    return failed;
  }
  const unknown = flags.replace("i", "");
  if (unknown !== "") {
    const place = { ...span, start: span.start + close + 1 };
    report.error("EP1202", `unknown flag \`${unknown[0]}\``, place, "the only flag is `i`, which ignores case");
    return failed;
  }
  return { ...failed, root: parsePattern(source, flags === "i", span, report) };
}

function parsePattern(source: string, ignoreCase: boolean, span: Span, report: Reporter): PatternNode | null {
  const length = source.length > LENGTH_MAX ? Array.from(source).length : source.length;
  if (length > LENGTH_MAX) {
    report.error(
      "EP1203",
      `the pattern has ${length} characters`,
      span,
      `at most ${LENGTH_MAX} are allowed; split it into two conditions`,
    );
    return null;
  }
  try {
    return new PatternReader(source, ignoreCase).read();
  } catch (failure) {
    if (!(failure instanceof PatternError)) throw failure;
    const start = span.start + 1 + failure.start;
    const end = Math.min(Math.max(span.start + 1 + failure.end, start + 1), span.end);
    report.error(failure.code, failure.message, { file: span.file, start, end }, failure.help);
    return null;
  }
}
