/**
 * The time after which a limit lets a refused request through, if nothing else happens: one microsecond sooner it does not, and then it
 * does, as far as the limit itself is concerned. A copy of the engine is asked, so that the trace goes on as it was.
 */
import type { ExplainedLimit, ExplainingEngine, Policy } from "../../../engine/index.ts";
import type { TraceEvent } from "../run-trace.ts";
import { type Claim, judged, type Violation } from "./claim.ts";
import { rateOf } from "./limit.ts";

/** One claim for all limits of a policy; none where it has none. */
export function retryClaims(policy: Policy): readonly Claim[] {
  if (policy.limits.length === 0) return [];
  return [
    {
      kind: "retry",
      name: "retry-after",
      statement:
        "what a limit refuses it refuses until the retry-after it gives, and admits then, if nothing else happens",
      span: null,
      judge: () => {
        const found: (Violation | null)[] = [];
        const asked = new Set<number>();
        return {
          look: (engine, event) => found.push(...looked(engine, event, asked, policy)),
          verdict: () => judged(found),
        };
      },
    },
  ];
}

/** The limit that refused this request, if it was the first time in this trace: a copy of the engine is not cheap. */
function looked(
  engine: ExplainingEngine,
  event: TraceEvent,
  asked: Set<number>,
  policy: Policy,
): readonly (Violation | null)[] {
  const { decision, limits } = event.explanation;
  const index = limits.findIndex(
    ({ name, mode, asked: wasAsked, admits }) => name === decision.by && mode === "on" && wasAsked && !admits,
  );
  const refused = limits[index];
  if (refused === undefined || asked.has(index) || !canAdmit(index, refused, event, policy)) return [];
  asked.add(index);
  const wait = Math.ceil(refused.waitMicros);
  const patient = policy.limits[index]?.otherwise.kind === "slow";
  const early = patient || wait <= 1 ? null : askedAt(engine, event, index, wait - 1, refused);
  const late = askedAt(engine, event, index, wait, refused);
  const at = event.index;
  if (early?.admits === true)
    return [{ event: at, message: `limit \`${refused.name}\` admits before the retry-after it gave` }];
  if (late?.admits === false)
    return [{ event: at, message: `limit \`${refused.name}\` still refuses after the retry-after it gave` }];
  return [null];
}

/** A request that costs more than the whole is never admitted, and none of the wait is promised. */
function canAdmit(index: number, { cost }: ExplainedLimit, { explanation }: TraceEvent, policy: Policy): boolean {
  const limit = policy.limits[index];
  if (limit === undefined) return false;
  const { burst, allow } = rateOf(limit, explanation.client, policy);
  return cost <= (limit.amount.kind === "gcra" ? burst : allow);
}

/** What the limit would say that much later; null where it would not be asked, or for another price. */
function askedAt(
  engine: ExplainingEngine,
  { request, atMicros }: TraceEvent,
  index: number,
  afterMicros: number,
  { cost, key }: ExplainedLimit,
): ExplainedLimit | null {
  const later = engine.fork().explain(request, atMicros + afterMicros).explanation.limits[index];
  if (later === undefined || later.mode !== "on" || !later.asked || later.cost !== cost) return null;
  return JSON.stringify(later.key) === JSON.stringify(key) ? later : null;
}
