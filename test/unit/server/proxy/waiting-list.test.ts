/** Whoever waits and is not taken off expires, the longest first; nobody else does, in whatever order they come and go. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Waiter, Waiting } from "../../../../server/proxy/waiting.ts";
import { checkAsync } from "../../../helpers/property.ts";
import { until } from "../../../helpers/server.ts";

class Named extends Waiter {
  readonly #expired: number[];
  readonly #number: number;

  constructor(number: number, expired: number[]) {
    super();
    this.#number = number;
    this.#expired = expired;
  }

  override expire(): void {
    this.#expired.push(this.#number);
  }
}

test("a list of those that wait loses nobody and keeps nobody", async () => {
  const steps = fc.array(fc.record({ number: fc.nat(5), comes: fc.boolean() }), { maxLength: 30 });
  const lists = fc.array(steps, { minLength: 200, maxLength: 200 });
  await checkAsync(
    fc.asyncProperty(lists, async (all) => {
      const runs = all.map((each) => runOf(each));
      await until(async () => runs.every(({ expired, left }) => expired.length >= left.length), 5_000);
      for (const { expired, left, waiting } of runs) {
        expect(expired).toEqual(left);
        waiting.close();
      }
    }),
    { runs: 3 },
  );
});

/** Comes and goes as the steps say, beside an array that does the same. */
function runOf(steps: readonly { readonly number: number; readonly comes: boolean }[]): {
  readonly waiting: Waiting;
  readonly expired: readonly number[];
  readonly left: readonly number[];
} {
  const expired: number[] = [];
  const waiters = Array.from({ length: 6 }, (_, number) => new Named(number, expired));
  const waiting = new Waiting(0);
  let left: number[] = [];
  for (const { number, comes } of steps) {
    const waiter = waiters[number] as Named;
    if (!comes) {
      waiting.remove(waiter);
      left = left.filter((each) => each !== number);
    } else if (!left.includes(number)) {
      waiting.add(waiter);
      left.push(number);
    }
  }
  return { waiting, expired, left };
}
