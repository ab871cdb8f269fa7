/** Runs a trace through engines side by side and tells the first difference in a decision or in state. */
import type { Decision, DecisionRecord, Outcome, Policy, PolicyEngine, TouchedState } from "../../engine/index.ts";
import { makeRequest, touchedState } from "../../engine/index.ts";
import { endOfUnit } from "../../engine/reference/wall-clock.ts";
import type { Gap, Step, Trace } from "./generators.ts";

/** Makes an engine for a policy. */
export type MakeEngine = (policy: Policy) => PolicyEngine;

interface Report {
  readonly due: number;
  readonly tokens: readonly number[];
  readonly outcome: Outcome;
}

/** Keys that a trace has touched, of the declarations whose state is in force. */
class SeenKeys {
  private readonly seen = new Map<string, TouchedState>();

  note(touched: readonly TouchedState[]): void {
    for (const each of touched) this.seen.set(JSON.stringify(each), each);
  }

  /** Goes over to another policy: forgets the keys of state that it does not keep, and follows renamed declarations. */
  follow(old: Policy, next: Policy): void {
    const former = [...this.seen.values()];
    this.seen.clear();
    this.note(former.flatMap((each) => renamed(each, old, next) ?? []));
  }

  /** Every reading at a time, as text. */
  read(engine: PolicyEngine, now: number): Map<string, string> {
    return new Map([...this.seen].map(([spelling, touched]) => [spelling, readingOf(engine, touched, now)]));
  }
}

/** The same state by its name in the next policy; null where that does not keep it. */
function renamed(touched: TouchedState, old: Policy, next: Policy): TouchedState | null {
  if (touched.kind === "ban") return banOf(next, touched.name) === banOf(old, touched.name) ? touched : null;
  const [before, after] = touched.kind === "signal" ? [old.signals, next.signals] : [old.limits, next.limits];
  const id = before.find(({ name }) => name === touched.name)?.stateId ?? "";
  const heir = after.find(({ stateId, wasStateId }) => stateId === id || wasStateId === id);
  return heir === undefined ? null : { ...touched, name: heir.name };
}

/** Identity of a rule's bans. A key of other bans may be spelled in a way that is none of these. */
function banOf({ rules }: Policy, rule: string): string | null {
  const action = rules.find(({ name }) => name === rule)?.action;
  return action?.kind === "block" ? (action.ban?.stateId ?? null) : null;
}

function readingOf({ readings }: PolicyEngine, { kind, name, keys }: TouchedState, now: number): string {
  if (kind === "signal") return String(readings.signal(name, keys, now));
  if (kind === "ban") return String(readings.ban(name, keys, now));
  const { fullInMicros, numerator, denominator } = readings.limit(name, keys, now);
  return numerator === 0 ? String(fullInMicros) : `${fullInMicros} ${numerator}/${denominator}`;
}

/** The trace's clock: it goes by fixed steps, or to the edge that the last decision named. */
class Clock {
  now: number;
  private edge = 0;

  constructor(start: number) {
    this.now = start;
  }

  go(gap: Gap): void {
    this.now = Math.max(0, this.after(gap));
  }

  private after(gap: Gap): number {
    switch (gap.kind) {
      case "by":
        return this.now + gap.micros;
      case "edge":
        return this.now + this.edge + gap.offset;
      case "unit":
        return endOfUnit(this.now, gap.unit, gap.zone) + gap.offset;
      case "boundary": {
        const window = BigInt(gap.window);
        const next = (16n * BigInt(this.now)) / window + BigInt(gap.ahead);
        return Number((next * window + 15n) / 16n) + gap.offset;
      }
    }
  }

  heed(decision: Decision): void {
    this.edge = Math.round((decision.retryAfter || decision.delay) * 1e6);
  }
}

/** What a run of a trace tells: every decision of the first engine, and the first difference, if any. */
export interface LockstepResult {
  readonly decisions: readonly Decision[];
  readonly difference: string | null;
}

const READ_EVERY = 5;
/** State is read at the present, and so much later, when a part of it has gone. */
const LATER = 3_456_789;

/** One run of several engines over one trace. */
class Lockstep {
  private readonly engines: readonly PolicyEngine[];
  private readonly trace: Trace;
  private readonly clock: Clock;
  private readonly keys = new SeenKeys();
  private readonly decisions: Decision[] = [];
  private policy: Policy;
  private reports: Report[] = [];
  /** The one request object that is filled again and again, as a transport does; no engine may keep it. */
  private readonly slate = makeRequest({});
  private latest = 0;

  constructor(trace: Trace, makers: readonly MakeEngine[]) {
    this.policy = trace.policies[0] as Policy;
    this.trace = trace;
    this.clock = new Clock(trace.start);
    this.engines = makers.map((make) => make(this.policy));
  }

  run(): LockstepResult {
    for (const [index, step] of this.trace.steps.entries()) {
      const difference =
        this.step(step, index) ?? this.report(index) ?? (index % READ_EVERY === 0 ? this.compareState() : null);
      if (difference !== null) return { decisions: this.decisions, difference: `step ${index}: ${difference}` };
    }
    const difference = this.compareState();
    return { decisions: this.decisions, difference: difference === null ? null : `at the end: ${difference}` };
  }

  private step(step: Step, index: number): string | null {
    this.clock.go(step.gap);
    this.latest = Math.max(this.latest, this.clock.now);
    switch (step.kind) {
      case "request":
        return this.request(step, index);
      case "reload":
        return this.reload(this.trace.policies[step.policy] as Policy);
      case "overlays":
        for (const engine of this.engines) engine.setOverlays(step.overlays);
        return null;
      case "list":
        return difference(this.engines.map((engine) => String(engine.setList(step.name, step.values))));
    }
  }

  private reload(policy: Policy): string | null {
    const reports = this.engines.map((engine) => engine.reload(policy));
    this.keys.follow(this.policy, policy);
    this.policy = policy;
    return difference(reports.map((report) => JSON.stringify(report)));
  }

  private request(step: Extract<Step, { kind: "request" }>, index: number): string | null {
    const records = this.engines.map((engine) =>
      engine.decide(Object.assign(this.slate, step.request), this.clock.now),
    );
    const tokens = records.map((record) => record.token);
    const read = records.map(partsOf);
    const decisions = records.map((record) => record.toDecision());
    Object.assign(this.slate, makeRequest({}));
    const [decision] = decisions as [Decision];
    this.decisions.push(decision);
    this.clock.heed(decision);
    this.keys.note(touchedState(this.policy, step.request, this.latest));
    const passed = decision.verdict === "allow" || decision.verdict === "slow";
    if (passed && step.outcome !== null) this.reports.push({ due: index + step.lag, tokens, outcome: step.outcome });
    return difference(decisions.map((each, at) => JSON.stringify([each, read[at]])));
  }

  /** Reports the outcomes that are due; a token counts once. */
  private report(index: number): string | null {
    const due = this.reports.filter((each) => each.due <= index);
    this.reports = this.reports.filter((each) => each.due > index);
    for (const { tokens, outcome } of due) {
      const known = this.engines.map((engine, at) => engine.observe(tokens[at] ?? 0, outcome, this.clock.now));
      const again = this.engines.map((engine, at) => engine.observe(tokens[at] ?? 0, outcome, this.clock.now));
      const found = difference(known.map(String)) ?? (again.some(Boolean) ? "an outcome was taken twice" : null);
      if (found !== null) return found;
    }
    return null;
  }

  private compareState(): string | null {
    return this.compareStateAt(this.latest) ?? this.compareStateAt(this.latest + LATER);
  }

  private compareStateAt(now: number): string | null {
    const states = this.engines.map((engine) => this.keys.read(engine, now));
    for (const spelling of states[0]?.keys() ?? []) {
      const found = difference(states.map((state) => String(state.get(spelling))));
      if (found !== null) return `state of ${spelling} at ${now - this.trace.start}: ${found}`;
    }
    return null;
  }
}

/** What a record tells that its copy does not, or without one. */
function partsOf(record: DecisionRecord): unknown {
  const { route, client, shadows, matches } = record;
  const shadow = Array.from({ length: shadows }, (_, index) => record.shadowOf(index)).sort();
  const matched = Array.from({ length: matches }, (_, index) => record.matchOf(index));
  return { route, client, shadow, matched };
}

function difference(spellings: readonly string[]): string | null {
  return spellings.every((each) => each === spellings[0]) ? null : `\n  ${spellings.join("\n  ")}`;
}

/** Runs a trace through engines that all begin with its first policy. */
export function lockstep(trace: Trace, makers: readonly MakeEngine[]): LockstepResult {
  return new Lockstep(trace, makers).run();
}
