import { describe, expect, it, vi } from "vitest";
import { Holds } from "../../../server/hold.ts";

describe("Holds", () => {
  it("releases after the delay, and makes room again", () => {
    vi.useFakeTimers();
    try {
      const holds = new Holds(2);
      const released: number[] = [];
      holds.hold(1_500, () => released.push(1));
      vi.advanceTimersByTime(1);
      expect(released).toEqual([]);
      expect(holds.current).toBe(1);
      vi.advanceTimersByTime(1);
      expect(released).toEqual([1]);
      expect(holds.current).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it("takes no more than it may, and counts the rest", () => {
    const holds = new Holds(1);
    const first = holds.hold(1e6, () => {});
    expect(holds.hold(1e6, () => {})).toBeNull();
    expect(holds.refused).toBe(1);
    first?.cancel();
    first?.cancel();
    expect(holds.current).toBe(0);
  });

  it("counts once what is cancelled after its release", () => {
    vi.useFakeTimers();
    try {
      const holds = new Holds(3);
      const hold = holds.hold(1_000, () => {});
      vi.advanceTimersByTime(2);
      hold?.cancel();
      expect(holds.current).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
