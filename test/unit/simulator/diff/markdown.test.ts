/** Text of others in Markdown. */
import { expect, test } from "vitest";
import { markdownCode, markdownText, preformatted } from "../../../../simulator/diff/markdown.ts";

test.each([
  ["a pipe", "a|b", "a&#124;b"],
  ["a code span", "`x`", "&#96;x&#96;"],
  ["HTML", "<img src=x onerror=alert(1)>&lt;", "&#60;img src=x onerror=alert(1)&#62;&#38;lt;"],
  ["a link", "[x](http://evil.example)", "&#91;x&#93;(http&#58;//evil.example)"],
  ["a link by itself", "www.evil.example WWW.x", "www&#46;evil.example WWW&#46;x"],
  ["a mention and an issue", "@team #7", "&#64;team &#35;7"],
  ["emphasis, but no name", "*x* _x_ crawler_pace ~x~", "&#42;x&#42; &#95;x&#95; crawler_pace &#126;x&#126;"],
  ["mathematics and escapes", "$x$ \\", "&#36;x&#36; &#92;"],
  [
    "line ends and other controls",
    "a\r\nb\u202Ec\u001B[31m",
    "a\\u{d}\\u{a}b\\u{202e}c\\u{1b}[31m".replace(/[\\[]/g, (m) => `&#${m.charCodeAt(0)};`),
  ],
])("shows %s as it is", (_what, text, shown) => {
  expect(markdownText(text)).toBe(shown);
});

test("leaves addresses, times and figures alone", () => {
  expect(markdownText("2001:db8::7a39 at 09:05:03.000, 0.5 % of /v1/orders")).toBe(
    "2001:db8::7a39 at 09:05:03.000, 0.5 % of /v1/orders",
  );
});

test("has no empty code element", () => {
  expect(markdownCode("")).toBe("");
  expect(markdownCode("a|b")).toBe("<code>a&#124;b</code>");
});

test("keeps lines in pre, without a blank one that would end the block", () => {
  expect(preformatted("a\n\n</pre><b>\n", 9)).toBe("<pre>a\n&#32;\n&#60;/pre&#62;&#60;b&#62;</pre>");
  expect(preformatted("1\n2\n3\n4", 2)).toBe("<pre>1\n2\n… and 2 lines more</pre>");
  expect(preformatted("x".repeat(500), 2)).toHaveLength(200 + "<pre></pre>".length);
});
