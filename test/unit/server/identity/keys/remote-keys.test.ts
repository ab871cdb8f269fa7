import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { KeptSet } from "../../../../../server/identity/keys/kept-keys.ts";
import { RemoteKeys } from "../../../../../server/identity/keys/remote-keys.ts";
import { keySetOf, makePair, type TestPair } from "../../../../helpers/tokens.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let first: TestPair;
let second: TestPair;
beforeAll(async () => {
  [first, second] = await Promise.all([makePair("ES256", "k1"), makePair("ES256", "k2")]);
});
beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** An address whose answers the test chooses. */
class Address {
  asked = 0;
  changes = 0;
  /** What is answered: the text of a key set, or an error. */
  answer: string | Error;
  readonly reports: string[] = [];
  readonly keys: RemoteKeys;
  /** Answers wait until `release` is called. */
  held = false;
  release: () => void = () => {};

  readonly written: string[] = [];

  constructor(answer: string | Error, held = false, kept: KeptSet | null = null) {
    this.answer = answer;
    this.held = held;
    this.keys = new RemoteKeys("https://id.example.com/keys?code=hidden", {
      fetch: () => this.#respond(),
      now: () => Date.now(),
      kept: { read: () => kept, write: (_, bytes) => void this.written.push(new TextDecoder().decode(bytes)) },
      report: (line) => void this.reports.push(line),
      changed: () => void this.changes++,
    });
  }

  async #respond(): Promise<Uint8Array> {
    this.asked++;
    if (this.held) {
      await new Promise<void>((resolve) => {
        this.release = resolve;
      });
    }
    if (this.answer instanceof Error) throw this.answer;
    return new TextEncoder().encode(this.answer);
  }

  get names(): readonly (string | null)[] | null {
    return this.keys.set?.keys.map(({ kid }) => kid) ?? null;
  }
}

const DOWN = new Error("connection refused");

async function ready(): Promise<Address> {
  const address = new Address(keySetOf(first));
  await vi.advanceTimersByTimeAsync(0);
  return address;
}

describe("keys of an address", () => {
  it("are fetched at once, and again in the background after 8 minutes", async () => {
    const address = await ready();
    expect([address.asked, address.names]).toEqual([1, ["k1"]]);
    await vi.advanceTimersByTimeAsync(8 * MINUTE - 1);
    expect(address.asked).toBe(1);
    address.answer = keySetOf(second);
    await vi.advanceTimersByTimeAsync(1);
    expect([address.asked, address.names]).toEqual([2, ["k2"]]);
    expect(address.reports.at(-1)).toMatch(
      /^keys of https:\/\/id\.example\.com\/keys: added `k2` \(.{43}\); removed `k1` \(.{43}\)$/,
    );
  });

  it("are fetched once, however many wait for them", async () => {
    const address = new Address(keySetOf(first), true);
    const waiting = Promise.all(Array.from({ length: 100 }, async () => address.keys.ask()));
    expect(address.names).toBeNull();
    address.release();
    await waiting;
    expect([address.asked, address.names]).toEqual([1, ["k1"]]);
  });

  it("are fetched once more for who wants those of now while they are fetched already", async () => {
    const address = new Address(keySetOf(first), true);
    const renewed = Promise.all([address.keys.renew(), address.keys.renew()]);
    address.release();
    await vi.advanceTimersByTimeAsync(0);
    expect([address.asked, address.names]).toEqual([2, ["k1"]]);
    address.answer = keySetOf(second);
    address.release();
    await renewed;
    expect([address.asked, address.names]).toEqual([2, ["k2"]]);
  });

  it("let only so many wait", async () => {
    const address = new Address(keySetOf(first), true);
    const waiting = Array.from({ length: 5_000 }, () => address.keys.ask()).filter((each) => each !== null);
    expect(waiting.length).toBe(4_096);
    address.release();
    await Promise.all(waiting);
    vi.setSystemTime(Date.now() + 31_000);
    address.held = false;
    await address.keys.ask();
    expect(address.asked).toBe(2);
  });

  it("are asked for a name that they do not have, but once in 30 seconds", async () => {
    const address = await ready();
    await address.keys.ask();
    expect(address.asked).toBe(2);
    for (let i = 0; i < 100; i++) expect(address.keys.ask()).toBeNull();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(address.keys.ask()).toBeNull();
    await vi.advanceTimersByTimeAsync(1);
    await address.keys.ask();
    expect(address.asked).toBe(3);
  });

  it("are tried again after 1, 2, 4 … 60 seconds where there are none, and in between nobody waits", async () => {
    const address = new Address(DOWN);
    await vi.advanceTimersByTimeAsync(0);
    const gaps: number[] = [];
    for (let i = 0; i < 8; i++) {
      expect(address.keys.ask()).toBeNull();
      const [before, asked] = [Date.now(), address.asked];
      while (address.asked === asked) await vi.advanceTimersByTimeAsync(500);
      gaps.push((Date.now() - before) / 1_000);
    }
    expect(gaps).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(address.keys.failures).toBe(9);
    expect(address.reports[0]).toContain("cannot be fetched: connection refused; there are none");
    address.answer = keySetOf(first);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(address.names).toEqual(["k1"]);
    expect(address.reports).toContain("keys of https://id.example.com/keys could be fetched again");
  });

  it("go on for a day where they cannot be fetched, which is said, and then no longer", async () => {
    const address = await ready();
    address.answer = DOWN;
    await vi.advanceTimersByTimeAsync(9 * MINUTE);
    expect(address.names).toEqual(["k1"]);
    // Until they are old it is said once.
    expect(address.reports.filter((line) => line.includes("cannot be fetched"))).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(address.reports.at(-1)).toMatch(/those of 1\d min ago go on, for 14\d\d min more$/);
    await vi.advanceTimersByTimeAsync(24 * HOUR - 12 * MINUTE);
    expect(address.names).toEqual(["k1"]);
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    expect(address.names).toBeNull();
    expect(address.reports.at(-1)).toContain("there are none");
  });

  it("stay as they are where what comes is no key set", async () => {
    const address = await ready();
    address.answer = '{"keys":[]}';
    await vi.advanceTimersByTimeAsync(8 * MINUTE);
    expect([address.names, address.keys.failures]).toEqual([["k1"], 1]);
  });

  it("are not fetched any more once closed", async () => {
    const address = await ready();
    address.keys.close();
    await vi.advanceTimersByTimeAsync(HOUR);
    await address.keys.refresh();
    expect(address.asked).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("keys that the last process kept", () => {
  const keptFor = (ageMs: number, text = keySetOf(first)): KeptSet => ({
    bytes: new TextEncoder().encode(text),
    ageMs,
  });

  it("go on where the address does not answer, for what is left of the day", async () => {
    const address = new Address(DOWN, true, keptFor(23 * HOUR));
    // As long as the address may answer, it is waited for: it may have withdrawn a key.
    expect(address.names).toBeNull();
    const waiting = address.keys.ask();
    address.release();
    address.held = false;
    await waiting;
    expect([address.names, address.keys.ageMs, address.changes]).toEqual([["k1"], 23 * HOUR, 0]);
    expect(address.reports).toEqual([
      expect.stringContaining("added `k1`"),
      expect.stringContaining("those of 1380 min ago go on, for 60 min more"),
    ]);
    await vi.advanceTimersByTimeAsync(HOUR);
    expect(address.names).toEqual(["k1"]);
    await vi.advanceTimersByTimeAsync(1);
    expect([address.names, address.written]).toEqual([null, []]);
  });

  it("give way to those that are fetched, which are kept each time", async () => {
    const address = new Address(DOWN, false, keptFor(0));
    await vi.advanceTimersByTimeAsync(0);
    expect(address.names).toEqual(["k1"]);
    address.answer = keySetOf(second);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([address.names, address.changes]).toEqual([["k2"], 1]);
    await vi.advanceTimersByTimeAsync(8 * MINUTE);
    expect(address.written).toEqual([keySetOf(second), keySetOf(second)]);
  });

  it("are not asked for where the address answers, nor where they are no keys", async () => {
    const answered = new Address(keySetOf(second), false, keptFor(0));
    const damaged = new Address(DOWN, false, keptFor(0, '{"keys":[]}'));
    await vi.advanceTimersByTimeAsync(0);
    expect([answered.names, damaged.names]).toEqual([["k2"], null]);
  });
});
