/** Definitions of state keys: each distinct list of parts once, so that signals and limits by one key hash it once. */
import type { Key } from "../policy.ts";
import type { ConditionBuilder } from "./conditions.ts";

/**
 * Parts of key k are rows `parts[k]` to `parts[k + 1]`; options of part p, slots from `options[p]` to `options[p + 1]`. Those of key
 * k that read state are `ofState` from `stateful[k]` to `stateful[k + 1]`.
 */
export interface KeyTables {
  readonly parts: Int32Array;
  readonly options: Int32Array;
  readonly slots: Int32Array;
  readonly stateful: Int32Array;
  readonly ofState: Int32Array;
}

export class KeyBuilder {
  private readonly parts: number[] = [0];
  private readonly options: number[] = [0];
  private readonly slots: number[] = [];
  private readonly stateful: number[] = [0];
  private readonly ofState: number[] = [];
  private readonly known = new Map<string, number>();

  /** The number of a key definition. */
  intern(keys: readonly Key[], conditions: ConditionBuilder): number {
    const parts = keys.map((key) => key.options.map((option) => conditions.slots.value(option, conditions)));
    const text = JSON.stringify(parts);
    const known = this.known.get(text);
    if (known !== undefined) return known;
    for (const options of parts) {
      this.slots.push(...options);
      this.options.push(this.slots.length);
    }
    this.ofState.push(...parts.flat().filter((slot) => conditions.slots.level(slot) !== 0));
    this.stateful.push(this.ofState.length);
    const key = this.parts.push(this.options.length - 1) - 2;
    this.known.set(text, key);
    return key;
  }

  finish(): KeyTables {
    return {
      parts: Int32Array.from(this.parts),
      options: Int32Array.from(this.options),
      slots: Int32Array.from(this.slots),
      stateful: Int32Array.from(this.stateful),
      ofState: Int32Array.from(this.ofState),
    };
  }
}
