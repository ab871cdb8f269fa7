/** Counts of challenges, answers and passes, as series of the metrics. */
import { CHALLENGES, type ChallengeKind } from "../../engine/index.ts";
import type { Series } from "../metrics.ts";

/** Why a token is not accepted: it is malformed, its time has not come or is over, or it was not sealed here for this caller and route. */
export type TokenFault = "malformed" | "expired" | "foreign";
/**
 * Why an answer is not accepted: because of its token, or because the hash has too few zeros, it was used before, or too many are
 * remembered.
 */
export type AnswerFault = TokenFault | "unsolved" | "replayed" | "full";

type TokenResult = TokenFault | "accepted";
type AnswerResult = AnswerFault | "accepted";
const TOKEN_RESULTS: readonly TokenResult[] = ["accepted", "malformed", "expired", "foreign"];
const ANSWER_RESULTS: readonly AnswerResult[] = [...TOKEN_RESULTS, "unsolved", "replayed", "full"];
/** Of what is no token, nobody knows the kind. */
type CountedKind = ChallengeKind | "unknown";

/** Counters by two labels, with every pair there from the start, so that a first increase is seen as one. */
class Counts<Result extends string> {
  readonly #results: readonly Result[];
  readonly #rows: readonly { readonly kind: CountedKind; readonly counts: Float64Array }[];

  constructor(kinds: readonly CountedKind[], results: readonly Result[]) {
    this.#results = results;
    this.#rows = kinds.map((kind) => ({ kind, counts: new Float64Array(results.length) }));
  }

  add(kind: CountedKind, result: Result): void {
    const counts = this.#rows.find((row) => row.kind === kind)?.counts;
    const at = this.#results.indexOf(result);
    if (counts !== undefined) counts[at] = (counts[at] ?? 0) + 1;
  }

  read(): readonly (readonly [Readonly<Record<string, string>>, number])[] {
    return this.#rows.flatMap(({ kind, counts }) =>
      this.#results.map((result, at) => [{ kind, result }, counts[at] ?? 0] as const),
    );
  }
}

const SEALED: readonly CountedKind[] = ["pow", "nonce", "unknown"];

export class ChallengeCounts {
  /** Challenges posed, by kind. */
  readonly posed: Map<ChallengeKind, number> = new Map(CHALLENGES.map((kind) => [kind, 0]));
  readonly answers: Counts<AnswerResult> = new Counts(SEALED, ANSWER_RESULTS);
  readonly passes: Counts<TokenResult> = new Counts(SEALED, TOKEN_RESULTS);

  series(): readonly Series[] {
    const { posed, answers, passes } = this;
    return [
      {
        name: "challenges_posed_total",
        help: "Challenges posed, by kind.",
        type: "counter",
        read: () => [...posed].map(([kind, count]) => [{ kind }, count]),
      },
      {
        name: "challenge_answers_total",
        help: "Answers to challenges, by kind and what became of them.",
        type: "counter",
        read: () => answers.read(),
      },
      {
        name: "challenge_passes_total",
        help: "Passes that requests came with, by kind and what became of them.",
        type: "counter",
        read: () => passes.read(),
      },
    ];
  }
}
