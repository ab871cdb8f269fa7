/** `account_creation`: registrations under made-up addresses. */
import { ACCOUNT_CREATION, parametersOf } from "../../dsl/index.ts";
import { AccountAttacker } from "./account-attacker.ts";

const CREATED = 201;

/** One campaign. Each address is used once, whatever the answer; an account that is registered is a gain. */
export class AccountCreation extends AccountAttacker {
  override readonly status: number = CREATED;
  override readonly abusive = true;
  readonly #parameters = parametersOf(this.attack, ACCOUNT_CREATION);
  #made = 0;

  protected override fill(): void {
    const { inboxes, plus } = this.#parameters;
    const number = this.#made++;
    const aliased = this.tries.unit() * 100 < plus;
    this.setAccount(aliased ? aliasOf(this.tries.below(inboxes), number) : numbered(number));
  }
}

/** An alias of mailbox `inbox`. */
function aliasOf(inbox: number, number: number): string {
  return `box${digits(inbox, 4)}+${digits(number, 7)}@mail.example`;
}

function numbered(number: number): string {
  return `anna.m.${digits(number, 8)}@mail.example`;
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, "0");
}
