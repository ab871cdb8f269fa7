/** Compares what our rules say on a log with what CrowdSec expects of its scenarios. */
import type { Policy, PolicyEngine } from "../../engine/index.ts";
import { canonicalIp, createEngine } from "../../engine/index.ts";
import type { RequestRecord } from "../../traffic/index.ts";
import { bucketOf, withBucket, YEAR_MICROS } from "./buckets.ts";
import { type CrowdsecTest, type Expected, momentOf, readTest } from "./crowdsec-tests.ts";
import { type Expression, expressions } from "./policies.ts";
import { inTimeOrder, type Overflow, replay } from "./replay.ts";

/** How far we match; null where CrowdSec expects nothing of the kind. */
export interface Verdict {
  readonly test: string;
  readonly expected: Expected;
  readonly expression: Expression;
  readonly overflows: readonly Overflow[];
  /** In number and sources. */
  readonly sources: boolean;
  readonly times: boolean | null;
  /** In how many events it took. */
  readonly events: boolean | null;
}

type MakeEngine = (policy: Policy) => PolicyEngine;
type Events = readonly RequestRecord[];

/** How a test is judged. */
export interface JudgeOptions {
  /** Default: in the order of time. */
  readonly order?: (events: Events) => Events;
  /** Changes the policy for a scenario before it is replayed, to see whether that is noticed. */
  readonly change?: (expression: Expression) => Policy;
}

/** Judges every scenario of a test. */
export function judge(
  { name, events, expected }: CrowdsecTest,
  make: MakeEngine,
  { order = inTimeOrder, change = ({ policy }) => policy }: JudgeOptions = {},
): readonly Verdict[] {
  const ordered = order(events);
  return expected.map((each) => {
    const expression = expressions().get(each.scenario);
    if (expression === undefined) throw new Error(`no rule is tagged ${each.scenario}`);
    const judged = { ...expression, policy: change(expression) };
    const overflows = overflowsOf(judged, make, ordered);
    return {
      test: name,
      expected: each,
      expression,
      overflows,
      sources: agreeOnSources(each, overflows),
      times: agreeOnTimes(each, overflows),
      events: agreeOnEvents(each, overflows, judged, make, ordered),
    };
  });
}

const judged = new Map<string, readonly Verdict[]>();

/** What the compiled engine makes of the test of a name, in the order of time; judged once. */
export function verdictsOf(name: string): readonly Verdict[] {
  const verdicts = judged.get(name) ?? judge(readTest(name), createEngine);
  judged.set(name, verdicts);
  return verdicts;
}

function overflowsOf({ policy, rule }: Expression, make: MakeEngine, events: Events): readonly Overflow[] {
  return replay(policy, make, events).overflows.filter((overflow) => overflow.rule === rule);
}

/** Upstream lists overflows in no particular order, so both sides are sorted. */
function agreeOnSources(expected: Expected, overflows: readonly Overflow[]): boolean {
  const sources = expected.sources.map((source) => canonicalIp(source) ?? source);
  return (
    overflows.length === expected.overflows &&
    sameTexts(
      sources,
      overflows.map(({ source }) => source),
    )
  );
}

/** To the second, or exactly where a time is written with a fraction. */
function agreeOnTimes({ sources, times }: Expected, overflows: readonly Overflow[]): boolean | null {
  if (times === null) return null;
  const moments = times.map(momentOf);
  const precision = Math.max(1, ...moments.map((moment) => moment.precision));
  const shown = (source: string, micros: number): string => `${canonicalIp(source)} ${Math.floor(micros / precision)}`;
  return sameTexts(
    moments.map(({ micros }, index) => shown(sources[index] ?? "", micros)),
    overflows.map(({ source, at }) => shown(source, at)),
  );
}

function sameTexts(left: readonly string[], right: readonly string[]): boolean {
  return left.toSorted().join("\n") === right.toSorted().join("\n");
}

/**
 * Whether each bucket had counted as many events as expected. No bucket tells; but one that overflowed at its n-th event does so at the very
 * same one if it holds n - 1 and leaks next to nothing, as long as it is given what came in its life alone.
 */
function agreeOnEvents(
  { events: counts }: Expected,
  overflows: readonly Overflow[],
  expression: Expression,
  make: MakeEngine,
  events: Events,
): boolean | null {
  const rate = bucketOf(expression.policy, expression.rule);
  if (counts.length === 0 || rate === null) return null;
  // A bucket is gone once nothing was counted for as long as it takes to leak one more than it holds.
  const life = (rate.perMicros / rate.allow) * (rate.burst + 1);
  return counts.every((count, index) => {
    const overflow = overflows[index];
    if (overflow === undefined) return false;
    const own = eventsOfBucket(events, overflow, life);
    const policy = withBucket(expression, () => ({ allow: 1, perMicros: YEAR_MICROS, burst: count - 1 }));
    return overflowsOf({ ...expression, policy }, make, own)[0]?.event === own.length - 1;
  });
}

/** The events of an overflow's source up to it, from the latest pause on that is longer than a bucket's life. */
function eventsOfBucket(events: Events, { source, event }: Overflow, life: number): Events {
  const own = events.slice(0, event + 1).filter(({ request }) => request.ip === source);
  const first = own.findLastIndex(({ at }, index) => (at ?? 0) - (own[index - 1]?.at ?? -Infinity) > life);
  return own.slice(Math.max(0, first));
}
