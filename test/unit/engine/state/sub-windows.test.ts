import fc from "fast-check";
import { expect, test } from "vitest";
import { RING, SubWindows } from "../../../../engine/state/sub-windows.ts";
import { check } from "../../../helpers/property.ts";

test("a time is in sub-window ⌊16t/D⌋, exactly, in whatever order it is asked", () => {
  const length = fc.oneof(
    fc.integer({ min: 16, max: 100 }),
    fc.integer({ min: 16, max: 2 ** 49 }),
    fc.constant(600_000_000),
  );
  const times = fc.array(fc.oneof(fc.nat(1_000), fc.integer({ min: 0, max: 2 ** 52 })), { maxLength: 20 });
  check(
    fc.property(length, times, (windowMicros, all) => {
      const window = new SubWindows(windowMicros);
      for (const time of all.flatMap((each) => [each, each + 1, Math.ceil((each * windowMicros) / 16) % 2 ** 52])) {
        window.turnTo(time);
        const exact = (16n * BigInt(time)) / BigInt(windowMicros);
        expect([BigInt(window.current), BigInt(window.place)]).toEqual([exact, exact % BigInt(RING)]);
      }
    }),
    { runs: 1_000 },
  );
});

test("a sub-window is computed once for all times from its first to its last", () => {
  check(
    fc.property(fc.integer({ min: 16, max: 200 }), fc.nat(500), (windowMicros, first) => {
      const window = new SubWindows(windowMicros);
      let current = -1;
      let computed = 0;
      Object.defineProperty(window, "current", {
        get: () => current,
        set: (number: number) => {
          current = number;
          computed++;
        },
      });
      const times = Array.from({ length: 2 * windowMicros }, (_, at) => windowMicros + first + at);
      for (const time of times.flatMap((each) => [each, each])) window.turnTo(time);
      expect(computed).toBe(new Set(times.map((time) => Math.floor((16 * time) / windowMicros))).size);
    }),
  );
});
