/** Challenges that an attacker solves: which it can, how long that takes, and the passes that it holds. */
import type { Policy } from "../../engine/index.ts";
import { MINUTE, SECOND } from "../clock.ts";

/** What a machine can work out; the other kinds ask for a key that an attacker does not hold. */
const SOLVABLE: ReadonlySet<string> = new Set(["pow", "nonce"]);
/** Time that an answer takes: some 2^21 hashes, the mean of a proof of work of 21 bits, at two million a second. */
export const SOLVE_MICROS: number = SECOND;
/** How long a pass lasts: the server's default. */
export const PASS_MICROS: number = 5 * MINUTE;

interface Pass {
  readonly kinds: readonly string[];
  readonly from: number;
  readonly until: number;
  /** Kinds that were held before it, and are until it begins. */
  readonly before: readonly string[];
}

/** Passes by source, since a pass holds for one caller. */
export class AttackPasses {
  readonly #kinds: ReadonlyMap<string, string>;
  readonly #held = new Map<number, Pass>();
  /** Challenges solved so far. */
  solved = 0;

  constructor(policy: Policy) {
    const rules = policy.rules.map(({ name, action }) => ({ name, answer: action }));
    const limits = policy.limits.map(({ name, otherwise }) => ({ name, answer: otherwise }));
    this.#kinds = new Map(
      [...rules, ...limits].flatMap(({ name, answer }) =>
        answer.kind === "challenge" ? [[name, answer.challenge] as const] : [],
      ),
    );
  }

  /** Kinds that `source` holds a pass for at a time. */
  of(source: number, at: number): readonly string[] {
    if (this.#held.size === 0) return NONE;
    const pass = this.#held.get(source);
    if (pass === undefined || at >= pass.until) return NONE;
    return at < pass.from ? pass.before : pass.kinds;
  }

  /**
   * Solves the challenge of a rule or limit, once: what is asked of the source meanwhile waits for the same answer.
   *
   * @returns Microseconds until it has the pass; -1 where it cannot be solved.
   */
  solve(by: string | null, source: number, at: number): number {
    const kind = by === null ? undefined : this.#kinds.get(by);
    if (kind === undefined || !SOLVABLE.has(kind)) return -1;
    const last = this.#held.get(source);
    const awaited = last !== undefined && at < last.from ? last : null;
    if (awaited?.kinds.includes(kind) === true) return awaited.from - at;
    const before = this.of(source, at);
    const from = at + SOLVE_MICROS;
    const kinds = [...new Set([...(awaited?.kinds ?? before), kind])];
    this.#held.set(source, { kinds, from, until: from + PASS_MICROS, before });
    this.solved++;
    return SOLVE_MICROS;
  }
}

const NONE: readonly string[] = Object.freeze([]);
