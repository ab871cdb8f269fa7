import { expect, test } from "vitest";
import { spellKey } from "../../../../engine/reference/keys.ts";

test("keys that differ in any option or value are spelled apart", () => {
  const keys = [
    spellKey([{ option: 0, value: "a" }]),
    spellKey([{ option: 1, value: "a" }]),
    spellKey([{ option: 0, value: "1" }]),
    spellKey([{ option: 0, value: 1 }]),
    spellKey([{ option: 0, value: true }]),
    spellKey([{ option: 0, value: "true" }]),
    spellKey([
      { option: 0, value: "a" },
      { option: 0, value: "b" },
    ]),
    spellKey([
      { option: 0, value: "b" },
      { option: 0, value: "a" },
    ]),
    spellKey([{ option: 0, value: 'a"],[0,"b' }]),
    spellKey([]),
  ];
  expect(keys).not.toContain(null);
  expect(new Set(keys).size).toBe(keys.length);
  expect(spellKey([{ option: 2, value: "a" }])).toBe(spellKey([{ option: 2, value: "a" }]));
});

test("a key with a part that is missing is none", () => {
  const part = { option: 0, value: "a" };
  expect([spellKey([null]), spellKey([part, null]), spellKey([{ option: 0, value: null }, part])]).toEqual([
    null,
    null,
    null,
  ]);
  expect(
    spellKey([
      { option: 0, value: "" },
      { option: 0, value: 0 },
      { option: 0, value: false },
    ]),
  ).not.toBeNull();
});
