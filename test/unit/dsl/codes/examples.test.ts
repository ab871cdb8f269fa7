/** Every code has a policy that raises it, and the same policy mended. */
import { describe, expect, test } from "vitest";
import { type CodeExample, codeExamples, codesOf, loadExample } from "../../../helpers/code-examples.ts";

/** Examples of what this version does not enforce yet wait until it does. */
function waits({ broken, mended, nowMicros }: CodeExample): boolean {
  const codes = [broken, mended].flatMap((files) => codesOf(loadExample(files, nowMicros).diagnostics));
  return codes.some((code) => code.startsWith("EP9"));
}

describe.each(codeExamples().filter((example) => !waits(example)))("$code", ({ code, broken, mended, nowMicros }) => {
  test("is all that the broken policy raises", () => {
    expect(codesOf(loadExample(broken, nowMicros).diagnostics)).toEqual([code]);
  });

  test("is gone from the mended one, which is right", () => {
    const { policy, diagnostics } = loadExample(mended, nowMicros);
    expect(codesOf(diagnostics)).not.toContain(code);
    expect(policy).not.toBeNull();
  });
});
