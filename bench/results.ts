/** The result files by name, each with what it holds. */
import type { CheckFigures } from "./check.ts";
import type { CompileFigures } from "./compile.ts";
import type { DecisionFigures } from "./decisions.ts";
import type { EngineFigures } from "./engines.ts";
import type { LimiterFigures } from "./limiters.ts";
import { type Kept, readResult } from "./result.ts";
import type { RuleCountFigures } from "./rule-count.ts";
import type { StartFigures } from "./start.ts";
import type { StateFigures } from "./state.ts";

/** What each benchmark of the engine leaves. */
interface Results {
  readonly decisions: DecisionFigures;
  readonly "rule-count": RuleCountFigures;
  readonly engines: EngineFigures;
  readonly limiters: LimiterFigures;
  readonly compile: CompileFigures;
  readonly check: CheckFigures;
  readonly start: StartFigures;
  readonly state: StateFigures;
}

/** Reads a result file by its name. */
export type ReadResult = <Name extends keyof Results>(name: Name) => Kept<Results[Name]>;

/** Reads those of the repository, or those of this machine alone. */
export function resultReader(local: boolean): ReadResult {
  return (name) => readResult(name, local);
}

/** The benchmarks that targets are judged by. */
export const MEASURED: readonly (keyof Results)[] = [
  "decisions",
  "rule-count",
  "engines",
  "limiters",
  "compile",
  "check",
  "start",
  "state",
];
