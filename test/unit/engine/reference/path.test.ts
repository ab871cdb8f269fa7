import { expect, test } from "vitest";
import { canonicalPath, cookiePairs, queryPairs, splitTarget } from "../../../../engine/reference/path.ts";

test.each([
  ["/v1/%6frders/%37", "/v1/orders/7"],
  ["/v1/x/%2E%2e/orders/7", "/v1/orders/7"],
  ["/v1//orders///7", "/v1/orders/7"],
  ["/../../etc/passwd", "/etc/passwd"],
  ["/a/..", "/"],
  ["/a/b/.", "/a/b/"],
  ["/a//../b", "/a/b"],
  ["/a/./../b", "/b"],
  ["/a%3ab", "/a%3Ab"],
  ["/v1/%C3%A9", "/v1/%C3%A9"],
  ["/v1/é", "/v1/%C3%A9"],
  ["/\u{80}\u{7ff}\ud7ff\ue000\u{10ffff}", "/%C2%80%DF%BF%ED%9F%BF%EE%80%80%F4%8F%BF%BF"],
  ["", "/"],
  ["*", "/*"],
])("%s is canonically %s", (raw, path) => {
  expect(canonicalPath(raw)).toEqual({ path, ambiguous: false });
});

test.each([
  ["encoded slash", "/a%2fb"],
  ["encoded backslash", "/a%5Cb"],
  ["raw backslash", "/a\\b"],
  ["encoded NUL", "/a%00"],
  ["bytes that are no UTF-8", "/%ff"],
  ["a sequence cut short", "/%c3("],
  ["an overlong slash", "/%c0%af"],
  ["an encoded surrogate", "/%ed%a0%80"],
  ["half a surrogate pair", "/\ud800"],
  ["a slash encoded twice", "/a%252Fb"],
  ["bad UTF-8 encoded twice", "/a%25ff"],
  ["three encodings", "/a%252541"],
  ["a lone percent sign", "/100%"],
  ["a percent sign with one digit", "/a%4"],
  ["a percent sign with a digit and another letter", "/a%4g"],
  ["an encoded slash behind a character of two units", "/\u{10000}%2f"],
  ["an encoded slash behind the last character of one", "/\uffff%2f"],
  ["a dot segment with a parameter", "/a/..;x/b"],
  ["a dot segment with an encoded parameter", "/a/%2e%3bx/b"],
])("%s is ambiguous", (_, raw) => {
  expect(canonicalPath(raw).ambiguous).toBe(true);
});

test.each(["/100%25", "/a%20b", "/a%2525", "/a%2541", "/a%250x", "/a%25254x", "/a..;x/...;y/;z"])(
  "%s is not ambiguous",
  (raw) => {
    expect(canonicalPath(raw).ambiguous).toBe(false);
  },
);

test("a target is a path, and behind the first question mark its query", () => {
  expect(["/p", "/p?", "/p?a?b", "?a"].map(splitTarget)).toEqual([
    { path: "/p", query: null },
    { path: "/p", query: "" },
    { path: "/p", query: "a?b" },
    { path: "", query: "a" },
  ]);
});

test("pairs keep their order, decode once and keep plus signs", () => {
  expect(queryPairs(splitTarget("/p?a=%2541&b&&=c&a=x+y?").query)).toEqual([
    ["a", "%41"],
    ["b", ""],
    ["", "c"],
    ["a", "x+y?"],
  ]);
  expect(queryPairs(splitTarget("/p").query)).toEqual([]);
  expect(cookiePairs("theme=dark;  sid=a%7Cb ; flag")).toEqual([
    ["theme", "dark"],
    ["sid", "a|b"],
    ["flag", ""],
  ]);
});

/** Bytes at whose sides some rule of UTF-8 changes. */
const EDGES = [0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff];

test("escapes are UTF-8 as the platform's decoder reads it, at every edge", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const wrong: string[] = [];
  const judge = (...bytes: readonly number[]): void => {
    const shown = bytes.map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
    let text: string | null = null;
    try {
      text = decoder.decode(Uint8Array.from(bytes));
    } catch {
      // Not UTF-8: it stays, and makes a path ambiguous.
    }
    const [[, value] = []] = queryPairs(`a=${shown}`);
    if (value !== (text ?? shown)) wrong.push(`${shown} is ${value}`);
    const ambiguous = text === null || /[\0\\/]/.test(text);
    const judged = canonicalPath(`/x${shown}`).ambiguous;
    if (!(text ?? "").includes("%") && judged !== ambiguous) wrong.push(`${shown} is ambiguous: ${judged}`);
  };
  for (let first = 0; first < 256; first++) {
    judge(first);
    for (const second of EDGES) {
      judge(first, second);
      if (first < 0xc0) continue;
      for (const third of EDGES) {
        judge(first, second, third);
        if (first >= 0xef) for (const fourth of [0x7f, 0x80, 0xbf, 0xc0]) judge(first, second, third, fourth);
      }
    }
  }
  expect(wrong).toEqual([]);
});

test("characters as they are stand for their bytes, and half a pair of surrogates for none", () => {
  expect(canonicalPath("/\u007f")).toEqual({ path: "/\u007f", ambiguous: false });
  for (const text of ["\u0080", "\u07ff", "\u0800", "\ud7ff", "\ue000", "\uffff", "\u{10000}", "\u{10ffff}"]) {
    const encoded = encodeURIComponent(text);
    expect(canonicalPath(`/${text}`), text).toEqual({ path: `/${encoded}`, ambiguous: false });
    expect(canonicalPath(`/${encoded}`)).toEqual({ path: `/${encoded}`, ambiguous: false });
    expect(canonicalPath(`/${encoded.replaceAll("%", "%25")}`).ambiguous).toBe(false);
  }
  for (const text of ["\ud800", "\udbff", "\udc00", "\udfff", "\udc00\ud800"])
    expect(canonicalPath(`/${text}`).ambiguous).toBe(true);
});
