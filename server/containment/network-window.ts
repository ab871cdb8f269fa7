/** About how many networks were seen in the latest ten minutes, by the minute. */
import { countNetworks, mergeNetworks, noteNetwork, REGISTERS } from "./network-sketch.ts";

const MINUTES = 10;
const MINUTE_MICROS = 60e6;

export class NetworkWindow {
  /** Of each minute, by its number; made when there is something to note. */
  readonly #minutes = new Map<number, Uint8Array>();
  #latest = -1;
  #registers: Uint8Array = new Uint8Array(0);

  /** Notes a network by its hash. */
  note(hash: number, nowMicros: number): void {
    noteNetwork(this.#at(nowMicros), hash);
  }

  /** Takes what another thread noted just now. */
  merge(registers: Uint8Array, nowMicros: number): void {
    mergeNetworks(this.#at(nowMicros), registers);
  }

  count(nowMicros: number): number {
    const all = new Uint8Array(REGISTERS);
    const minute = Math.floor(nowMicros / MINUTE_MICROS);
    for (const [number, registers] of this.#minutes) if (number > minute - MINUTES) mergeNetworks(all, registers);
    return countNetworks(all);
  }

  #at(nowMicros: number): Uint8Array {
    const minute = Math.floor(nowMicros / MINUTE_MICROS);
    if (minute === this.#latest) return this.#registers;
    for (const number of this.#minutes.keys()) if (number <= minute - MINUTES) this.#minutes.delete(number);
    this.#registers = this.#minutes.get(minute) ?? new Uint8Array(REGISTERS);
    this.#minutes.set(minute, this.#registers);
    this.#latest = minute;
    return this.#registers;
  }
}
