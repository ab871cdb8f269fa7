/** `key_spray`: API keys of a list are tried one after the other. */
import { KEY_SPRAY, parametersOf } from "../../dsl/index.ts";
import { Attacker } from "./attacker.ts";
import { TOOL } from "./faces.ts";

/** One campaign. A key is tried once; the next one is as good. */
export class KeySpray extends Attacker {
  readonly #parameters = parametersOf(this.attack, KEY_SPRAY);
  /** The header that keys are read from; null where the policy reads none. */
  readonly #header: string | null =
    this.setup.policy.identity.find((source) => source.kind === "api_key")?.header ?? null;
  #tried = 0;

  protected override fill(): void {
    const { success, dead } = this.#parameters;
    this.aim(this.attack.target);
    const drawn = this.tries.unit() * 100;
    const owner = this.tries.below(Math.max(1, this.credentials.size));
    const { request } = this;
    this.abusive = drawn < success && this.credentials.size > 0;
    if (this.abusive) this.credentials.presentOf(owner, request);
    else this.credentials.withhold(request);
    const revoked = drawn >= 100 - dead;
    request.identityError = this.abusive ? null : revoked ? "revoked" : "unknown_key";
    if (this.#header !== null) request.headers = { ...TOOL.headers, [this.#header]: `listed-key-${++this.#tried}` };
    this.status = this.abusive ? 200 : 401;
  }

  /** Which key is shown is the matter of {@link fill}. */
  protected override presentCredential(): void {}
}
