/** Rollout: how far each rule or limit takes effect. */
import type { Rollout } from "../../engine/index.ts";
import type { AstRolloutEntry, Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Note } from "../diagnostic.ts";
import { type CheckContext, EVERYWHERE, siteOn } from "./context.ts";
import { checkKeys } from "./keys.ts";
import { IN_KEYS } from "./levels.ts";
import { readPercent } from "./quantities.ts";
import { expectName } from "./scope.ts";
import { readWord } from "./words.ts";

/** Rollouts by index of the rule or limit. */
export interface Rollouts {
  readonly rules: ReadonlyMap<number, Rollout>;
  readonly limits: ReadonlyMap<number, Rollout>;
}

/** Checks all `rollout` blocks; what has no entry is on. */
export function checkRollouts(context: CheckContext): Rollouts {
  const rules = new Map<number, Rollout>();
  const limits = new Map<number, Rollout>();
  const seen = new Map<string, AstRolloutEntry>();
  for (const entry of context.declarations.rollouts.flatMap((declaration) => declaration.entries)) {
    const found = expectName(context.scope, context.report, entry.name, ["rule", "limit"], "rule or limit");
    const rollout = checkEntry(entry, context);
    const first = seen.get(entry.name.text);
    if (first !== undefined) reportTwice(entry, first, context);
    seen.set(entry.name.text, first ?? entry);
    if (found !== null && rollout !== null) (found.kind === "rule" ? rules : limits).set(found.index, rollout);
  }
  return { rules, limits };
}

const MODES = ["off", "shadow", "canary", "on"] as const;

function checkEntry(entry: AstRolloutEntry, context: CheckContext): Rollout | null {
  const mode = readWord(entry.mode, MODES, "rollout", context.report, SEMANTICS.rollout);
  if (mode === null) return null;
  if (mode === "canary") return checkCanary(entry, context);
  return { mode, untilMicros: endOf(entry) };
}

/** When an entry ends, in microseconds since the Unix epoch; null for never. */
function endOf(entry: AstRolloutEntry): number | null {
  return entry.until === null ? null : Number(entry.until.value);
}

function checkCanary(entry: AstRolloutEntry, context: CheckContext): Rollout | null {
  if (entry.percent === null || entry.key === null) {
    context.report.error(SEMANTICS.rollout, entry.span, "a canary says for what share of which key it takes effect", {
      help: `write \`${entry.name.text} canary 10% per ip\``,
    });
    return null;
  }
  const percent = readPercent(entry.percent, "a canary", context.report);
  const owner = { place: `the canary of \`${entry.name.text}\``, allowed: IN_KEYS, answered: false };
  const keys = checkKeys([entry.key], owner, siteOn(context, EVERYWHERE));
  const key = keys?.[0];
  const replaces = entry.replaces === null ? null : replacedBy(entry, entry.replaces, context);
  if (percent === null || key === undefined || replaces === undefined) return null;
  return { mode: "canary", percent, key, replaces, untilMicros: endOf(entry) };
}

/** Index of the rule or limit that a canary takes the place of; undefined where it cannot, which is reported. */
function replacedBy(entry: AstRolloutEntry, other: Name, context: CheckContext): number | undefined {
  const { scope, report } = context;
  const own = scope.find(entry.name.text);
  if (own === undefined || (own.kind !== "rule" && own.kind !== "limit")) return undefined;
  const found = expectName(scope, report, other, [own.kind], own.kind);
  if (found === null) return undefined;
  const problem = replaceProblem(entry, other, context);
  if (problem === null) return found.index;
  report.error(SEMANTICS.rollout, other.span, problem.message, { help: problem.help, notes: problem.notes });
  return undefined;
}

type Problem = { readonly message: string; readonly help: string; readonly notes: readonly Note[] };

/** One candidate replaces one declaration, and what is replaced replaces nothing: else nobody could tell what is in force. */
function replaceProblem(entry: AstRolloutEntry, other: Name, context: CheckContext): Problem | null {
  const entries = context.declarations.rollouts.flatMap((rollout) => rollout.entries);
  if (other.text === entry.name.text)
    return { message: `\`${other.text}\` cannot replace itself`, help: "name what it stands in for", notes: [] };
  const rival = entries.find((each) => each !== entry && each.replaces?.text === other.text);
  if (rival !== undefined && rival.span.start < entry.span.start) {
    const notes = [{ message: "the other one is here", span: rival.span }];
    return { message: `\`${other.text}\` is replaced twice`, help: "leave one `replaces` out", notes };
  }
  const chained = entries.find((each) => each.name.text === other.text && each.replaces !== null);
  if (chained === undefined) return null;
  const notes = [{ message: `\`${other.text}\` replaces another one here`, span: chained.span }];
  return {
    message: `\`${other.text}\` replaces something itself`,
    help: "roll one of them out after the other",
    notes,
  };
}

function reportTwice(entry: AstRolloutEntry, first: AstRolloutEntry, context: CheckContext): void {
  context.report.error(SEMANTICS.rollout, entry.name.span, `\`${entry.name.text}\` is rolled out twice`, {
    help: "leave one entry out",
    notes: [{ message: "its first entry is here", span: first.span }],
  });
}
