/** How far each rule and limit is rolled out, for the request at hand. */
import type { Context } from "./facts/context.ts";
import { halfSipHash, makeHash } from "./hash.ts";
import { pushPart } from "./key-hash.ts";
import { Rollout, type RolloutPlan } from "./program.ts";

const CANARY_SHARES = 10_000;

/** Whether a plan is on for every request, unless an overlay says otherwise. */
export function isAlwaysOn({ mode, untilMicros, replacedBy }: RolloutPlan): boolean {
  return mode === Rollout.on && untilMicros === Infinity && replacedBy.length === 0;
}

export class Rollouts {
  /** Modes that overlays force, by place in the order of declaration, -1 for none; null while there are no overlays. */
  forced: Int8Array | null = null;
  private readonly context: Context;
  private readonly hash = makeHash();

  constructor(context: Context) {
    this.context = context;
  }

  /**
   * Whether a rule or limit is off, in shadow or on for this request: what an overlay forces, else off where a canary that takes
   * effect replaces it, else its own mode.
   */
  modeOf(plan: RolloutPlan): number {
    if (this.forced !== null && this.forced[plan.place]! >= 0) return this.forced[plan.place]!;
    for (let index = 0; index < plan.replacedBy.length; index++) {
      const canary = plan.replacedBy[index]!;
      const own = this.forced === null || this.forced[canary.place]! < 0;
      if (own && this.ownModeOf(canary) === Rollout.on) return Rollout.off;
    }
    return this.ownModeOf(plan);
  }

  /** A canary is on for the keys its hash chooses and in shadow for the others; what has an end is in shadow from then on. */
  private ownModeOf({ mode, untilMicros, options, name, bound }: RolloutPlan): number {
    const { context: c, hash } = this;
    if (c.now >= untilMicros) return Rollout.shadow;
    if (mode !== Rollout.canary) return mode;
    c.hashWords.clear();
    c.hashWords.pushText(name);
    if (!pushPart(c, options, 0, options.length)) return Rollout.shadow;
    halfSipHash(c.hashWords.data, c.hashWords.length, 0, 0, hash);
    return (hash.lo >>> 0) % CANARY_SHARES < bound ? Rollout.on : Rollout.shadow;
  }
}
