/** What amounts become: rates, logs, quotas and places. */
import { describe, expect, test } from "vitest";
import type { Limit } from "../../../../engine/index.ts";
import { accepted, errorsOf, show } from "../../../helpers/loading.ts";

const limit = (text: string): Limit => accepted(`limit l ${text}\n`).limits[0]!;

describe("amounts", () => {
  test("by a log are a rate, the client's own too", () => {
    expect(limit("per ip allow 10 per 1m exact").amount).toMatchObject({
      kind: "exact",
      rate: { value: { allow: 10, perMicros: 60_000_000, burst: 10 } },
    });
    const own = limit("per client else ip allow client.rate ?? 20 per 1m exact").amount;
    expect(own).toMatchObject({ kind: "exact", rate: { kind: "default", options: [{ name: "client.rate" }, {}] } });
    expect(errorsOf("limit l per ip allow client.rate ?? 1_025 per 1m exact\n")).toEqual(["EP2601"]);
    expect(errorsOf("limit l per ip allow 1_024 per 1m exact\n")).toEqual([]);
    expect(errorsOf("limit l per ip allow 5 per 1m burst 5 exact\n")).toEqual(["EP2602"]);
  });

  test.for([
    ["hour", "UTC"],
    ["day", "Europe/Rome"],
    ["month", "America/New_York"],
  ] as const)("by the calendar are a count for each %s in %s", ([unit, zone]) => {
    expect(limit(`per ip allow 500 per ${unit} "${zone}"`).amount).toEqual({
      kind: "calendar",
      count: 500,
      unit,
      zone,
    });
  });

  test("of bytes are counted in bytes", () => {
    expect(limit('per ip allow 10MB per day "UTC" cost size').amount).toMatchObject({ count: 10 * 1024 ** 2 });
    expect(limit("per ip allow 1KB per 1m exact cost size").amount).toMatchObject({ rate: { value: { allow: 1024 } } });
  });

  test("at once are places", () => {
    expect(limit("per client else ip allow 32 at once").amount).toEqual({ kind: "leases", count: 32 });
    expect(errorsOf("limit l per ip allow 1_024 at once\n")).toEqual([]);
    expect(errorsOf("limit l per ip allow 1_025 at once\n")).toEqual(["EP2601"]);
    expect(errorsOf("limit l per ip allow 0 at once\n")).toHaveLength(1);
  });

  test("of the client's rate need the client", () => {
    expect(errorsOf("limit l when has client.rate per client allow client.rate exact\n")).toEqual([]);
    expect(errorsOf("limit l per ip allow client.rate\n")).toEqual(["EP2107"]);
    expect(errorsOf("limit l per ip allow client.rate ?? 10MB per 1m cost size\n")).toEqual(["EP2602"]);
    expect(errorsOf('limit l per ip allow client.plan ?? "x"\n')).toEqual(["EP2602"]);
  });
});

describe("refunds", () => {
  test("read facts and the outcome, through a let too", () => {
    const text =
      'let failed = response.status >= 500\nlimit l per ip allow 5 per 1m refund when failed and host == "a"\n';
    expect(show(accepted(text).limits[0]?.refund)).toBe('(let#0 and (host == "a":string))');
    expect(limit("per ip allow 5 per 1m").refund).toBeNull();
  });

  test("are guarded by the limit's own condition", () => {
    expect(errorsOf("limit l when has client per client allow 5 per 1m refund when client.kind is job\n")).toEqual([]);
    expect(errorsOf("limit l per ip allow 5 per 1m refund when client.kind is job\n")).toEqual(["EP2107"]);
  });
});

describe("used", () => {
  test("is a percent of a limit, by its place", () => {
    const policy = accepted(
      "limit k per ip allow 5 per 1m\nlimit l per ip allow 5 per 1m\nrule r when used(l) > 80% then slow 1s\nscore s { +1 when used(k) >= 50% }\n",
    );
    expect(show(policy.rules[0]?.when)).toBe("(used#1 > 80:percent)");
    expect(show(policy.scores[0]?.terms[0]?.when)).toBe("(used#0 >= 50:percent)");
  });

  test.for([
    ["used(nothing) > 5%", "EP2001"],
    ["used(r) > 5%", "EP2004"],
    ["used(l) > 5", "EP2101"],
    ["used > 5%", "EP2105"],
  ] as const)("%s is refused", ([condition, code]) => {
    expect(errorsOf(`limit l per ip allow 5 per 1m\nrule r when ${condition} then slow 1s\n`)).toEqual([code]);
  });
});
