/** `password_spray`: a password on all accounts, round by round; its parameters are those of the language's model. */
import { PASSWORD_SPRAY, type ParameterValues, parametersOf } from "../../dsl/index.ts";
import type { RandomStream } from "../random.ts";
import { accountName } from "../request-body.ts";
import { AccountAttacker, FIRST_ATTACKED_ACCOUNT } from "./account-attacker.ts";
import type { AttackSetup } from "./attacker.ts";
import { BROWSERS, browserFace } from "./faces.ts";

/** Where a password opens nothing. */
const NEVER = -1;

/** One campaign. A refused try is not made again: the next account is as good. */
export class PasswordSpray extends AccountAttacker {
  readonly #parameters: ParameterValues<typeof PASSWORD_SPRAY>;
  readonly #faces: RandomStream;
  /** Which try on each account is the right one, from 0. */
  readonly #right: Int32Array;
  /** Tries so far, in this round and before it. */
  #inRound = 0;
  #round = 0;

  constructor(setup: AttackSetup) {
    super(setup);
    this.#parameters = parametersOf(this.attack, PASSWORD_SPRAY);
    this.#faces = setup.stream("faces");
    this.#right = this.#drawRight(setup.stream("passwords"));
  }

  protected override fill(): void {
    const { accounts, passwords } = this.#parameters;
    const account = this.#inRound % accounts;
    const password = this.#round * passwords + Math.floor(this.#inRound / accounts);
    this.#inRound++;
    this.wear(browserFace(this.#faces.below(BROWSERS.length)));
    this.setAccount(accountName(FIRST_ATTACKED_ACCOUNT + account));
    this.abusive = this.#right[account] === password;
    this.status = this.setup.service.signIn(this.abusive);
  }

  protected override gap(at: number): number {
    const { accounts, passwords, every } = this.#parameters;
    const gap = super.gap(at);
    if (this.#inRound < accounts * passwords) return gap;
    this.#inRound = 0;
    this.#round++;
    return Math.max(gap, this.attack.fromMicros + this.#round * every - at);
  }

  /** Accounts fall to any of the campaign's passwords alike. */
  #drawRight(stream: RandomStream): Int32Array {
    const { accounts, passwords, every, success } = this.#parameters;
    const rounds = Math.ceil((this.attack.toMicros - this.attack.fromMicros) / every);
    return Int32Array.from({ length: accounts }, () => {
      const opens = stream.unit() * 100 < success;
      const password = stream.below(rounds * passwords);
      return opens ? password : NEVER;
    });
  }
}
