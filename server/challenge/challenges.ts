/**
 * Poses challenges and takes answers and passes, without state but for answers that were used: what has to be known of a challenge is
 * sealed in its token. A request whose answer is taken is not challenged with that kind, and earns a pass that says so for some minutes.
 */
import type { ChallengeKind, Request } from "../../engine/index.ts";
import type { Series } from "../metrics.ts";
import { ReplayStore } from "../replay/replay-store.ts";
import { callerKey } from "./caller-key.ts";
import { type AnswerFault, ChallengeCounts, type TokenFault } from "./counts.ts";
import type { Shown } from "./headers.ts";
import { answerBounds, type ChallengeConfig } from "./options.ts";
import { type ChallengePlan, isSealed, type RouteGroup } from "./plan.ts";
import { type PosedChallenge, poseProof, poseSealed } from "./posed.ts";
import { COUNTER, isSolved } from "./proof-of-work.ts";
import { Seals } from "./seals.ts";
import { type ReadToken, readToken, TOKEN_LENGTH } from "./token.ts";
import { VerifiedPasses } from "./verified-passes.ts";
import type { Report } from "../report.ts";

/** Where a token is shown, and by whom. */
interface Place {
  readonly plan: ChallengePlan;
  /** Index of the request's route, or -1. */
  readonly route: number;
  readonly caller: string;
}

/** What a request's answer came to. */
export interface Earned {
  /** Value of the field `Edge-Pass` of the answer; empty where no pass was earned. */
  readonly pass: string;
  /** Why the answer was not taken; null where none was shown or it was. */
  readonly fault: AnswerFault | null;
}

export const NOTHING_EARNED: Earned = Object.freeze({ pass: "", fault: null });

/** Answers that were used already. */
export type UsedAnswers = Readonly<Record<"pow" | "nonce", ReplayStore>>;

/** How far the clocks of two processes that share a secret may be apart. */
const SKEW_MS = 60_000;
/** Passes of one request that are looked at. */
const PASSES_MAX = 4;
/** Longer texts are no list of passes, whatever their parameters. */
const PASSES_LENGTH_MAX = 512;

/**
 * Poses challenges, and takes answers and passes.
 *
 * @internal
 */
export class Challenges {
  readonly counts: ChallengeCounts = new ChallengeCounts();
  readonly #config: ChallengeConfig;
  readonly #seals: Seals;
  readonly #used: UsedAnswers;
  readonly #verified = new VerifiedPasses();
  readonly #report: Report;
  #warned = false;
  /** The latest time seen: what has ended once stays so when the clock is set back. */
  #latestMs = 0;

  constructor(config: ChallengeConfig, report: Report, used: UsedAnswers = ownAnswers(config)) {
    this.#config = config;
    this.#seals = new Seals(config.secrets);
    this.#used = used;
    this.#report = report;
  }

  /** Answers remembered as used, and passes remembered as genuine. */
  get remembered(): { readonly answers: number; readonly passes: number } {
    return { answers: this.#used.pow.size + this.#used.nonce.size, passes: this.#verified.size };
  }

  /** What of it shows in the metrics. */
  series(): readonly Series[] {
    const remembered: Series = {
      name: "challenge_remembered",
      help: "Answers remembered as used, and passes remembered as genuine.",
      type: "gauge",
      read: () => {
        const { answers, passes } = this.remembered;
        // Metrics of workers are added up: the thread whose memory it is tells of the answers.
        const own = this.#used.pow.isJoined ? 0 : answers;
        return Object.entries({ answers: own, passes }).map(([what, count]) => [{ what }, count]);
      },
    };
    return [...this.counts.series(), remembered];
  }

  /** Says once that the secret is of this process alone, where the policy poses challenges that are sealed with it. */
  warn(plan: ChallengePlan | null): void {
    if (this.#warned || !this.#config.isRandom || plan === null || !plan.sealed) return;
    this.#warned = true;
    this.#report(
      "challenges are sealed with a secret made at random: other processes refuse their answers and passes, and so does this one after a restart; set EDGEPOLICY_CHALLENGE_SECRET (32 characters or more)",
      "challenges.secret_random",
    );
  }

  /** Poses the challenge of the rule or limit `by` to the caller of `request`; null where it poses none. */
  pose(plan: ChallengePlan, by: string, request: Request, nowMicros: number, { fault }: Earned): PosedChallenge | null {
    const posed = plan.posed.get(by);
    if (posed === undefined) return null;
    const { kind, group } = posed;
    this.counts.posed.set(kind, (this.counts.posed.get(kind) ?? 0) + 1);
    if (!isSealed(kind)) return poseProof(kind, plan.components, request);
    const { lifetimeMs } = this.#config;
    const bits = kind === "pow" ? this.#config.bits : 0;
    const endsMs = this.#now(nowMicros) + lifetimeMs;
    const token = this.#seals.seal(
      { form: "challenge", kind, bits, endsMs, group: group.id },
      bindingOf(group, callerKey(request)),
    );
    return poseSealed(kind, { token, bits, expires: Math.floor(lifetimeMs / 1_000) }, fault);
  }

  /**
   * Takes what a request shows, and fills in its `passes`.
   *
   * @param request - Identified already: answers and passes are its caller's.
   * @param route - Index of its route, or -1.
   */
  admit(request: Request, shown: Shown, plan: ChallengePlan, route: number, nowMicros: number): Earned {
    const place = { plan, route, caller: callerKey(request) };
    const nowMs = this.#now(nowMicros);
    if (shown.passes !== "") this.#takePasses(request, shown.passes, place, nowMs);
    return shown.answer === "" ? NOTHING_EARNED : this.#takeAnswer(request, shown.answer, place, nowMs);
  }

  #now(nowMicros: number): number {
    this.#latestMs = Math.max(this.#latestMs, Math.floor(nowMicros / 1_000));
    return this.#latestMs;
  }

  // ── answers ─────────────────────────────────────────────────────────────────

  #takeAnswer(request: Request, text: string, place: Place, nowMs: number): Earned {
    const token = readToken(text.slice(0, TOKEN_LENGTH));
    const fault = this.#faultOfAnswer(text, token, place, nowMs);
    this.counts.answers.add(sealedKind(token), fault ?? "accepted");
    if (fault !== null || token === null) return { pass: "", fault };
    addPass(request, token.kind);
    return { pass: this.#passFor(token, place, nowMs), fault: null };
  }

  #faultOfAnswer(text: string, token: ReadToken | null, place: Place, nowMs: number): AnswerFault | null {
    if (token === null || token.form !== "challenge" || !isSealed(token.kind)) return "malformed";
    if (!isWellFormed(text, token.kind)) return "malformed";
    const fault = this.#faultOfToken(token, place, nowMs, this.#config.lifetimeMs);
    if (fault !== null) return fault;
    if (token.kind === "pow" && !isSolved(text, token.bits)) return "unsolved";
    const store = token.kind === "pow" ? this.#used.pow : this.#used.nonce;
    const use = store.use(place.caller, text.slice(0, TOKEN_LENGTH), token.endsMs, nowMs);
    return use === "first" ? null : use;
  }

  #passFor({ kind, group }: ReadToken, { plan, caller }: Place, nowMs: number): string {
    const { passMs } = this.#config;
    const sealedFor = plan.groups.get(group);
    if (sealedFor === undefined) return "";
    const content = { form: "pass", kind, bits: 0, endsMs: nowMs + passMs, group } as const;
    return `${this.#seals.seal(content, bindingOf(sealedFor, caller))};max-age=${Math.floor(passMs / 1_000)}`;
  }

  // ── passes ──────────────────────────────────────────────────────────────────

  #takePasses(request: Request, list: string, place: Place, nowMs: number): void {
    if (list.length > PASSES_LENGTH_MAX) return this.counts.passes.add("unknown", "malformed");
    for (const item of list.split(",", PASSES_MAX)) {
      const end = item.indexOf(";");
      this.#takePass(request, (end < 0 ? item : item.slice(0, end)).trim(), place, nowMs);
    }
  }

  #takePass(request: Request, text: string, place: Place, nowMs: number): void {
    const known = this.#verified.get(text);
    if (known !== undefined) {
      const group = place.plan.groups.get(known.group);
      const fits = known.caller === place.caller && group?.binding === known.binding && covers(group, place.route);
      const isOver = known.endsMs <= nowMs;
      if (isOver) this.#verified.drop(text);
      if (fits && !isOver) addPass(request, known.kind);
      return this.counts.passes.add(known.kind, isOver ? "expired" : fits ? "accepted" : "foreign");
    }
    const token = readToken(text);
    const fault = this.#faultOfPass(token, place, nowMs);
    this.counts.passes.add(sealedKind(token), fault ?? "accepted");
    if (fault !== null || token === null) return;
    const { kind, endsMs, group } = token;
    const binding = place.plan.groups.get(group)?.binding ?? "";
    this.#verified.add(text, { kind, endsMs, group, caller: place.caller, binding });
    addPass(request, kind);
  }

  #faultOfPass(token: ReadToken | null, place: Place, nowMs: number): TokenFault | null {
    if (token === null || token.form !== "pass" || !isSealed(token.kind)) return "malformed";
    return this.#faultOfToken(token, place, nowMs, this.#config.passMs);
  }

  // ── both ────────────────────────────────────────────────────────────────────

  /** A token that ends later than one sealed now would is from a clock that was wrong, here or there. */
  #faultOfToken(
    token: ReadToken,
    { plan, route, caller }: Place,
    nowMs: number,
    lifetimeMs: number,
  ): TokenFault | null {
    if (token.endsMs <= nowMs || token.endsMs > nowMs + lifetimeMs + SKEW_MS) return "expired";
    const group = plan.groups.get(token.group);
    if (group === undefined || !covers(group, route)) return "foreign";
    return this.#seals.isGenuine(token, bindingOf(group, caller)) ? null : "foreign";
  }
}

function ownAnswers(config: ChallengeConfig): UsedAnswers {
  const bounds = answerBounds(config);
  return { pow: new ReplayStore(bounds), nonce: new ReplayStore(bounds) };
}

/** The caller comes last: what is before it is JSON, which says itself where it ends. */
function bindingOf(group: RouteGroup, caller: string): string {
  return group.binding + caller;
}

function covers({ routes }: RouteGroup, route: number): boolean {
  return routes === null || routes.has(route);
}

/** An answer to `pow` is the text whose hash counts; an answer to `nonce` is the token alone. */
function isWellFormed(text: string, kind: ChallengeKind): boolean {
  if (kind === "nonce") return text.length === TOKEN_LENGTH;
  return text[TOKEN_LENGTH] === "." && COUNTER.test(text.slice(TOKEN_LENGTH + 1));
}

function addPass(request: Request, kind: ChallengeKind): void {
  if (request.passes.includes(kind)) return;
  request.passes = request.passes.length === 0 ? ONE[kind] : [...request.passes, kind];
}

/** Shared, so that a request with one pass makes nothing. */
const ONE: Readonly<Record<ChallengeKind, readonly ChallengeKind[]>> = {
  pow: Object.freeze(["pow"] as const),
  nonce: Object.freeze(["nonce"] as const),
  dpop: Object.freeze(["dpop"] as const),
  signature: Object.freeze(["signature"] as const),
  mtls: Object.freeze(["mtls"] as const),
};

function sealedKind(token: ReadToken | null): ChallengeKind | "unknown" {
  return token !== null && isSealed(token.kind) ? token.kind : "unknown";
}
