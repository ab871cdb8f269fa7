/** What a policy means does not hang on how its literals are spelt or its lets are named, and one source gives one program. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadPolicyText } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import { compile } from "../../engine/compile/compile.ts";
import { arbitraryTrace } from "../helpers/generators.ts";
import { check } from "../helpers/property.ts";

/** Spellings that mean the same. */
const WINDOWS = ["60s", "1m", "60000ms"];
const QUIET = ["2m", "120s"];
const SIZES = ["64KB", "65536B"];
const COUNTS = ["1000", "1_000"];
const NAMES = ["busy", "crowded", "b2"];

function textOf(window: string, quiet: string, size: string, count: string, name: string): string {
  return `policy "shop" { owner "team"  default allow }
signal hits = count per ip over ${window}
let ${name} = hits > ${count}
limit pace per ip allow 10 per ${window} otherwise slow up to ${quiet}
rule flood when ${name} and body.size > ${size} then block for ${quiet} per ip
`;
}

/** Everything that decides: places in the text and its hash do not, and lets by their place alone. */
function meaningOf(text: string): string {
  const { policy, diagnostics } = loadPolicyText(text, {});
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  const drop = new Set(["span", "version", "hash", "doc", "lets"]);
  return JSON.stringify(
    { ...policy, values: policy?.lets.map(({ name: _, ...rest }) => rest) },
    (key, value: unknown) => (drop.has(key) ? 0 : value),
  );
}

test("the spelling of literals and the names of lets change nothing", () => {
  const pick = (spellings: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...spellings);
  const plain = meaningOf(textOf("60s", "2m", "64KB", "1000", "busy"));
  check(
    fc.property(pick(WINDOWS), pick(QUIET), pick(SIZES), pick(COUNTS), pick(NAMES), (...spelt) => {
      expect(meaningOf(textOf(...spelt))).toBe(plain);
    }),
    { runs: 60 },
  );
});

/** A program as text; typed arrays, maps and bit sets with their contents. */
function bytesOf(program: unknown): string {
  return JSON.stringify(program, (_, value: unknown) => {
    if (ArrayBuffer.isView(value)) return [value.constructor.name, ...(value as Int32Array)];
    if (value instanceof Map || value instanceof Set) return [...value];
    if (value instanceof RegExp) return String(value);
    if (typeof value === "bigint") return `${value}n`;
    return value;
  });
}

test("a policy compiles to the same program every time, in whichever object it comes", () => {
  check(
    fc.property(arbitraryTrace, ({ policies }) => {
      for (const policy of policies) {
        const again = JSON.parse(JSON.stringify(policy)) as Policy;
        expect(bytesOf(compile(again))).toBe(bytesOf(compile(policy)));
      }
    }),
    { runs: 60 },
  );
});
