/** `key_leak`: finders turn up one after the other, each with a source and a tool of its own, and share the attack's rate. */
import { KEY_LEAK, parametersOf } from "../../dsl/index.ts";
import { exponentialMicros } from "../distributions.ts";
import { FIRST_OBJECT, OBJECTS, objectPath } from "../route-call.ts";
import { ScenarioError } from "../scenario-error.ts";
import { Attacker, type AttackSetup } from "./attacker.ts";
import { scriptFace } from "./faces.ts";

/** One leak. What the finders gain is each request that is let through with the key. */
export class KeyLeak extends Attacker {
  override readonly abusive = true;
  /** When each finder has the key, ascending. */
  readonly #found: Float64Array;
  #active = 1;
  #finder = 0;

  /** @throws {@link ScenarioError} where there are fewer sources than finders. */
  constructor(setup: AttackSetup) {
    super(setup);
    const { finders, found } = parametersOf(this.attack, KEY_LEAK);
    if (finders > this.sources.size) {
      throw new ScenarioError(
        `attack \`${this.name}\` has ${finders} finders and ${this.sources.size} sources; each needs one of its own`,
      );
    }
    let at = this.attack.fromMicros;
    this.#found = Float64Array.from({ length: finders }, () => (at += exponentialMicros(this.tries, found)));
  }

  override first(): number {
    const first = this.#found[0] ?? Number.POSITIVE_INFINITY;
    return first < this.attack.toMicros ? first : Number.POSITIVE_INFINITY;
  }

  protected override pickSource(): void {
    this.#finder = this.tries.below(this.#active);
    this.sources.take(this.#finder);
  }

  protected override fill(): void {
    this.wear(scriptFace(this.#finder));
    const { call } = this.aim(this.attack.target);
    this.request.path = objectPath(call, FIRST_OBJECT + this.tries.below(OBJECTS));
    this.status = 200;
  }

  /** The full rate is that of all finders together. */
  protected override gap(at: number): number {
    while (this.#active < this.#found.length && (this.#found[this.#active] ?? 0) <= at) this.#active++;
    return exponentialMicros(this.tries, (this.meanGap * this.#found.length) / this.#active);
  }
}
