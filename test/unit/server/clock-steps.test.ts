/** The wall clock is set back and forth by hours while requests are decided. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { makeRequest } from "../../../engine/index.ts";
import { makeGate } from "../../helpers/gate.ts";

const HOUR = 3_600_000;
const POLICY = `policy "clock" { default allow }
route login = POST "/login"
limit few on login per ip allow 3 per 1h
rule caught when path == "/trap" then block for 1h per ip`;

describe("the gate", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("keeps limits and bans as they are", () => {
    const gate = makeGate(POLICY);
    const real = Date.now.bind(Date);
    const ask = (method: string, path: string, ip: string): string =>
      gate.decide(makeRequest({ method, path, ip }), "json").decision.verdict;
    const steps = [0, 5, -7, 48, -48, 0, 24 * 400].map((hours) => hours * HOUR);
    const before = gate.now();
    ask("GET", "/trap", "192.0.2.2");
    const seen = steps.map((step) => {
      vi.spyOn(Date, "now").mockReturnValue(real() + step);
      return [ask("POST", "/login", "192.0.2.1"), ask("GET", "/else", "192.0.2.2")];
    });
    expect(seen.map(([limited]) => limited)).toEqual(["allow", "allow", "allow", ...Array(4).fill("throttle")]);
    expect(seen.map(([, banned]) => banned)).toEqual(Array(7).fill("block"));
    expect(gate.now()).toBeGreaterThanOrEqual(before);
    expect(gate.now() - before).toBeLessThan(60_000_000);
  });
});
