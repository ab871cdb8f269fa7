/** CrowdSec's own tests as an oracle: their logs, and the overflows that they expect. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Policy } from "../../engine/index.ts";
import { createEngine, createReference } from "../../engine/index.ts";
import { oraclePage } from "../../scripts/oracle-page.ts";
import { bucketOf, withBucket, withoutLeak, withoutSources, withoutValues } from "./buckets.ts";
import { CROWDSEC, readTest, TEST_NAMES, unreadFolders } from "./crowdsec-tests.ts";
import { type Expression, expressions } from "./policies.ts";
import { inTimeOrder, replay } from "./replay.ts";
import { judge, type Verdict, verdictsOf } from "./verdict.ts";

const PAGE = join(import.meta.dirname, "../../docs/oracle.md");

/** Where upstream reads the lines of two logs one after the other, and we by their times. */
const OTHER_TIMES: ReadonlySet<string> = new Set(["andreasbrett/paperless-ngx-bf"]);

function told({ expected, sources, times, events }: Verdict): readonly unknown[] {
  return [expected.scenario, sources, times, events];
}

function wanted({ expected, times, events }: Verdict): readonly unknown[] {
  const { scenario } = expected;
  return [scenario, true, times === null ? null : !OTHER_TIMES.has(scenario), events === null ? null : true];
}

describe.skipIf(!existsSync(CROWDSEC))("CrowdSec's tests (skipped where ../shared/data is absent)", () => {
  test("are all read", () => {
    expect(unreadFolders()).toEqual([]);
  });

  test.for(TEST_NAMES)("%s: as many overflows, of the same sources, at the same times", (name) => {
    const verdicts = verdictsOf(name);
    expect(verdicts.map(told)).toEqual(verdicts.map(wanted));
  });

  test("paperless-ngx-bf in the order of its file: at the same times as well", () => {
    const verdicts = judge(readTest("paperless-ngx-bf"), createEngine, { order: (events) => events });
    expect(verdicts.map(({ times }) => times)).toEqual([true, true]);
  });

  test.for(TEST_NAMES)("%s: both engines decide alike", (name) => {
    const { events, expected } = readTest(name);
    for (const policy of new Set(expected.map(({ scenario }) => expressions().get(scenario)!.policy))) {
      const [compiled, reference] = [createEngine, createReference].map((make) =>
        replay(policy, make, inTimeOrder(events)),
      );
      expect(compiled).toEqual(reference);
    }
  });

  /** Otherwise a test that expects an overflow would hold for a bucket of another size, too. */
  test.for(TEST_NAMES)("%s: a bucket that holds one more or one less is noticed", (name) => {
    const crowdsec = readTest(name);
    for (const more of [1, -1]) {
      const change = (expression: Expression): Policy =>
        withBucket(expression, (rate) => ({ ...rate, burst: rate.burst + more }));
      for (const { expected, expression, sources, times, events } of judge(crowdsec, createEngine, { change })) {
        const bucket = bucketOf(expression.policy, expression.rule);
        if (expected.overflows === 0 || bucket === null || bucket.burst + more < 0) continue;
        expect([sources, times, events], `${expected.scenario} ${more}`).toContain(false);
      }
    }
  });

  /** What changes the overflows of a bucket of CrowdSec's, too. */
  test.for([
    ["couchdb-logs", withoutLeak],
    ["paperless-ngx-bf", withoutLeak],
    ["ssh-slow-bf", withoutLeak],
    ["http-wordpress_user-enum", withoutValues],
    ["paperless-ngx-bf", withoutValues],
    ["ssh-slow-bf", withoutValues],
    ["http-dos-bypass-cache", withoutSources],
    ["http-dos-invalid-http-versions", withoutSources],
    ["paperless-ngx-bf", withoutSources],
    ["ssh-time-based-bf", withoutSources],
  ] as const)("%s: %o is noticed", ([name, change]) => {
    const verdicts = judge(readTest(name), createEngine, { change });
    expect(verdicts.flatMap(({ sources, times }) => [sources, times])).toContain(false);
  });

  test("docs/oracle.md is what they say: node scripts/oracle-page.ts", () => {
    expect(readFileSync(PAGE, "utf8")).toBe(oraclePage());
  });
});
