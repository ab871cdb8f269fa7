/** Runs decisions again up to one of them, and has that one explained. */
import {
  createEngine,
  createExplainer,
  type DecisionRecord,
  type EngineOptions,
  type Explanation,
  type Outcome,
  type Policy,
  type PolicyEngine,
  type Request,
  touchedState,
  VERDICTS,
} from "../../engine/index.ts";

/** Requests before the one that is explained, at most. */
export const MOST_EXPLAINED_AFTER = 1_000_000;
/** Why there is no explanation where {@link explainNth} gives none. */
export const TOO_FAR_BACK = "what led to it lies too far back";
/**
 * The explaining engine is slow: it decides up to this many requests, and past that only those whose state the request in question reads.
 */
const ALL_EXPLAINED_AFTER = 2_000;
/** Requests that it remembers then; past that it forgets them and begins anew. */
const MOST_REMEMBERED = 5_000;

type MakeEngine = (policy: Policy, options?: EngineOptions) => PolicyEngine;
type Run = (createEngine: MakeEngine) => Promise<void> | void;
type IsOfUse = (request: Request, nowMicros: number) => boolean;

/** Thrown out of a run at the request that was asked about. */
class Stopped<T> extends Error {
  readonly found: T;

  constructor(found: T) {
    super("stopped");
    this.found = found;
  }
}

/**
 * Explains the `nth` request (from 1) that a run decides.
 *
 * @param policy - Decides, whatever policy the run hands to the engine's maker.
 * @param run - Does the run with the engine that it is given, each time the same; it is left at the request in question.
 * @returns Null where the run has fewer requests, or what led to the decision lies too far back.
 */
export async function explainNth(policy: Policy, nth: number, run: Run): Promise<Explanation | null> {
  let isOfUse: IsOfUse = () => true;
  if (nth > ALL_EXPLAINED_AFTER) {
    const target = await stoppedRun<Target>((_policy, options) => untilNth(policy, nth, options), run);
    if (target === null) return null;
    isOfUse = sharesState(policy, target);
  }
  return stoppedRun<Explanation | null>((_policy, options) => explaining(policy, nth, isOfUse, options), run);
}

async function stoppedRun<T>(makeEngine: MakeEngine, run: Run): Promise<T | null> {
  try {
    await run(makeEngine);
    return null;
  } catch (stopped) {
    if (stopped instanceof Stopped) return stopped.found as T;
    throw stopped;
  }
}

interface Target {
  readonly request: Request;
  readonly nowMicros: number;
}

function untilNth(policy: Policy, nth: number, options: EngineOptions | undefined): PolicyEngine {
  const engine = createEngine(policy, options);
  const decide = engine.decide.bind(engine);
  let decided = 0;
  return Object.assign(engine, {
    decide: (request: Request, nowMicros: number): DecisionRecord => {
      if (++decided === nth) throw new Stopped<Target>({ request: structuredClone(request), nowMicros });
      return decide(request, nowMicros);
    },
  });
}

/** Whether a request has a key of some state in common with the target. */
function sharesState(policy: Policy, target: Target): IsOfUse {
  const keysOf = (request: Request, nowMicros: number): readonly string[] =>
    touchedState(policy, request, nowMicros).map((state) => JSON.stringify(state));
  const shared = new Set(keysOf(target.request, target.nowMicros));
  return (request, nowMicros) => keysOf(request, nowMicros).some((key) => shared.has(key));
}

/** The compiled engine, which decides, and beside it the explaining one, which learns what is of use. */
function explaining(policy: Policy, nth: number, isOfUse: IsOfUse, options: EngineOptions | undefined): PolicyEngine {
  const engine = createEngine(policy, options);
  const [decide, observe] = [engine.decide.bind(engine), engine.observe.bind(engine)];
  const tokens = new Map<number, number>();
  let explainer = createExplainer(policy, options);
  let [decided, remembered] = [0, 0];
  const learn = (request: Request, nowMicros: number, token: number): void => {
    if (++remembered > MOST_REMEMBERED) {
      explainer = createExplainer(policy, options);
      tokens.clear();
      remembered = 1;
    }
    const own = explainer.decide(request, nowMicros).token;
    if (token !== 0 && own !== 0) tokens.set(token, own);
  };
  return Object.assign(engine, {
    decide: (request: Request, nowMicros: number): DecisionRecord => {
      const record = decide(request, nowMicros);
      if (++decided === nth) throw new Stopped(agreed(explainer.explain(request, nowMicros).explanation, record));
      if (isOfUse(request, nowMicros)) learn(request, nowMicros, record.token);
      return record;
    },
    observe: (token: number, outcome: Outcome, nowMicros: number): boolean => {
      const own = tokens.get(token);
      tokens.delete(token);
      if (own !== undefined) explainer.observe(own, outcome, nowMicros);
      return observe(token, outcome, nowMicros);
    },
  });
}

/** Null where the explanation comes to another decision, because something that the explaining engine did not learn had a part in it. */
function agreed(explanation: Explanation, { verdict, by }: DecisionRecord): Explanation | null {
  const { decision } = explanation;
  return decision.verdict === VERDICTS[verdict] && decision.by === by ? explanation : null;
}
