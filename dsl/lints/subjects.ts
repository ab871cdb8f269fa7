/** Sets of the subjects of conditions, by number. Most hold one or two. */

/** From so many on a set is looked up by hash. */
const MANY = 16;

export class Subjects {
  #numbers: number[] = [];
  #set: Set<number> | null = null;

  add(subject: number): void {
    if (this.#has(subject)) return;
    // A push makes room for sixteen more, and there is one of these for every condition.
    if (this.#numbers.length < MANY) this.#numbers = [...this.#numbers, subject];
    else this.#numbers.push(subject);
    if (this.#set !== null) this.#set.add(subject);
    else if (this.#numbers.length >= MANY) this.#set = new Set(this.#numbers);
  }

  addAll(other: Subjects): void {
    for (const subject of other.#numbers) this.add(subject);
  }

  /** Whether both hold one subject at least. */
  meets(other: Subjects): boolean {
    for (const subject of other.#numbers) if (this.#has(subject)) return true;
    return false;
  }

  #has(subject: number): boolean {
    return this.#set === null ? this.#numbers.includes(subject) : this.#set.has(subject);
  }
}
