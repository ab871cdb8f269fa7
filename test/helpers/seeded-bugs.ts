/** The classic mistakes of rate limiters and policy engines, as replacements of one passage of one file each. */

/** One mistake. */
export interface SeededBug {
  readonly name: string;
  /** Path below `engine/`. */
  readonly file: string;
  /** The passage, which the file must hold exactly once, and what stands there instead. */
  readonly from: string;
  readonly to: string;
  /** What a policy must declare for the mistake to show, as it reads in JSON; it is looked for in traces that have it. */
  readonly shows: RegExp;
}

type Row = readonly [name: string, file: string, from: string, to: string, shows?: RegExp];

const ANY = /./;

/** In the reference interpreter. */
const IN_REFERENCE: readonly Row[] = [
  [
    "a window that ends one sub-window early",
    "sub-windows.ts",
    "now - event <= SUB_WINDOWS",
    "now - event < SUB_WINDOWS",
  ],
  ["charging although another limit refuses", "judge.ts", "judgement.admitted ? [...asked] : []", "[...asked]"],
  [
    "a time per unit rounded down",
    "gcra.ts",
    "step: BigInt(rate.perMicros) / divisor, denominator: BigInt(rate.allow) / divisor",
    "step: BigInt(rate.perMicros) / BigInt(rate.allow), denominator: divisor / divisor",
    /"kind":"gcra"/,
  ],
  [
    "windows counted from another epoch",
    "sub-windows.ts",
    "(SUB_WINDOWS * BigInt(time))",
    "(SUB_WINDOWS * BigInt(time + 333_333))",
    /"kind":"(count|sum|share)"/,
  ],
  [
    "key parts joined by a separator",
    "keys.ts",
    "return JSON.stringify(parts.map((part) => [part?.option, part?.value]));",
    'return parts.map((part) => String(part?.value)).join("|");',
  ],
  ["options of a key that share their state", "keys.ts", "[part?.option, part?.value]", "[part?.value]"],
  [
    "a reload that forgets counts",
    "state.ts",
    "  state.policy = policy;",
    "  state.policy = policy;\n  state.signals.clear();",
  ],
  [
    "one bucket for all that lack a key",
    "keys.ts",
    "part === null || part.value === null)) return null",
    'part === null || part.value === null)) return "missing"',
  ],
  ["ties for the later declaration", "verdict.ts", "b.place - a.place", "a.place - b.place"],
  [
    "events that outlive a pause",
    "events.ts",
    "const living = livingEvents(log, now, windowMicros);\n  switch",
    "const living = log;\n  switch",
  ],
  ["a retry time one microsecond short", "gcra.ts", "(a + b - 1n) / b", "a / b"],
  ["a ban that lives at its very end", "bans.ts", "if (now < last.until)", "if (now <= last.until)", /"forMicros":\d/],
  [
    "doubling without a limit",
    "bans.ts",
    "Math.min(limit, 2 * last.length)",
    "2 * last.length",
    /"doublingToMicros":\d/,
  ],
  [
    "a clock that runs back",
    "reference.ts",
    "decide(request: Request, nowMicros: number): DecisionRecord {\n    const { state, witness } = this;\n    state.now = later(state.now, nowMicros);",
    "decide(request: Request, nowMicros: number): DecisionRecord {\n    const { state, witness } = this;\n    state.now = nowMicros;",
  ],
  [
    "shadow rules that ban in earnest",
    "judge.ts",
    'setBan(state.bans, ban, mode === "shadow", key, state.now)',
    "setBan(state.bans, ban, false, key, state.now)",
  ],
  [
    "exact values kept past sixteen",
    "distinct.ts",
    "latest.size > EXACT_VALUES",
    "latest.size > EXACT_VALUES + 1",
    /"kind":"distinct"/,
  ],
  [
    "a log's window that holds its own start",
    "sliding-log.ts",
    "at > end - windowMicros",
    "at >= end - windowMicros",
    /"kind":"exact"/,
  ],
  [
    "a quota that forgets what was held for the next unit",
    "calendar.ts",
    "follows ? use.ahead : 0",
    "follows ? 0 : 0",
    /"kind":"calendar"/,
  ],
  [
    "leases that outcomes do not free",
    "amounts.ts",
    "granted: memory.granted.toSpliced(index, 1)",
    "granted: memory.granted",
    /"kind":"leases"/,
  ],
  [
    "a refund of one unit too many",
    "gcra.ts",
    "BigInt(cost) * step;\n  const whole",
    "BigInt(cost + 1) * step;\n  const whole",
  ],
  [
    "novel values learnt from refused requests",
    "signals.ts",
    "lessonOf(signal) === moment && scope.answer.served",
    "lessonOf(signal) === moment",
    /"kind":"novel"/,
  ],
  ["elapsed that counts the request itself", "signals.ts", '? "end" : phase', "? phase : phase", /"kind":"elapsed"/],
  [
    "an overflow that prolongs the one before",
    "overflow.ts",
    "? bucket.lastOverflow : now",
    "? now : now",
    /"kind":"overflow"/,
  ],
  [
    "a baseline that floods can teach",
    "deviation.ts",
    "Math.min(baseline.served, bound)",
    "baseline.served",
    /"kind":"deviation"/,
  ],
  [
    "steps counted across a pause",
    "events.ts",
    "isStep(value, living.at(-1))",
    "isStep(value, log.at(-1))",
    /"kind":"steps"/,
  ],
  ["a rollout in force at its very end", "rollout.ts", "now >= untilMicros", "now > untilMicros", /"untilMicros":\d/],
  ["a replaced rule that stays on", "rollout.ts", 'replaced.has(index) ? "off"', 'replaced.has(index) ? "on"'],
  [
    "a quarantine without its tenth",
    "overlays.ts",
    "if (quarantined) factors.push(QUARANTINE_FACTOR);",
    "",
    /"quarantine"/,
  ],
  ["state lost with its name", "states.ts", "states.set(id, former);", "", /"wasStateId":"/],
  ["what is used read after the charge", "amounts.ts", "(100 * used) / most", "(100 * (used + 1)) / most"],
];

/** In the compiled engine. */
const IN_COMPILED: readonly Row[] = [
  [
    "a window that ends one sub-window early",
    "state/counts.ts",
    "if (passed >= RING) return 0;",
    "if (passed >= RING - 1) return 0;",
    /"kind":"count"/,
  ],
  [
    "charging although another limit refuses",
    "limits.ts",
    "record.charged = !refused;\n    if (refused) return;",
    "record.charged = !refused;",
  ],
  [
    "a time per unit rounded down",
    "exact-rate.ts",
    "const step = perMicros / divisor;\n  const denominator = allow / divisor;",
    "const step = Math.floor(perMicros / allow) + 0 * divisor;\n  const denominator = 1;",
    /"kind":"gcra"/,
  ],
  [
    "windows counted from another epoch",
    "state/sub-windows.ts",
    "const rest = now % length;",
    "const rest = (now + 333_333) % length;",
  ],
  [
    "key parts of any place",
    "key-hash.ts",
    "for (let part = parts[key]!; part < parts[key + 1]!; part++) {\n    if (pushPart",
    "for (let part = parts[key + 1]! - 1; part >= parts[key]!; part--) {\n    if (pushPart",
  ],
  ["options of a key that share their state", "key-hash.ts", "c.hashWords.push(index - start);", ""],
  ["a reload that forgets counts", "state/store.ts", "if (!isGone(id)) continue;", ""],
  [
    "one bucket for all that lack a key",
    "key-hash.ts",
    "if (!hashSlot(c, slot, k0, k1, out)) {\n    c.keyStamps[key] = -c.epoch;\n    return false;\n  }",
    "if (!hashSlot(c, slot, k0, k1, out)) out.lo = out.hi = 4;",
  ],
  [
    "a ring that is not cleared after a pause",
    "state/counts.ts",
    "if (passed > 0) this.forget(at, passed);",
    "",
    /"kind":"count"/,
  ],
  ["a retry time one microsecond short", "state/gcra.ts", "(part > rate.burstPart ? 1 : 0)", "0", /"kind":"gcra"/],
  [
    "a ban that lives at its very end",
    "state/bans.ts",
    "if (now < until) this.length = length;",
    "if (now <= until) this.length = length;",
    /"doublingToMicros":\d/,
  ],
  [
    "doubling without a limit",
    "state/bans.ts",
    "Math.min(doublingToMicros, 2 * length)",
    "2 * length",
    /"doublingToMicros":\d/,
  ],
  [
    "a clock that runs back",
    "engine.ts",
    "decide(request: Request, nowMicros: number): DecisionRecord {\n    if (nowMicros > this.now && nowMicros <= Number.MAX_SAFE_INTEGER) this.now = nowMicros;",
    "decide(request: Request, nowMicros: number): DecisionRecord {\n    this.now = nowMicros;",
  ],
  [
    "a log's window that holds its own start",
    "state/logs.ts",
    "this.oldestAt(at) <= this.since",
    "this.oldestAt(at) < this.since",
    /"kind":"leases"/,
  ],
  [
    "a held request that leaves room",
    "state/logs.ts",
    "if (out.mark > now) out.usedAfter = most;",
    "",
    /"kind":"exact"/,
  ],
  [
    "leases that outcomes do not free",
    "limits.ts",
    "const table = mode === Rollout.off ? null : tableOf(entry, mode);\n      if (table === null || !this.hasher.key(entry.key) ||",
    "const table = mode === Rollout.off ? null : tableOf(entry, mode);\n      if (table === null || entry.plan.amount === AmountKind.leases || !this.hasher.key(entry.key) ||",
    /"kind":"leases"/,
  ],
  [
    "a quota that forgets what was held for the next unit",
    "state/calendars.ts",
    "clock.endAfter(before) === end ? ahead : 0",
    "clock.endAfter(before) === end ? 0 : 0",
    /"kind":"calendar"/,
  ],
  ["steps counted across a pause", "state/shares.ts", "this.words[at + EVENTS]! > 0 && ", "", /"kind":"steps"/],
  [
    "a rollout in force at its very end",
    "rollouts.ts",
    "c.now >= untilMicros",
    "c.now > untilMicros",
    /"untilMicros":\d/,
  ],
  [
    "an outcome that asks the latest request for its address",
    "evaluate.ts",
    "return slots.op[slot] === op && !pending.slots.includes(slot);",
    "return slots.op[slot] === op && pending.slots.length >= 0;",
    /"response\.status".*"kind":"in"/,
  ],
];

/** All of them. */
export const SEEDED_BUGS: readonly SeededBug[] = [
  ...IN_REFERENCE.map(([name, file, from, to, shows = ANY]) => ({ name, file: `reference/${file}`, from, to, shows })),
  ...IN_COMPILED.map(([name, file, from, to, shows = ANY]) => ({ name: `${name}, compiled`, file, from, to, shows })),
];
