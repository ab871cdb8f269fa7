/** What the formatter promises for every policy it accepts. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { format, parse } from "../../dsl/index.ts";
import { withoutPlaces } from "../helpers/ast.ts";
import { mutatedPolicy, respacedPolicy, validTexts } from "../helpers/policy-texts.ts";
import { check } from "../helpers/property.ts";

/** Holds all promises at once; texts that are not policies promise nothing. */
function formatSoundly(text: string): void {
  const once = format(text).text;
  if (once === null) return;
  expect(format(once).text).toBe(once);
  const before = parse(text).file;
  const after = parse(once).file;
  expect(withoutPlaces(after.declarations)).toEqual(withoutPlaces(before.declarations));
  expect(after.comments.map((comment) => comment.text).sort()).toEqual(
    before.comments.map((comment) => comment.text).sort(),
  );
  expect(once).not.toMatch(/[ \t]$|\n\n\n|\r/m);
  expect(once === "" || once.endsWith("\n")).toBe(true);
}

describe("formatting", () => {
  it("is idempotent and keeps meaning and comments, for every known policy", () => {
    for (const text of validTexts) formatSoundly(text);
  });

  it("is and does so whatever the white space and wherever comments stand", () => {
    check(fc.property(respacedPolicy, formatSoundly), { runs: 600 });
  }, 120_000);

  it("is and does so where an address stands before a colon", () => {
    const text = 'policy "p" { default allow }\ntable t : ip -> int = { ::1 : 1, :: : 2, 2001:db8::1:5 : 3 } else 4\n';
    formatSoundly(text);
    expect(parse(format(text).text ?? "").diagnostics).toEqual([]);
    expect(format(text).text).toContain("{ ::1: 1, ::: 2, 2001:db8::1:5: 3 }");
  });

  it("is and does so for policies with a few characters changed", () => {
    check(fc.property(mutatedPolicy, formatSoundly), { runs: 600 });
  }, 120_000);

  it("does not see white space but empty lines", () => {
    const spaces = fc.array(fc.constantFrom(" ", "  ", "\n", "\t", "\r\n", " \n "), { minLength: 1, maxLength: 20 });
    check(
      fc.property(fc.constantFrom(...validTexts), spaces, (text, choice) => {
        const bare = text.replace(/\n[ \t]*(?=\n)/g, "");
        if (bare.includes("//") || bare.includes("matches")) return;
        let run = 0;
        const respaced = bare.replace(/"(?:[^"\\\n]|\\.)*"|\s+/g, (match) =>
          /^\s/.test(match) ? (choice[run++ % choice.length] ?? " ") : match,
        );
        expect(format(respaced).text).toBe(format(bare).text);
      }),
    );
  });
});
