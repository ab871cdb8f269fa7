/**
 * Regular expressions with named groups that take lines apart, in time linear in the line whatever it is: the host's `RegExp` where the engine
 * proves that it is linear, else all ways through the pattern at once, each with what it has captured (K. Thompson 1968; R. Pike's machine, as
 * in R. Cox, "Regular Expression Matching: the Virtual Machine Approach"). A pattern has to fit the whole line.
 */
import { type PatternNode, staysLinear } from "../../engine/index.ts";
import { groupsOf, parsePattern, PatternProblem, plainNode } from "./pattern-syntax.ts";
import { PatternMachine } from "./pattern-machine.ts";

/** Longest line that is taken apart, in UTF-16 units. */
export const LONGEST_PATTERN_LINE = 65_536;

/** A pattern that takes lines apart. */
export interface LinePattern {
  readonly groups: readonly string[];
  /** The texts of the groups, in their order; undefined for one that took no part. Null where the line does not fit. */
  match(line: string): readonly (string | undefined)[] | null;
}

/**
 * Reads a pattern; or says what is wrong with it. Never throws.
 *
 * @param needsGroups - Whether a pattern without a named group tells nothing.
 */
export function linePattern(source: string, needsGroups = true): LinePattern | string {
  try {
    const node = parsePattern(source);
    const groups = groupsOf(node);
    if (needsGroups && groups.length === 0) return "the pattern has no named group, like `(?<path>\\S+)`";
    const machine = new PatternMachine(node, groups);
    const whole: PatternNode = { kind: "sequence", items: [{ kind: "start" }, plainNode(node), { kind: "end" }] };
    if (!staysLinear(whole)) return { groups, match: (line: string) => machine.match(line) };
    const native = new RegExp(`^(?:${source})$`, "s");
    return { groups, match: (line: string) => textsOf(native.exec(line), groups) };
  } catch (problem) {
    if (problem instanceof PatternProblem) return problem.message;
    throw problem;
  }
}

function textsOf(found: RegExpExecArray | null, groups: readonly string[]): readonly (string | undefined)[] | null {
  return found === null ? null : groups.map((name) => found.groups?.[name]);
}
