import { expect, test } from "vitest";
import { compiled } from "../../../helpers/compiled.ts";

test("each zone that hours, weekdays and windows name has one clock", () => {
  const { zones } = compiled(`window w = daily 22:00 to 06:00 "Asia/Tokyo"
window x = weekly sun 02:00 to 04:30 "Europe/Rome"
window y = from 2027-01-01 to 2027-01-02
rule a when now.hour("Europe/Rome") > 5 then block
rule b when now.weekday("America/New_York") is sun then block
rule c when query["UTC"] ?? "" == "" then block
rule d when now in w or now in x or now in y then block`);
  expect(new Set(zones.keys())).toEqual(new Set(["America/New_York", "Asia/Tokyo", "Europe/Rome"]));
  // 2026-01-01T00:00:00Z, a Thursday.
  const now = Date.UTC(2026, 0, 1) * 1_000;
  const told = [...zones].map(([zone, clock]) => `${zone} ${clock.hour(now)} ${clock.weekday(now)}`);
  expect(new Set(told)).toEqual(new Set(["America/New_York 19 wed", "Asia/Tokyo 9 thu", "Europe/Rome 1 thu"]));
});

test("a policy that names none has none", () => {
  expect(compiled("rule a when now > 2027-01-01 then block").zones.size).toBe(0);
});
