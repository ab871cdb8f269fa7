/** `flood`: full rate after a ramp; queries that no cache holds, and user agents by turns. */
import { FLOOD, parametersOf } from "../../dsl/index.ts";
import type { Request } from "../../engine/index.ts";
import { exponentialMicros } from "../distributions.ts";
import { Attacker, type AttackSetup } from "./attacker.ts";
import { browserHeaders } from "./faces.ts";

/** Smallest part of the full rate, while the ramp begins. */
const SLOWEST_START = 0.01;

/** One flood. Each request that is let through is what it wants. */
export class Flood extends Attacker {
  override readonly abusive = true;
  readonly #parameters = parametersOf(this.attack, FLOOD);
  readonly #faces: readonly Request["headers"][];
  #sent = 0;

  constructor(setup: AttackSetup) {
    super(setup);
    const { headers } = this.request;
    const { agents } = this.#parameters;
    this.#faces = agents === 1 ? [headers] : Array.from({ length: agents }, (_, i) => browserHeaders(i));
  }

  protected override fill(): void {
    const { call } = this.aim(this.attack.target);
    if (call.paths.length > 1) this.request.path = call.paths[this.setup.objects.pick(this.tries)] ?? "/";
    if (this.tries.unit() * 100 < this.#parameters.unique) this.request.path += `?_=${this.tries.uint32()}`;
    this.request.headers = this.#faces[this.#sent++ % this.#faces.length] ?? this.request.headers;
    this.status = 200;
  }

  protected override gap(at: number): number {
    const { ramp } = this.#parameters;
    const share = Math.min(1, Math.max(SLOWEST_START, (at - this.attack.fromMicros) / ramp));
    return exponentialMicros(this.tries, this.meanGap / share);
  }
}
