/** Rollouts: canaries that replace, and ends. */
import { describe, expect, test } from "vitest";
import { accepted, errorsOf } from "../../../helpers/loading.ts";

const RULES =
  "rule a then slow 1s\nrule b then slow 2s\nrule c then slow 3s\nlimit k per ip allow 5 per 1m\nlimit l per ip allow 9 per 1m\n";

describe("rollouts", () => {
  test("replace a rule by a rule and a limit by a limit, by their places, and end", () => {
    const { rules, limits } = accepted(
      `${RULES}rollout { b canary 10% per ip replaces a until 2026-05-01  c shadow until 2026-05-01T12:00:00Z  l canary 5% per client replaces k }\n`,
    );
    expect(rules.map(({ rollout }) => rollout)).toMatchObject([
      { mode: "on", untilMicros: null },
      { mode: "canary", percent: 10, replaces: 0, untilMicros: Date.UTC(2026, 4, 1) * 1000 },
      { mode: "shadow", untilMicros: Date.UTC(2026, 4, 1, 12) * 1000 },
    ]);
    expect(limits[1]?.rollout).toMatchObject({ mode: "canary", replaces: 0, untilMicros: null });
  });

  test.for([
    ["a canary 5% per ip replaces a", "EP2621"],
    ["a canary 5% per ip replaces k", "EP2004"],
    ["a canary 5% per ip replaces nothing", "EP2001"],
    ["a canary 5% per ip replaces b  b canary 5% per ip replaces c", "EP2621"],
    ["a canary 5% per ip replaces c  b canary 5% per ip replaces c", "EP2621"],
    ["a shadow  a on", "EP2621"],
    ["nothing shadow", "EP2001"],
    ["a canary 100.5% per ip", "EP2601"],
    ["a canary 5% per client.tags", "EP2302"],
  ] as const)("%s is refused", ([entries, code]) => {
    expect(errorsOf(`${RULES}rollout { ${entries} }\n`)).toEqual([code]);
  });
});
