/** Whatever the text, the parser returns, in time that grows with its length alone. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeSource, parse, renderDiagnostics } from "../../dsl/index.ts";
import { check } from "../helpers/property.ts";
import { mutatedPolicy, tokenSoup, validTexts } from "../helpers/policy-texts.ts";

/** Parses and renders, and holds what every result must keep to. */
function parseSoundly(text: string): void {
  const { file, diagnostics } = parse(text);
  for (const { span, message, code, notes } of diagnostics) {
    expect(code).toMatch(/^EP1\d{3}$/);
    expect(message).not.toMatch(/[.\n]$|undefined|NaN|\[object/);
    for (const place of [span, ...notes.map((note) => note.span)]) {
      expect(place.start).toBeGreaterThanOrEqual(0);
      expect(place.end).toBeGreaterThanOrEqual(place.start);
      expect(place.end).toBeLessThanOrEqual(text.length);
    }
  }
  for (const { span } of file.declarations) expect(span.end).toBeGreaterThan(span.start);
  renderDiagnostics(diagnostics, [makeSource("policy.edgepolicy", text)], { color: false });
}

describe("the parser returns", () => {
  it("for any string", () => {
    check(fc.property(fc.string({ unit: "binary", maxLength: 200 }), parseSoundly), { runs: 500 });
  });

  it("for any row of the language's own pieces", () => {
    check(fc.property(tokenSoup, parseSoundly), { runs: 1000 });
  });

  it("for valid policies with a few characters changed", () => {
    check(fc.property(mutatedPolicy, parseSoundly), { runs: 1000 });
  });

  it("for every beginning of a valid policy", () => {
    const text = validTexts[0] ?? "";
    for (let length = 0; length < text.length; length += 37) parseSoundly(text.slice(0, length));
  });
});

describe("a mistake costs one declaration", () => {
  const declarations = [
    "let a = method is GET",
    "rule b when a then block",
    "list c : int = [1]",
    "limit d per ip allow 1 per 1m",
    'test "e" { at 0s GET "/" from 192.0.2.1 expect allow }',
  ];
  const broken = [
    "rule x when then block",
    "limit y per ip allow",
    "let z =",
    "list w : int = [1",
    "signal v = count per",
    "score u { +1 when a",
    "rule t when (a then block",
  ];

  it("wherever it stands", () => {
    const order = fc.tuple(
      fc.shuffledSubarray(declarations, { minLength: declarations.length }),
      fc.constantFrom(...broken),
      fc.nat({ max: declarations.length }),
    );
    check(
      fc.property(order, ([good, bad, at]) => {
        const rows = [...good.slice(0, at), bad, ...good.slice(at)];
        const { file, diagnostics } = parse(rows.join("\n"));
        expect(file.declarations).toHaveLength(declarations.length);
        expect(diagnostics).toHaveLength(1);
        expect(file.unread.map(({ text }) => text)).toEqual([bad.split(" ")[1]]);
      }),
    );
  });
});

/** Texts that grow by repetition, each a way to make a careless reader slow or overflow its stack. */
const GROWING: Readonly<Record<string, (size: number) => string>> = {
  parentheses: (size) => `let a = ${"(".repeat(size)}`,
  brackets: (size) => `let a = ${"[".repeat(size)}`,
  braces: (size) => `policy "x" ${"{".repeat(size)}`,
  closers: (size) => `let a = b ${")]}".repeat(size / 3)}`,
  nots: (size) => `let a = ${"not ".repeat(size / 4)}b`,
  ors: (size) => `let a = b${" or b".repeat(size / 5)}`,
  "ors and ands": (size) => `let a = b${" or b and c".repeat(size / 11)}`,
  defaults: (size) => `let a = b${" ?? b".repeat(size / 5)}`,
  sums: (size) => `let a = 1${"+1".repeat(size / 2)}`,
  comparisons: (size) => `let a = 1${" < 1".repeat(size / 4)}`,
  minuses: (size) => `let a = ${"-".repeat(size)}1`,
  dots: (size) => `let a = b${".b".repeat(size / 2)}`,
  lists: (size) => `let a = b in [${"1,".repeat(size / 2)}1]`,
  keys: (size) => `limit a per b${" else b".repeat(size / 7)} allow 1 per 1s`,
  rules: (size) => "rule a then allow\n".repeat(size / 18),
  "broken rules": (size) => "rule a thn allow\n".repeat(size / 17),
  keywords: (size) => "rule ".repeat(size / 5),
  quotes: (size) => '"'.repeat(size),
  "open strings": (size) => 'let a = "b\n'.repeat(size / 11),
  backslashes: (size) => `let a = "${"\\".repeat(size)}`,
  digits: (size) => `let a = ${"1".repeat(size)}`,
  "dotted digits": (size) => `let a = ${"1.".repeat(size / 2)}`,
  colons: (size) => `let a = ${":".repeat(size)}`,
  "hex groups": (size) => `let a = ${"a:".repeat(size / 2)}`,
  regexes: (size) => `let a = b matches /${"[]a]".repeat(size / 4)}`,
  "regex groups": (size) => `let a = b matches /${"(".repeat(size)}/`,
  comments: (size) => "// c\n".repeat(size / 5),
  docs: (size) => `${"/// c\n".repeat(size / 6)}let a = b`,
  "strange characters": (size) => "§ ".repeat(size / 2),
  "strange characters in broken rules": (size) => "rule a § thn allow\n".repeat(size / 19),
  controls: (size) => "\u0001".repeat(size),
  "score terms": (size) => `score a { ${"+1 when b ".repeat(size / 10)} }`,
  steps: (size) => `test "a" { ${'at 0s GET "/" from 192.0.2.1 '.repeat(size / 29)} }`,
  json: (size) => `test "a" { at 0s GET "/" from 192.0.2.1 body ${"{ a: ".repeat(size / 5)}`,
};

/** The least processor time of three runs, in milliseconds: what else the machine does does not count, and noise only adds. */
function effort(run: () => void): number {
  const times = [1, 2, 3].map(() => {
    const start = process.cpuUsage();
    run();
    return process.cpuUsage(start).user / 1000;
  });
  return Math.min(...times);
}

/** Below this nothing but noise is measured; a quadratic reader of the larger text takes seconds. */
const FLOOR_MS = 800;

describe("effort grows with the length alone", () => {
  for (const [name, make] of Object.entries(GROWING)) {
    it(`for ${name}`, () => {
      const small = effort(() => parse(make(8_000)));
      const large = effort(() => parse(make(64_000)));
      // Eight times the text: linear is 8, quadratic 64.
      expect(large).toBeLessThan(Math.max(FLOOR_MS, small * 24));
    });
  }

  it("at the largest size a file may have", () => {
    for (const name of ["parentheses", "brackets", "nots", "ors", "defaults", "comparisons", "minuses", "json"]) {
      const { diagnostics } = parse(GROWING[name]?.(1024 ** 2 - 64) ?? "");
      expect(diagnostics.length).toBeLessThanOrEqual(201);
    }
  }, 60_000);
});
