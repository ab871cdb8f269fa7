import { describe, expect, it } from "vitest";
import type { PatternNode } from "../../../engine/index.ts";
import { propertyRanges } from "../../../dsl/regex/properties.ts";
import { readRegex } from "../../../dsl/regex/token.ts";
import { searches } from "../../../engine/reference/pattern.ts";

/** The tree of a pattern, or its first problem. */
function read(raw: string): PatternNode | string {
  let problem = "";
  const { root } = readRegex(raw, { file: 0, start: 0, end: raw.length }, { error: (code) => (problem = code) });
  return root ?? problem;
}

/** Whether a set or a row of them matches a text from its beginning, one unit each: enough to look into classes. */
function setHas(node: PatternNode | string, text: string): boolean {
  if (typeof node === "string" || node.kind !== "set") throw new Error("not a set");
  const unit = text.charCodeAt(0);
  return node.ranges.some(([from, to]) => unit >= from && unit <= to);
}

/** Those of some texts in which a pattern is found, one after the other. */
function found(raw: string, texts: readonly string[]): string {
  const root = read(raw);
  if (typeof root === "string") throw new Error(`${raw}: ${root}`);
  return texts.filter((text) => searches(root, text)).join("");
}

const a: PatternNode = { kind: "set", ranges: [[97, 97]] };
const b: PatternNode = { kind: "set", ranges: [[98, 98]] };

describe("patterns", () => {
  it("are trees", () => {
    expect(read("/ab|a/")).toEqual({ kind: "choice", items: [{ kind: "sequence", items: [a, b] }, a] });
    expect(read("/^(?:a)$/")).toEqual({ kind: "sequence", items: [{ kind: "start" }, a, { kind: "end" }] });
    expect(read("/\\ba\\B/")).toEqual({
      kind: "sequence",
      items: [{ kind: "word_boundary" }, a, { kind: "not_word_boundary" }],
    });
    expect(read("/a|/")).toEqual({ kind: "choice", items: [a, { kind: "empty" }] });
  });

  it("repeat", () => {
    const repeat = (min: number, max: number | null): PatternNode => ({ kind: "repeat", item: a, min, max });
    expect(["/a*/", "/a+/", "/a?/", "/a{2}/", "/a{2,}/", "/a{2,5}/", "/a+?/", "/(?P<n>a)*/"].map(read)).toEqual([
      repeat(0, null),
      repeat(1, null),
      repeat(0, 1),
      repeat(2, 2),
      repeat(2, null),
      repeat(2, 5),
      repeat(1, null),
      repeat(0, null),
    ]);
  });

  it("mean the same however often they are read, with case and without", () => {
    const sources = ["[a-c]", "[^a-c]", "a", "[a-c]"];
    const inTurn = sources.flatMap((source) => [read(`/${source}/`), read(`/${source}/i`)]);
    expect(inTurn.slice(0, 2)).toEqual(inTurn.slice(-2));
    const holdsUpper = inTurn.map((node) => setHas(node, "A"));
    expect(holdsUpper).toEqual([false, true, true, false, false, true, false, true]);
  });

  it("spell classes out in sorted, disjoint ranges", () => {
    expect(read("/[c-eab-d]/")).toEqual({ kind: "set", ranges: [[97, 101]] });
    expect(read("/[]a-]/")).toEqual({
      kind: "set",
      ranges: [
        [45, 45],
        [93, 93],
        [97, 97],
      ],
    });
    expect(read("/[^\\x00-\\x{fffe}]/")).toEqual({ kind: "set", ranges: [[0xffff, 0xffff]] });
    expect(read("/[[:digit:]_]/")).toEqual({
      kind: "set",
      ranges: [
        [48, 57],
        [95, 95],
      ],
    });
    expect(read("/./")).toEqual({
      kind: "set",
      ranges: [
        [0, 9],
        [11, 0xffff],
      ],
    });
    expect(read("/\\d/")).toEqual({ kind: "set", ranges: [[48, 57]] });
    expect(setHas(read("/[\\D]/"), "5")).toBe(false);
    expect(setHas(read("/[[:^alpha:]]/"), "5")).toBe(true);
    expect(setHas(read("/\\s/"), "\v")).toBe(false);
  });

  it("fold case as JavaScript's unicode mode does", () => {
    const units = ["k", "s", "ß", "é", "σ", "µ", "i", "1", "ω", "å", "ı", "İ", "ǆ"];
    for (const pattern of units) {
      const set = read(`/${pattern}/i`);
      const oracle = new RegExp(`^${pattern}$`, "iu");
      for (const text of [
        "K",
        "\u212A",
        "S",
        "\u017F",
        "\u1E9E",
        "É",
        "Σ",
        "ς",
        "Μ",
        "I",
        "1",
        "Ω",
        "\u2126",
        "Å",
        "\u212B",
        "ı",
        "İ",
        "Ǆ",
        "ǅ",
        ...units,
      ]) {
        expect([pattern, text, setHas(set, text)]).toEqual([pattern, text, oracle.test(text)]);
      }
    }
  });

  it("fold before they negate", () => {
    expect(setHas(read("/[^a]/i"), "A")).toBe(false);
    expect(setHas(read("/\\W/i"), "\u212A")).toBe(false);
  });

  it("write characters past the basic plane as two units", () => {
    expect(read("/\\x{1F600}/")).toEqual({
      kind: "sequence",
      items: [
        { kind: "set", ranges: [[0xd83d, 0xd83d]] },
        { kind: "set", ranges: [[0xde00, 0xde00]] },
      ],
    });
    const emoji = read("/\\x{1F600}/");
    expect(["/[😀]/", "/[\\x{1F600}]/", "/\\Q😀\\E/"].map(read)).toEqual([emoji, emoji, emoji]);
    expect(found("/^[a😀-😂]$/", ["a", "😀", "😁", "😂", "😃", "\ud83d"])).toBe("a😀😁😂");
    expect(found("/^[^a😀]$/", ["a", "😀", "😁", "b", "\ude00"])).toBe("😁b");
    expect(found("/^[a-\\x{1F600}]$/", ["`", "a", "中", "😀", "😁", "\ud83d"])).toBe("a中😀");
    expect(found("/^[\\D😀]$/", ["a", "1", "😀", "😁"])).toBe("a😀😁");
  });

  it("take flags inside, to the end of the group", () => {
    expect(found("/(?i)ab/", ["ab", "AB", "aB"])).toBe("abABaB");
    expect(found("/(a(?i)b|c)d/", ["abd", "aBd", "ABd", "Cd", "CD"])).toBe("abdaBdCd");
    expect(found("/a(?-i:b)/i", ["ab", "Ab", "AB"])).toBe("abAb");
    expect(found("/(?s:a.)b./", ["a\nbc", "acb\n"])).toBe("a\nbc");
    expect(found("/(?m)^b$/", ["a\nb", "b\nc", "ab"])).toBe("a\nbb\nc");
    expect(found("/(?m)\\Ab\\z/", ["a\nb", "b\nc", "b"])).toBe("b");
    expect(["/(?U)a*/", "/(?U:a*)/"].map(read)).toEqual([read("/a*/"), read("/a*/")]);
  });

  it("quote", () => {
    expect(found("/^\\Qa.|)(\\E+$/", ["a.|)(", "a.|)((", "axb"])).toBe("a.|)(a.|)((");
    expect(read("/\\Qa\\/b\\E/")).toEqual(read("/a\\/b/"));
    expect(read("/a\\Q\\Eb\\Q/")).toEqual(read("/ab/"));
  });

  it("know Unicode's categories and scripts", () => {
    const texts = ["a", "É", "я", "中", "5", "٣", "😀", "𐐨", "_", "\ud83d"];
    expect(found("/^\\pL$/", texts)).toBe("aÉя中𐐨");
    expect(found("/^\\PL$/", texts)).toBe("5٣😀_");
    expect(found("/^\\p{^L}$/", texts)).toBe("5٣😀_");
    expect(found("/^\\P{^L}$/", texts)).toBe("aÉя中𐐨");
    expect(found("/^[^\\pL\\d]$/", texts)).toBe("٣😀_");
    expect(found("/^(?:\\p{Cyrillic}|\\p{Han}|[\\p{Nd}_])$/", texts)).toBe("я中5٣_");
    expect(found("/^\\p{Lu}$/i", texts)).toBe("aÉя");
    expect(found("/^\\p{Any}$/", texts)).toBe(texts.slice(0, -1).join(""));
    expect(found("/^\\P{Thai}$/", texts)).toBe(texts.slice(0, -1).join(""));
    expect(found("/\\p{Cs}/", texts)).toBe("");
    expect(found("/\\pC/", ["\0", "\u00ad", "\u{f0000}", "\u0378", "\u{40000}", "a"])).toBe("\0\u00ad\u{f0000}");
  });

  it("know the characters that Unicode has in a category", () => {
    const characters = (propertyRanges("Nd") ?? []).flatMap(([from, to]) =>
      Array.from({ length: to - from + 1 }, (_, index) => from + index),
    );
    const all = Array.from({ length: 0x110000 }, (_, code) => code);
    expect(characters).toEqual(all.filter((code) => /^\p{Nd}$/u.test(String.fromCodePoint(code))));
  });

  it("take octal numbers that cannot be meant as a back-reference", () => {
    expect(["/\\141/", "/\\0/", "/\\012/", "/[\\101]/"].map(read)).toEqual(
      ["/a/", "/\\x00/", "/\\n/", "/[A]/"].map(read),
    );
  });

  it("refuse what is not in the language by its own code", () => {
    const cases: Readonly<Record<string, string>> = {
      "/a": "EP1201",
      "/a/g": "EP1202",
      "/a/ii": "EP1202",
      "/a(?=b)/": "EP1204",
      "/a(?!b)/": "EP1204",
      "/(?<=a)b/": "EP1204",
      "/(?<!a)b/": "EP1204",
      "/(a)\\1/": "EP1205",
      "/(a)\\12/": "EP1205",
      "/(?x)a/": "EP1206",
      "/(?)a/": "EP1206",
      "/(?-)a/": "EP1206",
      "/(?i-:a)/": "EP1206",
      "/(?>a)/": "EP1206",
      "/(?<n/": "EP1206",
      "/\\Qa\\E\\E/": "EP1206",
      "/[\\Qa]/": "EP1206",
      "/\\Z/": "EP1206",
      "/[\\x{d83d}]/": "EP1206",
      "/(?i)*/": "EP1207",
      "/\\p/": "EP1207",
      "/\\p{Nope}/": "EP1207",
      "/[a-\\pL]/": "EP1207",
      "/a**/": "EP1207",
      "/*a/": "EP1207",
      "/a{2}{3}/": "EP1207",
      "/a{,3}/": "EP1207",
      "/a{3,2}/": "EP1207",
      "/(a/": "EP1207",
      "/a)/": "EP1207",
      "/[a/": "EP1207",
      "/[z-a]/": "EP1207",
      "/[a-\\d]/": "EP1207",
      "/[[:nope:]]/": "EP1207",
      "/\\x{110000}/": "EP1207",
      "/\\xg/": "EP1207",
    };
    for (const [raw, code] of Object.entries(cases)) expect([raw, read(raw)]).toEqual([raw, code]);
  });

  it("are bounded in length, repeats, written-out size and depth", () => {
    expect(read(`/${"a".repeat(1000)}/`)).not.toBe("EP1203");
    expect(read(`/${"a".repeat(1001)}/`)).toBe("EP1203");
    expect(read("/a{1000}/")).not.toBe("EP1208");
    expect(read("/a{1001}/")).toBe("EP1208");
    expect(read("/(a{10}){100}/")).not.toBe("EP1208");
    expect(read("/(a{10}){101}/")).toBe("EP1208");
    expect(read("/((a{100,}){11})/")).toBe("EP1208");
    expect(read("/(abcdefghijk){1000}/")).toBe("EP1208");
    expect(read(`/${"a{999}".repeat(11)}/`)).toBe("EP1208");
    expect(read(`/${"(".repeat(64)}a${")".repeat(64)}/`)).toEqual(a);
    expect(read(`/${"(".repeat(65)}a${")".repeat(65)}/`)).toBe("EP1005");
  });
});
