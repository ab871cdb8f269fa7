/** `credential_stuffing`: one try for each of many stolen pairs, at a steady pace; its parameters are those of the language's model. */
import { CREDENTIAL_STUFFING, parametersOf } from "../../dsl/index.ts";
import { accountName, RequestBody } from "../request-body.ts";
import { Attacker, type AttackSetup } from "./attacker.ts";

/** Stolen lists name accounts that no honest client of the simulation has. */
const FIRST_STOLEN_ACCOUNT = 20_000_000;

/** One campaign. An attacker does not try a pair again: the next one is as good. */
export class CredentialStuffing extends Attacker {
  readonly #body: RequestBody;
  readonly #success: number;
  #tried = 0;

  constructor(setup: AttackSetup) {
    super(setup);
    const call = this.callOf(this.attack.target);
    this.#body = new RequestBody(call.route);
    this.#success = parametersOf(this.attack, CREDENTIAL_STUFFING).success;
    const [method = "POST"] = call.methods;
    const [path = "/"] = call.paths;
    Object.assign(this.request, { method, path, host: call.host, body: this.#body.value, size: this.#body.size });
  }

  protected override fill(): void {
    this.#body.setAccount(accountName(FIRST_STOLEN_ACCOUNT + this.#tried++));
    this.abusive = this.tries.unit() * 100 < this.#success;
    this.status = this.setup.service.signIn(this.abusive);
  }
}
