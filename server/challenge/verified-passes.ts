/**
 * Passes that were opened before, so that most requests with one cost a look-up. What is remembered is that a pass is genuine, never that
 * it lets through: end, caller and route are compared on every request.
 */
import type { ReadToken } from "./token.ts";

/** A genuine pass, and whom it was sealed for. */
export interface VerifiedPass extends Pick<ReadToken, "kind" | "endsMs" | "group"> {
  readonly caller: string;
  /** What the group stood for: a policy that was reloaded may mean other routes by it. */
  readonly binding: string;
}

/** Only genuine passes enter, so a caller cannot push others out with what it makes up; past this the memory is emptied. */
const REMEMBERED_MAX = 16_384;

export class VerifiedPasses {
  readonly #passes = new Map<string, VerifiedPass>();

  /** Passes remembered. */
  get size(): number {
    return this.#passes.size;
  }

  get(text: string): VerifiedPass | undefined {
    return this.#passes.get(text);
  }

  add(text: string, pass: VerifiedPass): void {
    if (this.#passes.size >= REMEMBERED_MAX) this.#passes.clear();
    this.#passes.set(text, pass);
  }

  /** Forgets a pass whose time is over. */
  drop(text: string): void {
    this.#passes.delete(text);
  }
}
