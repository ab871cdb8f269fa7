/**
 * The enforcement point inside an application: decides about a request before its route runs, and observes what the route answered. What
 * differs from framework to framework (how a request shows, how one is answered) is in a file each.
 */
import { loadPolicy, nodeFiles, rememberClients } from "../../dsl/index.ts";
import type { LoadResult } from "../../dsl/index.ts";
import type { Outcome, Policy, PolicyEngine, Request } from "../../engine/index.ts";
import { createEngine, makeOutcome } from "../../engine/index.ts";
import { readShown } from "../challenge/headers.ts";
import { provenBy } from "../challenge/proofs.ts";
import { readConfig } from "../config.ts";
import { FunctionLog } from "../decision-log.ts";
import type { Gate, Ruling } from "../gate.ts";
import { SLOW } from "../gate.ts";
import type { Holds } from "../hold.ts";
import { identifyCaller } from "../identity/identify.ts";
import { warnOfShortPeppers } from "../identity/peppers.ts";
import { shownBy } from "../identity/presented.ts";
import { increment } from "../metrics.ts";
import type { LoadPolicy, ReloadResult } from "../policy-loader.ts";
import { loadRunnable } from "../policy-loader.ts";
import { findMisforwarded } from "../proxy/forwarded.ts";
import { findMalformed, LENGTH_REQUIRED, readIncoming } from "../proxy/incoming.ts";
import { describe, singleHeaders } from "../proxy/proxy.ts";
import { rateLimitFields } from "../rate-limit-fields.ts";
import type { Refusal } from "../refusal.ts";
import { decisionField, passField, problem, refusalOf, retryAfterField } from "../refusal.ts";
import { Reloader, stampsOfLoad } from "../reload.ts";
import { servicesAround } from "../services.ts";
import type { RequestView } from "../transport.ts";
import type { MiddlewareOptions } from "./options.ts";
import { serverOptions } from "./options.ts";

/** A request that was let through. */
export interface Passed {
  /** The decision's name. */
  readonly id: string;
  readonly verdict: "allow" | "slow";
  /** Id of the client that was accepted, or null. */
  readonly client: string | null;
}

/** A request that goes on. */
export interface Admitted {
  readonly passed: Passed;
  /** Fields for its answer, names and values alternating. */
  readonly fields: readonly string[];
  /** Null where nothing waits for the outcome. */
  readonly observe: ((outcome: Outcome) => void) | null;
  /** Names of the answer's headers that the policy reads. */
  readonly wanted: readonly string[];
}

/** Go on, or answer so. */
export type Admission = Admitted | { readonly refusal: Refusal };

/** A request as a framework shows it. */
export interface Shown<Native> {
  readonly native: Native;
  readonly view: RequestView;
  /** Whether the caller has gone, or somebody else has begun to answer, as what ends requests that take too long. */
  readonly isGone: () => boolean;
  /** Calls `gone` if the caller goes before it is answered. */
  readonly onGone: (gone: () => void) => void;
}

/** The policy that a middleware runs. */
export interface EdgeControl {
  readonly policy: Policy;
  /** Reads the policy anew; a bad one is refused and the old one goes on. */
  reload(): ReloadResult;
  /** The metrics in Prometheus' text format. */
  metrics(): string;
  /** Stops watching files. */
  close(): void;
}

export class Guard<Native> implements EdgeControl {
  readonly #gate: Gate;
  readonly #holds: Holds;
  readonly #options: MiddlewareOptions<Native>;
  readonly #reloader: Reloader;
  readonly #bodyOf: (native: Native) => unknown;
  readonly #delayMaxMicros: number;

  /**
   * @param bodyOf - What the framework has parsed of a body.
   * @throws {ServerError} For a bad option or policy.
   */
  constructor(options: MiddlewareOptions<Native>, bodyOf: (native: Native) => unknown) {
    const config = readConfig(serverOptions(options));
    const load = loaderOf(options.policy, options.identify === undefined);
    const loaded = loadRunnable(load, config);
    warnOfShortPeppers(config.peppers, config.report);
    const stamps = stampsOfLoad(loaded.load);
    const engine = engineOf(options, loaded.policy);
    const log = options.log === undefined ? SILENT : new FunctionLog(options.log);
    const { gate, holds } = servicesAround(engine, config, loaded, log, { state: null, upstream: null });
    this.#gate = gate;
    this.#holds = holds;
    this.#options = options;
    this.#bodyOf = options.body ?? bodyOf;
    this.#delayMaxMicros = (options.delayMaxMs ?? 30_000) * 1_000;
    this.#reloader = new Reloader(load, gate, loaded.load, stamps);
    if (options.watch === true) this.#reloader.watch();
  }

  get policy(): Policy {
    return this.#gate.view.policy;
  }
  reload(): ReloadResult {
    return this.#reloader.reload("asked for");
  }
  metrics(): string {
    return this.#gate.metrics.render();
  }
  close(): void {
    this.#reloader.close();
  }

  /**
   * Whether the policy reads fields of this request's body, so that it has to be parsed before {@link Guard.admit}. Where even that fails it
   * says no, and leaves the fault to `admit`.
   */
  readsBody(view: RequestView): boolean {
    const { engine, view: policy } = this.#gate;
    if (policy.needs.bodyRoutes.length === 0) return false;
    try {
      return policy.readsBody[engine.routeOf(describe(this.#gate, readIncoming(view)))] === true;
    } catch {
      return false;
    }
  }

  /**
   * Decides, after a delay where that is the verdict; not on a request that nobody waits for any more. Never rejects: where deciding fails,
   * the fail mode says what to do.
   */
  async admit(shown: Shown<Native>): Promise<Admission> {
    try {
      const asked = this.#describe(shown);
      if ("status" in asked) return { refusal: asked };
      await this.#fillIn(shown, asked);
      return shown.isGone() ? GONE : await this.#decide(shown, asked);
    } catch (fault) {
      return this.#failed(fault, shown);
    }
  }

  #describe({ view }: Shown<Native>): Request | Refusal {
    const incoming = readIncoming(view);
    const { needs, peers } = this.#gate.view;
    const malformed =
      findMalformed(incoming, singleHeaders(this.#gate, incoming)) ??
      findMisforwarded(peers.of(incoming.peer), incoming) ??
      // Who has the body here does not tell how long it was.
      (needs.bodySize && incoming.length === null ? LENGTH_REQUIRED : null);
    if (malformed === null) return describe(this.#gate, incoming);
    increment(this.#gate.metrics.malformed, malformed.problem);
    return problem(malformed.status, malformed.detail);
  }

  /** Body and caller. */
  async #fillIn({ native, view }: Shown<Native>, asked: Request): Promise<void> {
    const { identify } = this.#options;
    const { engine, view: policy } = this.#gate;
    const fromProxy = policy.peers.of(view.peer).hops > 0;
    const reads = policy.needs.bodyRoutes.length > 0 && policy.readsBody[engine.routeOf(asked)] === true;
    if (reads) asked.body = await this.#bodyOf(native);
    if (identify === undefined) {
      await identifyCaller(this.#gate, asked, shownBy(view, fromProxy));
      return;
    }
    const caller = await identify(native);
    if (caller === null) return;
    if ("error" in caller || !this.#gate.view.clients.has(caller.client)) {
      // Who is not in the inventory would be nobody, with the evidence of somebody.
      asked.identityError = "error" in caller ? caller.error : "client_unknown";
      return;
    }
    asked.client = caller.client;
    asked.evidence = caller.evidence ?? null;
    asked.scopes = caller.scopes ?? null;
    asked.claims = caller.claims ?? null;
    asked.credential = caller.credential ?? null;
    asked.passes = provenBy(asked);
  }

  #decide(request: Shown<Native>, asked: Request): Admission | Promise<Admission> {
    const gate = this.#gate;
    const shown = readShown(gate.view.challenges, (name) => asked.headers[name] ?? "");
    const ruling = gate.decide(asked, "library", gate.admit(asked, shown));
    const { verdict, delayMicros } = ruling.record;
    if (verdict > SLOW) return { refusal: refusalOf(ruling, gate.view.policy) };
    const admitted = this.#admitted(ruling);
    if (verdict < SLOW) return admitted;
    const named = ["X-Edge-Decision", decisionField(ruling), ...passField(ruling)];
    return this.#holdBack(admitted, named, delayMicros, request);
  }

  #admitted(ruling: Ruling): Admitted {
    const gate = this.#gate;
    const { id, record } = ruling;
    const { policy, needs } = gate.view;
    const all = gate.config.rateLimitFields === "all";
    return {
      passed: {
        id,
        verdict: record.verdict === SLOW ? "slow" : "allow",
        client: ruling.client,
      },
      fields: [
        "X-Edge-Decision",
        decisionField(ruling),
        ...passField(ruling),
        ...(all ? rateLimitFields(policy, ruling.decision.limits, record.client) : []),
      ],
      observe: record.token === 0 ? null : (outcome): void => void gate.observe(id, outcome),
      wanted: needs.responseHeaders,
    };
  }

  /** Past the caps a delay would cost more than it slows: the request is throttled. */
  #holdBack(
    admitted: Admitted,
    named: readonly string[],
    delayMicros: number,
    { isGone, onGone }: Shown<Native>,
  ): Admission | Promise<Admission> {
    const tooLong = delayMicros > this.#delayMaxMicros;
    const throttled = (detail: string): Admission => {
      admitted.observe?.(makeOutcome(429));
      const fields = [...named, "Retry-After", retryAfterField(delayMicros)];
      return { refusal: problem(429, detail, fields) };
    };
    if (tooLong) return throttled("the delay is longer than a request is held here");
    return new Promise((resolve) => {
      const abandon = (): void => {
        admitted.observe?.(makeOutcome(499));
        resolve(GONE);
      };
      const hold = this.#holds.hold(delayMicros, () => (isGone() ? abandon() : resolve(admitted)));
      if (hold === null) return resolve(throttled("too many requests are held back already"));
      onGone(() => {
        hold.cancel();
        abandon();
      });
    });
  }

  #failed(fault: unknown, { isGone }: Shown<Native>): Admission {
    const open = this.#options.failMode === "open";
    const text = fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
    this.#gate.config.report(
      `fault while a request was decided, ${open ? "let through" : "refused"}: ${text}`,
      "fault",
    );
    if (isGone()) return GONE;
    if (!open) return { refusal: problem(503, "it could not be decided whether this request may pass") };
    return { passed: { id: "", verdict: "allow", client: null }, fields: [], observe: null, wanted: [] };
  }
}

/** Goes to nobody. */
const GONE: Admission = Object.freeze({ refusal: problem(499, "the caller has gone") });

const SILENT = { enabled: false, dropped: 0, write: (): void => {}, close: async (): Promise<void> => {} };

function isEngine(policy: Policy | PolicyEngine): policy is PolicyEngine {
  return "decide" in policy;
}

/** @param verifies - Whether the policy's identity sources are verified here; where the application does it they are left out. */
function loaderOf(policy: string | Policy | PolicyEngine, verifies: boolean): LoadPolicy {
  const readClients = rememberClients();
  const load =
    typeof policy === "string"
      ? (): LoadResult => loadPolicy(policy, nodeFiles, { readClients })
      : compiledLoader(policy);
  if (verifies) return load;
  return () => {
    const loaded = load();
    return loaded.policy === null ? loaded : { ...loaded, policy: { ...loaded.policy, identity: [] } };
  };
}

function compiledLoader(policy: Policy | PolicyEngine): LoadPolicy {
  const compiled = isEngine(policy) ? policy.policy : policy;
  return () => ({ policy: compiled, scenarios: [], tests: [], invariants: [], diagnostics: [], sources: [] });
}

function engineOf<Native>({ policy, outcomesMax }: MiddlewareOptions<Native>, loaded: Policy): PolicyEngine {
  if (typeof policy !== "string" && isEngine(policy)) return policy;
  return createEngine(loaded, { ...(outcomesMax === undefined ? {} : { pendingOutcomes: outcomesMax }) });
}
