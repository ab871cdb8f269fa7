/** Which table belongs to which declaration, who uses it, and when it goes. */
import { describe, expect, test } from "vitest";
import { Arena, NONE } from "../../../../engine/state/arena.ts";
import { Catalogue } from "../../../../engine/state/catalogue.ts";
import { CountTable } from "../../../../engine/state/counts.ts";
import { TABLE_HEAD, USERS } from "../../../../engine/state/table-head.ts";
import { Recorder } from "../../../helpers/recorder.ts";

function make(pages = 20): { readonly arena: Arena; readonly catalogue: Catalogue } {
  const arena = new Arena(pages);
  return { arena, catalogue: new Catalogue(arena, 0) };
}

/** Makes a table at a head, so that there are pages to be given back. */
function fill(arena: Arena, head: number): void {
  const table = new CountTable(1_000, arena, head);
  table.setBudget(1 << 20);
  for (let key = 0; key < 400; key++) table.record(2 * key + 2, key, 0);
}

describe("tables", () => {
  test("are found by the identity of their declaration, by everybody, and by no other", () => {
    const { arena, catalogue } = make();
    expect(catalogue.find("a")).toBe(NONE);
    const [a, b] = [catalogue.use("a"), catalogue.use("b")];
    expect(a).not.toBe(b);
    expect([catalogue.use("a"), catalogue.find("a"), catalogue.find("b"), catalogue.find("ab")]).toEqual([
      a,
      a,
      b,
      NONE,
    ]);
    const other = new Catalogue(arena, 5);
    expect([other.find("a"), other.use("a")]).toEqual([a, a]);
    expect(arena.words[a + USERS]).toBe((1 << 0) | (1 << 5));
  });

  test("identities that begin alike, and those of no text, are apart", () => {
    const { catalogue } = make();
    const ids = ["", "a", "aa", "signal a", "signal b", "limit a", "a\u0000", "é", "\u{1F600}"];
    const heads = ids.map((id) => catalogue.use(id));
    expect(new Set(heads).size).toBe(ids.length);
    expect(ids.map((id) => catalogue.find(id))).toEqual(heads);
  });

  test("stay while anybody uses them, and then go with all their pages", () => {
    const { arena, catalogue } = make();
    const other = new Catalogue(arena, 30);
    const before = arena.inUse;
    const head = catalogue.use("a");
    other.use("a");
    fill(arena, head);
    catalogue.leave(head);
    expect([catalogue.find("a"), arena.inUse > before]).toEqual([head, true]);
    const recorder = new Recorder(arena);
    other.leave(head);
    expect([recorder.lost(), other.find("a"), arena.inUse]).toEqual([[], NONE, before]);
    expect(arena.words.subarray(head + 1, head + TABLE_HEAD).every((word) => word === 0)).toBe(true);
  });

  test("a head that is used again is of zeros", () => {
    const { arena, catalogue } = make();
    const head = catalogue.use("a");
    arena.words.fill(7, head, head + 20);
    arena.words.fill(0, head, head + 20);
    catalogue.leave(head);
    arena.words.fill(9, head, head + TABLE_HEAD);
    arena.words[head] = 0;
    const recorder = new Recorder(arena);
    expect(catalogue.use("b")).toBe(head);
    expect(recorder.lost()).toEqual([]);
    expect(arena.words.subarray(head, head + 20).every((word) => word === 0)).toBe(true);
    expect(arena.words.subarray(head + USERS + 1, head + TABLE_HEAD).every((word) => word === 0)).toBe(true);
  });

  test("are given to another declaration with all that is in them", () => {
    const { arena, catalogue } = make();
    const head = catalogue.use("a");
    const recorder = new Recorder(arena);
    catalogue.rename(head, "b");
    expect([recorder.lost(), catalogue.find("a"), catalogue.find("b")]).toEqual([[], NONE, head]);
    expect(catalogue.use("a")).not.toBe(head);
  });

  test("are refused where there is no page left for their heads", () => {
    const { catalogue } = make(3);
    for (let index = 0; index < 63; index++) catalogue.use(`t${index}`);
    expect(() => catalogue.use("one more")).toThrow(
      new RangeError("the state's memory is used up: there is no page left for the catalogue"),
    );
  });
});

describe("owners of bans", () => {
  test("have the smallest number that is free, from 0 on", () => {
    const { arena, catalogue } = make();
    const recorder = new Recorder(arena);
    expect(["a", "b", "c"].map((id) => catalogue.useOwner(id))).toEqual([0, 1, 2]);
    expect([recorder.lost(), catalogue.useOwner("b")]).toEqual([[], 1]);
    recorder.begin();
    expect([catalogue.leaveOwner("a"), catalogue.leaveOwner("a"), catalogue.leaveOwner("x")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(recorder.lost()).toEqual([]);
    expect([catalogue.useOwner("d"), catalogue.useOwner("a"), catalogue.useOwner("c")]).toEqual([0, 3, 2]);
  });

  test("stay while anybody uses them", () => {
    const { arena, catalogue } = make();
    const other = new Catalogue(arena, 7);
    expect([catalogue.useOwner("a"), other.useOwner("a")]).toEqual([0, 0]);
    expect([catalogue.leaveOwner("a"), other.useOwner("b"), other.leaveOwner("a")]).toEqual([false, 1, true]);
    expect(other.useOwner("c")).toBe(0);
  });
});

describe("users that are gone", () => {
  test("one that has ended uses nothing any more, and what nobody uses stays for the next", () => {
    const { arena, catalogue } = make();
    const gone = new Catalogue(arena, 3);
    const [shared, own] = [catalogue.use("shared"), gone.use("own")];
    gone.use("shared");
    gone.useOwner("ban");
    const recorder = new Recorder(arena);
    new Catalogue(arena, 3).leaveAll();
    expect(recorder.lost()).toEqual([]);
    expect([arena.words[shared + USERS], arena.words[own + USERS]]).toEqual([1, 0]);
    expect([catalogue.find("own"), gone.useOwner("ban")]).toEqual([own, 0]);
  });

  test("what nobody uses is dropped when somebody asks, tables and owners, and nothing else", () => {
    const { arena, catalogue } = make();
    const before = arena.inUse;
    const gone = new Catalogue(arena, 3);
    const kept = catalogue.use("kept");
    fill(arena, gone.use("own"));
    gone.use("more");
    catalogue.useOwner("kept ban");
    gone.useOwner("ban");
    gone.useOwner("ban too");
    expect(catalogue.dropUnused()).toEqual([]);
    gone.leaveAll();
    const recorder = new Recorder(arena);
    expect(catalogue.dropUnused().toSorted((a, b) => a - b)).toEqual([1, 2]);
    expect([recorder.lost(), catalogue.find("kept"), catalogue.find("own"), catalogue.find("more")]).toEqual([
      [],
      kept,
      NONE,
      NONE,
    ]);
    expect([arena.inUse, catalogue.useOwner("new"), catalogue.dropUnused()]).toEqual([before, 1, []]);
  });

  test("everybody is forgotten where a state is taken up by one alone", () => {
    const { arena, catalogue } = make();
    const head = catalogue.use("a");
    new Catalogue(arena, 9).use("a");
    new Catalogue(arena, 9).useOwner("ban");
    catalogue.forgetUsers();
    expect([arena.words[head + USERS], catalogue.find("a")]).toEqual([0, head]);
    catalogue.use("a");
    expect([arena.words[head + USERS], catalogue.dropUnused()]).toEqual([1, [0]]);
  });
});

test("whoever prepares it leaves a page for others, and nothing in it", () => {
  const arena = new Arena(6, new SharedArrayBuffer(6 * 16_384));
  new Catalogue(arena, 30).prepare();
  const [one, two] = [new Catalogue(arena, 0), new Catalogue(arena, 1)];
  expect([arena.used, one.find("a"), one.use("a"), two.use("a")]).toEqual([3, NONE, one.find("a"), one.find("a")]);
});
