/** What attackers share whose target's body names an account. */
import { Attacker } from "./attacker.ts";

/** Stolen and guessed lists name accounts that no honest client of the simulation has. */
export const FIRST_ATTACKED_ACCOUNT = 20_000_000;

/** One campaign against a route such as a sign-in. */
export abstract class AccountAttacker extends Attacker {
  /** Turns the request to the target, with this account in its body. */
  protected setAccount(name: string): void {
    const { body } = this.aim(this.attack.target, true);
    body.setAccount(name);
    this.request.size = body.sizeWith(name);
  }
}
