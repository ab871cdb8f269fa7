/** Lints of a policy without errors: each is a proven fact about it. */
import { lintAmounts } from "./amounts.ts";
import { lintBrowser } from "./browser.ts";
import { lintChallenges } from "./challenges.ts";
import { lintConditions } from "./conditions.ts";
import { lintCovered } from "./covered.ts";
import { lintFields } from "./fields.ts";
import { lintForms } from "./forms.ts";
import { lintGrants } from "./grants.ts";
import { lintHosts } from "./hosts.ts";
import { lintIdle } from "./idle.ts";
import type { LintInput } from "./input.ts";
import { lintInventory } from "./inventory.ts";
import { lintKeys } from "./keys.ts";
import { lintLists } from "./lists.ts";
import { lintDeclarations } from "./declarations.ts";
import { lintParameters } from "./parameters.ts";
import { lintRollouts } from "./rollouts.ts";
import { Budget } from "./budget.ts";
import { Solver } from "./satisfiable.ts";
import { lintSegments } from "./segments.ts";
import { writtenIn } from "./syntax.ts";
import { lintTexts } from "./texts.ts";
import { lintThresholds } from "./thresholds.ts";
import { lintTied } from "./tied.ts";
import { lintUnmatched } from "./unmatched.ts";
import { lintUnseen } from "./unseen.ts";
import { lintUnused } from "./unused.ts";

/** Steps of reasoning that one load spends: under a second, also for a policy of 10,000 rules. */
const STEPS = 500_000;

/** Warns about what is correct but hardly meant. */
export function lintPolicy(load: Omit<LintInput, "solver" | "budget" | "written">): void {
  const budget = new Budget(STEPS);
  const written = writtenIn(load.declarations.all);
  const input: LintInput = { ...load, written, budget, solver: new Solver(load.policy, budget) };
  const settled = lintThresholds(input);
  lintConditions(input, settled);
  lintCovered(input);
  lintIdle(input);
  lintUnmatched(input);
  lintUnseen(input);
  lintGrants(input);
  lintKeys(input);
  lintChallenges(input);
  lintBrowser(input);
  lintAmounts(input);
  lintInventory(input);
  lintRollouts(input);
  lintDeclarations(input);
  lintParameters(input);
  lintFields(input);
  lintUnused(input);
  lintForms(input);
  lintTexts(input);
  lintHosts(input);
  lintSegments(input);
  lintLists(input);
  lintTied(input);
}
