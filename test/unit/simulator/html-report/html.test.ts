import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeText, Html, html, shortened } from "../../../../simulator/html-report/html.ts";
import { visible } from "../../../../simulator/report/words.ts";
import { decodeText } from "../../../helpers/html-text.ts";
import { check } from "../../../helpers/property.ts";

test("text keeps its meaning and loses every character that markup is made of", () => {
  check(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const escaped = escapeText(text);
      expect(escaped).not.toMatch(/[<>"'`]/);
      expect(decodeText(escaped)).toBe(visible(text.toWellFormed()));
    }),
  );
});

test("a character that does not show itself is spelt out", () => {
  expect(escapeText("a\u202Eb\u0000c\nd")).toBe("a\\u{202e}b\\u{0}c\\u{a}d");
  expect(escapeText("\uD800")).toBe("\uFFFD");
});

test("a template escapes texts, keeps markup, joins lists and leaves null out", () => {
  const bold = html`<b>${"<&>"}</b>`;
  expect(String(bold)).toBe("<b>&lt;&amp;&gt;</b>");
  expect(String(html`<p title="${`"x'`}">${[bold, " ", 3, null, ["a", "b"]]}</p>`)).toBe(
    '<p title="&quot;x&#39;"><b>&lt;&amp;&gt;</b> 3ab</p>',
  );
});

test("a very long text is cut, between characters, unless all of it is asked for", () => {
  expect(String(html`${"é".repeat(10_000)}`)).toHaveLength(300);
  expect(String(html`${Html.text(`${"é".repeat(10_000)}<`)}`)).toBe(`${"é".repeat(10_000)}&lt;`);
  expect(shortened("🦀🦀🦀", 2)).toBe("🦀…");
  expect(shortened("🦀🦀", 2)).toBe("🦀🦀");
});
