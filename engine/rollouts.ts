/** How far each rule and limit is rolled out, for the request at hand. */
import type { Context } from "./facts/context.ts";
import { halfSipHash, makeHash } from "./hash.ts";
import { pushPart } from "./key-hash.ts";
import { Rollout, type RolloutPlan } from "./program.ts";

const CANARY_SHARES = 10_000;

export class Rollouts {
  private readonly context: Context;
  private readonly hash = makeHash();

  constructor(context: Context) {
    this.context = context;
  }

  /** Whether a rule or limit is off, in shadow or on for this request: a canary is on for the keys its hash chooses. */
  modeOf({ mode, options, name, bound }: RolloutPlan): number {
    if (mode !== Rollout.canary) return mode;
    const { context: c, hash } = this;
    c.hashWords.clear();
    c.hashWords.pushText(name);
    if (!pushPart(c, options, 0, options.length)) return Rollout.shadow;
    halfSipHash(c.hashWords.data, c.hashWords.length, 0, 0, hash);
    return (hash.lo >>> 0) % CANARY_SHARES < bound ? Rollout.on : Rollout.shadow;
  }
}
