/**
 * A number that is handed on as it was given. What does not fit 31 bits, as times do not, is an object in V8, and a field that holds
 * such numbers alone keeps their bits instead: each call that is given one from it would be given an object of its own. Beside a
 * text the object itself is kept.
 */
export class HeldNumber {
  private readonly held: unknown[];

  constructor(value: number) {
    this.held = [value, ""];
  }

  get value(): number {
    return this.held[0] as number;
  }

  set value(value: number) {
    this.held[0] = value;
  }
}
