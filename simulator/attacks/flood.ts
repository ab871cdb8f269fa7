/** `flood`: full rate after a ramp; queries that no cache holds, and faces by turns. */
import { FLOOD, parametersOf } from "../../dsl/index.ts";
import { Attacker } from "./attacker.ts";
import { browserFace } from "./faces.ts";
import { rampedGap } from "./ramp.ts";

/** One flood. Each request that is let through is what it wants. */
export class Flood extends Attacker {
  override readonly abusive = true;
  readonly #parameters = parametersOf(this.attack, FLOOD);
  #sent = 0;

  protected override fill(): void {
    const { call } = this.aim(this.attack.target);
    if (call.paths.length > 1) this.request.path = call.paths[this.setup.objects.pick(this.tries)] ?? "/";
    if (this.tries.unit() * 100 < this.#parameters.unique) this.request.path += `?_=${this.tries.uint32()}`;
    if (this.#parameters.faces > 1) this.wear(browserFace(this.#sent++, this.#parameters.faces));
    this.status = 200;
  }

  protected override gap(at: number): number {
    return rampedGap(super.gap(at), at - this.attack.fromMicros, this.#parameters.ramp);
  }
}
