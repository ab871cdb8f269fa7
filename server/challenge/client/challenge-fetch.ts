/** A `fetch` that answers challenges: it keeps the passes that it earns until they end, and sends a refused request again once it can. */
import { readChallenge } from "./read-challenge.ts";
import { solve, type SolveOptions } from "./solve.ts";
import { PassStore } from "./pass-store.ts";

/** What is called, and how much work an answer may be. */
export interface ChallengeFetchOptions extends Pick<SolveOptions, "maxBits"> {
  /** What sends requests. Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** How one call stands. */
interface Progress {
  answered: boolean;
  waited: boolean;
  /** The pass came with a refusal, and the request was sent again with it. */
  exchanged: boolean;
}

/**
 * A `fetch` that answers `pow` and `nonce` challenges. A request that cannot be answered (another kind, more than `maxBits`, an answer
 * that is refused) gives its refusal, as `fetch` would. Bodies are kept until a request is let through, because they may be sent again.
 */
export function withChallenges(options: ChallengeFetchOptions = {}): typeof fetch {
  const caller = new ChallengeFetch(options);
  return (input, init) => caller.fetch(new Request(input, init));
}

class ChallengeFetch {
  readonly #options: ChallengeFetchOptions;
  readonly #passes = new PassStore();
  /** Calls that are being answered, by origin: others wait for the pass instead of doing the same work. */
  readonly #answering = new Map<string, Promise<unknown>>();

  constructor(options: ChallengeFetchOptions) {
    this.#options = options;
  }

  async fetch(request: Request): Promise<Response> {
    const origin = new URL(request.url).origin;
    const progress: Progress = { answered: false, waited: false, exchanged: false };
    let response = await this.#send(request, origin, null);
    while (response.status === 401) {
      const next = await this.#afterRefusal(request, response, origin, progress);
      if (next === null) return response;
      response = next;
    }
    return response;
  }

  /** Sends the request again if there is something to send it with; null if not. */
  async #afterRefusal(
    request: Request,
    refusal: Response,
    origin: string,
    progress: Progress,
  ): Promise<Response | null> {
    if (progress.answered) return this.#afterAnswer(request, refusal, origin, progress);
    const challenge = readChallenge(refusal.headers.get("www-authenticate") ?? "");
    if (challenge === null || challenge.token === "") return null;
    const other = this.#answering.get(origin);
    if (other !== undefined && !progress.waited) {
      progress.waited = true;
      await other;
      return this.#resend(request, refusal, origin, null);
    }
    progress.answered = true;
    const work = this.#answer(challenge, request, refusal, origin);
    return other === undefined ? this.#announced(origin, work) : work;
  }

  /**
   * The answer may have been accepted by a proxy that cannot pass on the pass with what it lets through: then the pass comes with a
   * refusal.
   */
  async #afterAnswer(
    request: Request,
    refusal: Response,
    origin: string,
    progress: Progress,
  ): Promise<Response | null> {
    if (progress.exchanged || !refusal.headers.has("edge-pass")) return null;
    progress.exchanged = true;
    return this.#resend(request, refusal, origin, null);
  }

  async #announced(origin: string, work: Promise<Response | null>): Promise<Response | null> {
    this.#answering.set(
      origin,
      work.catch(() => null),
    );
    try {
      return await work;
    } finally {
      this.#answering.delete(origin);
    }
  }

  async #answer(challenge: object, request: Request, refusal: Response, origin: string): Promise<Response | null> {
    const { maxBits } = this.#options;
    const bounds = { signal: request.signal, ...(maxBits === undefined ? {} : { maxBits }) };
    let answer = "";
    try {
      answer = await solve(challenge, bounds);
    } catch (problem) {
      if (request.signal.aborted) throw problem;
      return null;
    }
    return this.#resend(request, refusal, origin, answer);
  }

  async #resend(request: Request, refusal: Response, origin: string, answer: string | null): Promise<Response> {
    await refusal.body?.cancel();
    return this.#send(request, origin, answer);
  }

  async #send(request: Request, origin: string, answer: string | null): Promise<Response> {
    const sent = request.clone();
    const passes = this.#passes.of(origin, Date.now());
    if (passes !== "") sent.headers.set("edge-pass", passes);
    if (answer !== null) sent.headers.set("edge-answer", answer);
    const response = await (this.#options.fetch ?? fetch)(sent);
    const earned = response.headers.get("edge-pass");
    if (earned !== null) this.#passes.keep(origin, earned, Date.now());
    return response;
  }
}
