/** Runs decisions again up to one of them, and has that one explained. */
import {
  createExplainer,
  type EngineOptions,
  type Explanation,
  type Policy,
  type PolicyEngine,
} from "../../engine/index.ts";

/** Requests before the one that is explained, at most: the explaining engine is slow. */
export const MOST_EXPLAINED_AFTER = 1_000_000;

/** Thrown out of the run at the request that was asked about. */
class Explained extends Error {
  readonly explanation: Explanation;

  constructor(explanation: Explanation) {
    super("explained");
    this.explanation = explanation;
  }
}

type MakeEngine = (policy: Policy, options?: EngineOptions) => PolicyEngine;

/**
 * Explains the `nth` request (from 1) that a run decides.
 *
 * @param policy - Decides, whatever policy the run hands to the engine's maker.
 * @param run - Does the run with the engine that it is given; it is left at the request in question.
 * @returns Null where the run has fewer requests.
 */
export async function explainNth(
  policy: Policy,
  nth: number,
  run: (createEngine: MakeEngine) => Promise<void> | void,
): Promise<Explanation | null> {
  try {
    await run((_policy, options) => explainerOf(policy, nth, options));
    return null;
  } catch (stopped) {
    if (stopped instanceof Explained) return stopped.explanation;
    throw stopped;
  }
}

function explainerOf(policy: Policy, nth: number, options: EngineOptions | undefined): PolicyEngine {
  const engine = createExplainer(policy, options);
  const decide = engine.decide.bind(engine);
  let decided = 0;
  return Object.assign(engine, {
    decide: (...[request, now]: Parameters<PolicyEngine["decide"]>) => {
      if (++decided === nth) throw new Explained(engine.explain(request, now).explanation);
      return decide(request, now);
    },
  });
}
