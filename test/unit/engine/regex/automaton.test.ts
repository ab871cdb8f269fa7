/** Searching by an automaton that is built as texts need it. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { searches } from "../../../../engine/reference/pattern.ts";
import { Automaton, Room, WORK_A_UNIT } from "../../../../engine/regex/automaton.ts";
import { compilePattern } from "../../../../engine/regex/instructions.ts";
import { arbitrarySource, arbitraryText, patternOf } from "../../../helpers/patterns.ts";
import { check } from "../../../helpers/property.ts";

const automatonOf = (source: string, room: Room = new Room()): Automaton => new Automaton(patternOf(source), room);

function roomOf(cells: number): Room {
  const room = new Room();
  room.cells = cells;
  return room;
}

/** Letters without order, the same each time. */
function noise(length: number, letters: string): string {
  let state = 1;
  const units = Array.from({ length }, () => {
    state = (state * 48_271) % 0x7fffffff;
    return letters[state % letters.length];
  });
  return units.join("");
}

test("finds what the reference finds, text after text, with room and without", () => {
  check(
    fc.property(
      arbitrarySource,
      fc.array(arbitraryText, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(0, 200, 1_000_000),
      (source, texts, cells) => {
        const automaton = automatonOf(source, roomOf(cells));
        for (const text of [...texts, ...texts]) {
          expect([source, text, automaton.test(text, 0)]).toEqual([source, text, searches(patternOf(source), text)]);
        }
      },
    ),
    { runs: 300 },
  );
});

describe("assertions", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ["^a$", ["a"], ["", "aa", "ab", "ba"]],
    ["a$", ["a", "ba", "aa"], ["", "ab"]],
    ["^", ["", "a"], []],
    ["$", ["", "a"], []],
    ["^$", [""], ["a"]],
    ["\\ba\\b", ["a", "-a-", "b a"], ["ab", "ba", "_a"]],
    ["a\\Bb", ["ab"], ["a-b", "a b"]],
    ["a\\b", ["a", "a-"], ["ab"]],
    ["\\B", ["", "ab", "--"], ["a"]],
  ])("/%s/", (source, matching, others) => {
    const automaton = automatonOf(source);
    for (let times = 0; times < 2; times++) {
      expect([...matching, ...others].filter((text) => automaton.test(text, 0))).toEqual(matching);
    }
  });
});

test("begins at the place that it is told", () => {
  const automaton = automatonOf("ab");
  expect([0, 1, 2].map((from) => automaton.test("abab", from))).toEqual([true, true, true]);
  expect([3, 4].map((from) => automaton.test("abab", from))).toEqual([false, false]);
  expect(automaton.test("ab\u{1F600}ab", 1)).toBe(true);
});

test("a text that is known builds nothing anew", () => {
  const automaton = automatonOf("a[bc]*d");
  expect(automaton.test("abcbcx", 0)).toBe(false);
  expect(automaton.work).toBeGreaterThan(-8_192);
  automaton.work = 7;
  expect([automaton.test("abcbcx", 0), automaton.work]).toEqual([false, 7]);
  expect(automaton.test("abcbcd", 0)).toBe(true);
  // One step more: what a state takes besides, and the two instructions that it leads to.
  expect(automaton.work).toBe(16 + 2 - 8_192);
  automaton.work = 7;
  expect([automaton.test("abcbcd", 0), automaton.work]).toEqual([true, 7]);
});

describe("room", () => {
  const source = "a.{9}b";

  test("is used for more than the eight states that each has, and only for those", () => {
    const room = roomOf(1_000_000);
    automatonOf("abc", room).test("abcabd", 0);
    expect(room.cells).toBe(1_000_000);
    const automaton = automatonOf(source, room);
    expect(room.cells).toBe(1_000_000);
    automaton.test(noise(2_000, "ac"), 0);
    expect(room.cells).toBeLessThan(1_000_000);
    expect(room.cells).toBeGreaterThan(1_000_000 - 65_536);
  });

  test("is shared, and none is taken that is not there", () => {
    // Eight more states of nine classes: those of \w, a and b.
    const grown = (cells: number): number => {
      const room = roomOf(cells);
      const automaton = automatonOf(source, room);
      for (const text of ["acccaaaaaacaccca", "aaaaaaaaaaaaaaac"]) expect(automaton.test(text, 0)).toBe(false);
      expect(automaton.test("aaaccaacaaab", 0)).toBe(true);
      return cells - room.cells;
    };
    const [needed] = [80, 79, 81].filter((cells) => grown(cells) === cells && grown(cells - 1) === 0);
    expect([grown(0), needed === undefined ? grown(1_000_000) % 8 : needed % 8]).toEqual([0, 0]);
  });

  test("a new one has four million cells", () => {
    expect(new Room().cells).toBe(2 ** 22);
  });
});

test("builds no more than the text's length justifies, and goes on without", () => {
  const automaton = automatonOf("a.{24}bb");
  const text = noise(64_000, "ac");
  for (const each of [text, text.slice(0, 8_000), `${text}a${"c".repeat(24)}bb`]) {
    expect(automaton.test(each, 0)).toBe(each.endsWith("b"));
    // One step more may have been begun when the bound was met.
    expect(automaton.work).toBeLessThanOrEqual(WORK_A_UNIT * each.length + 64);
  }
});

test("an anchored pattern does not begin anew at every unit", () => {
  const [anchored, free] = [automatonOf("^a*b"), automatonOf("a*b")];
  const text = "c".repeat(50);
  expect([anchored.test(text, 0), anchored.work]).toEqual([false, 16 - 8_192]);
  expect([free.test(text, 0), free.work > 16 - 8_192]).toEqual([false, true]);
});

describe("states", () => {
  const classesOf = (source: string): number => compilePattern(patternOf(source)).classes.count;

  test("are made for more units than those of Latin", () => {
    for (const unit of ["\u0100", "\u0101", "\u01ff", "\u4e2d", "\uffff"]) {
      const automaton = automatonOf(`a${unit}b`);
      for (let times = 0; times < 2; times++) {
        const found = ["\u0100", "\u0101", "\u01ff", "\u4e2d", "\uffff", "\u00ff"].filter((each) =>
          automaton.test(`-a${each}b`, 0),
        );
        expect(found).toEqual([unit]);
      }
    }
  });

  test("are as many again each time that there are too few, as far as there is room for all of those", () => {
    const [source, text] = ["a.{3}b", "aaaacaccaaccca"];
    const eight = 8 * classesOf(source);
    const left = (cells: number): number => {
      const room = roomOf(cells);
      expect(automatonOf(source, room).test(text, 0)).toBe(false);
      return room.cells;
    };
    expect([eight - 1, eight, eight + 1].map(left)).toEqual([eight - 1, 0, 1]);
  });

  test("are kept when there is room for more, and all that is known with them", () => {
    const automaton = automatonOf("a.{3}b");
    const text = "aaaacaccaaccca";
    expect(automaton.test(text, 0)).toBe(false);
    automaton.work = 7;
    expect([automaton.test(text, 0), automaton.work]).toEqual([false, 7]);
  });

  test("are forgotten where there is no room, and what is found stays the same", () => {
    const automaton = automatonOf("a.{9}b[cd]", roomOf(0));
    const noisy = noise(6_000, "abcdab");
    for (let from = 0; from < 6_000; from += 30) {
      const text = noisy.slice(from, from + 30);
      expect([text, automaton.test(text, 0)]).toEqual([text, /a.{9}b[cd]/.test(text)]);
    }
  });

  test("that a match ends in, or that none can follow, are known the next time", () => {
    for (const [source, text, found] of [
      ["ab", "abx", true],
      ["^ab", "xab", false],
    ] as const) {
      const automaton = automatonOf(source);
      automaton.test(text, 0);
      expect([automaton.test(text, 0), automaton.work]).toEqual([found, -8_192]);
    }
  });
});

test("goes on without building just where it was, and not before its length justifies no more", () => {
  const text = noise(64_000, "ac");
  const automaton = automatonOf("a.{24}bb");
  automaton.test(text, 0);
  expect(automaton.work).toBeGreaterThan(100);
  for (let length = 150; length < 400; length++) {
    const each = `${text.slice(0, length)}bb`;
    expect([length, automatonOf("a.{24}bb").test(each, 0)]).toEqual([length, text[length - 25] === "a"]);
  }
});
