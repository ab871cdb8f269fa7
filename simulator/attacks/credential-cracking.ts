/** `credential_cracking`: a dictionary on each of a few accounts; its parameters are those of the language's model. */
import { CREDENTIAL_CRACKING, parametersOf } from "../../dsl/index.ts";
import type { RandomStream } from "../random.ts";
import { accountName } from "../request-body.ts";
import { AccountAttacker, FIRST_ATTACKED_ACCOUNT } from "./account-attacker.ts";
import type { AttackSetup } from "./attacker.ts";

/**
 * The share of accounts whose password is among the `r` commonest is {@link HALF} · (r / {@link HALF_AT}) ^ {@link STEEPNESS}: a
 * power law through the two points of Bonneau (2012), 1 % at ten and half at 2^20 guesses.
 */
const HALF = 0.5;
const HALF_AT: number = 2 ** 20;
const STEEPNESS: number = Math.log(0.01 / HALF) / Math.log(10 / HALF_AT);

/**
 * One campaign. A guess that was refused was no guess, so it is sent again when the account's turn comes: this attacker gets
 * on as far as it is let. It leaves an account that it has opened, or whose dictionary is used up; with none left it is over.
 */
export class CredentialCracking extends AccountAttacker {
  readonly #dictionary: number;
  /** Place of each account's password in the dictionary, from 1. */
  readonly #right: Float64Array;
  /** Guesses that reached each account. */
  readonly #tried: Int32Array;
  /** Accounts that are still attacked, in the order of their turns. */
  readonly #open: number[];
  #turn = 0;

  constructor(setup: AttackSetup) {
    super(setup);
    const { accounts, dictionary } = parametersOf(this.attack, CREDENTIAL_CRACKING);
    const passwords = setup.stream("passwords");
    this.#dictionary = dictionary;
    this.#right = Float64Array.from({ length: accounts }, () => placeInDictionary(passwords));
    this.#tried = new Int32Array(accounts);
    this.#open = Array.from({ length: accounts }, (_, i) => i);
  }

  protected override fill(): void {
    if (this.#turn >= this.#open.length) this.#turn = 0;
    const account = this.#open[this.#turn++] ?? 0;
    this.setAccount(accountName(FIRST_ATTACKED_ACCOUNT + account));
    this.#guess(account);
  }

  /** What is sent again is the account's next guess, which may have gone on in the meantime. */
  override recall(place: number, at: number): void {
    super.recall(place, at);
    this.#guess(this.mark);
  }

  protected override learn(admitted: boolean): void {
    if (!admitted) return;
    const tried = (this.#tried[this.mark] ?? 0) + 1;
    this.#tried[this.mark] = tried;
    if (this.abusive || tried >= this.#dictionary) this.#leave(this.mark);
  }

  protected override gap(at: number): number {
    return this.#open.length === 0 ? Number.POSITIVE_INFINITY : super.gap(at);
  }

  #guess(account: number): void {
    this.mark = account;
    this.abusive = (this.#tried[account] ?? 0) + 1 === this.#right[account];
    this.status = this.setup.service.signIn(this.abusive);
  }

  #leave(account: number): void {
    const place = this.#open.indexOf(account);
    if (place < 0) return;
    this.#open.splice(place, 1);
    if (place < this.#turn) this.#turn--;
  }
}

/** How many guesses in order of commonness a password takes; beyond all dictionaries for half of them. */
function placeInDictionary(stream: RandomStream): number {
  return Math.max(1, Math.ceil(HALF_AT * (stream.unit() / HALF) ** (1 / STEEPNESS)));
}
