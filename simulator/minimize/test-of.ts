/** A minimized failure as a `test` block: it fails as long as the policy does what it does. */
import type { Verdict } from "../../engine/index.ts";
import { formatCount, plural } from "../report/format.ts";
import { type BlockStep, testBlockText } from "../test-block-text.ts";
import type { Minimized } from "./minimize.ts";
import type { TraceStep } from "./trace.ts";
import { MOST_ATTEMPTS } from "./witness.ts";

/** How a block is written down. */
export interface TestOfOptions {
  /** The command that gives the same block again. */
  readonly command: string;
}

/** The block's text, which ends with a line end. */
export function testOf(minimized: Minimized, { command }: TestOfOptions): string {
  const { witness, steps } = minimized;
  const wanted: Verdict = witness.kind === "harm" ? "allow" : "block";
  return testBlockText({
    name: nameOf(minimized),
    comments: [...commentsOf(minimized), command],
    steps: blockSteps(steps, wanted),
  });
}

function nameOf({ gate, scenario, seed, witness }: Minimized): string {
  const from = `(${scenario}, seed ${seed})`;
  return witness.kind === "harm"
    ? `${gate.subject}: ${witness.who} is let through ${from}`
    : `${gate.subject}: ${gate.metric} no more than is expected ${from}`;
}

function commentsOf({ gate, scenario, seed, witness, steps, recorded, isMinimal }: Minimized): readonly string[] {
  const of = recorded === steps.length ? "" : ` of ${formatCount(recorded)} that were recorded`;
  const small = isMinimal
    ? "None of them can be left out."
    : "The search came to its bound of work: there may be a shorter one.";
  return [
    `Scenario ${scenario}, seed ${seed}: \`${gate.text}\` fails.`,
    ...(witness.kind === "harm" ? harmLines(witness) : abuseLines(witness)),
    ...(witness.kind === "harm" ? [`${plural(steps.length, "request")}${of}. ${small}`] : []),
    witness.kind === "harm" ? THINNED : ALONE,
  ];
}

/** What a right policy may go by is not always what this one went by. */
const THINNED =
  "What this refusal does not need is left out, so these may be more alike than what was sent: a rule that goes by their mix may refuse them, rightly.";
const ALONE = "What was refused of it and what others sent is not in it: add what a rule has to compare with.";

const PAST: Readonly<Record<Verdict, string>> = {
  allow: "let through",
  slow: "slowed",
  challenge: "challenged",
  throttle: "throttled",
  block: "blocked",
};

function harmLines({ who, by, verdict, nth }: Minimized["witness"]): readonly string[] {
  return [
    `Client ${who} is ${PAST[verdict]} by ${by} at its ${formatCount(nth)}${ordinal(nth)} request. This fails until the last one passes.`,
  ];
}

function abuseLines({ who, nth, isCut }: Minimized["witness"]): readonly string[] {
  const shown = isCut ? `The latest ${MOST_ATTEMPTS} that got through until then` : "All that got through until then";
  return [
    `Attack ${who} breaks it with its ${formatCount(nth)}${ordinal(nth)} attempt. ${shown} are evidence to refuse that one by.`,
    "This fails until the last one is refused. Change `block` where another refusal is wanted.",
  ];
}

function ordinal(n: number): string {
  if (n % 100 >= 11 && n % 100 <= 13) return "th";
  return ["th", "st", "nd", "rd"][n % 10] ?? "th";
}

/** Steps with what is wanted of the last one; like ones at one pace are one step that repeats. */
function blockSteps(steps: readonly TraceStep[], wanted: Verdict): readonly BlockStep[] {
  const last = steps.at(-1);
  if (last === undefined) return [];
  return [...repeated(steps.slice(0, -1)), { ...plain(last), respond: null, expect: { verdict: wanted, by: null } }];
}

function plain({ atMicros, request, respond }: TraceStep): BlockStep {
  return { atMicros, repeat: null, request, respond, expect: null };
}

function repeated(steps: readonly TraceStep[]): readonly BlockStep[] {
  const blocks: BlockStep[] = [];
  for (let at = 0; at < steps.length; ) {
    const times = runLength(steps, at);
    const [first, second] = [steps[at], steps[at + 1]];
    if (first === undefined) break;
    const everyMicros = (second?.atMicros ?? 0) - first.atMicros;
    blocks.push(times < 2 ? plain(first) : { ...plain(first), repeat: { times, everyMicros, as: null } });
    at += times;
  }
  return blocks;
}

/** How many steps from `at` on are alike and equally far apart. */
function runLength(steps: readonly TraceStep[], at: number): number {
  const gap = (steps[at + 1]?.atMicros ?? 0) - (steps[at]?.atMicros ?? 0);
  let end = at + 1;
  while (isAlike(steps[at], steps[end]) && (steps[end]?.atMicros ?? 0) - (steps[end - 1]?.atMicros ?? 0) === gap) end++;
  return end - at;
}

function isAlike(one: TraceStep | undefined, other: TraceStep | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  return JSON.stringify([one.request, one.respond]) === JSON.stringify([other.request, other.respond]);
}
