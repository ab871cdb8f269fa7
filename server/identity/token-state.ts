/** What a server keeps for access tokens, whatever becomes of its policy: keys, proofs, nonces, and what is revoked. */
import { join } from "node:path";
import type { Policy } from "../../engine/index.ts";
import type { Config } from "../config.ts";
import type { Metrics } from "../metrics.ts";
import type { ReplayStore } from "../replay/replay-store.ts";
import { replaysOf } from "../replay/server-replays.ts";
import { clockOf } from "./clock.ts";
import { Nonces } from "./dpop/nonces.ts";
import { Proofs } from "./dpop/proof.ts";
import { KeptKeys } from "./keys/kept-keys.ts";
import { KeyStores } from "./keys/key-stores.ts";
import { Revocations } from "./revocation.ts";

/** The options that it depends on. */
type Served = Pick<Config, "challenges" | "clock" | "data" | "report" | "signedRequests" | "tokens" | "workers">;

/** In the data folder. */
const KEYS_FOLDER = "keys";

export class TokenState {
  readonly keys: KeyStores;
  readonly revocations: Revocations;
  readonly proofs: Proofs;
  readonly #replays: ReplayStore;
  readonly #nonces: Nonces | null;
  readonly #kept: KeptKeys | null;
  readonly #now: () => number;

  constructor(config: Served) {
    const { clockSkewSeconds, dpopNonce } = config.tokens;
    this.#now = clockOf(config);
    this.revocations = new Revocations(this.#now);
    this.#replays = replaysOf(config).proofs;
    // Not the requests' clock: a test's may stand still, and back-off is about this machine's time.
    this.#kept = keptKeysOf(config, this.#replays.isJoined);
    this.keys = new KeyStores({ now: () => performance.now(), report: config.report, kept: this.#kept });
    this.#nonces = dpopNonce ? new Nonces(config.challenges.secrets[0]) : null;
    this.proofs = new Proofs({ replays: this.#replays, nonces: this.#nonces, skewSeconds: clockSkewSeconds });
  }

  /** A nonce for a caller's next proof; null where proofs need none. */
  nextNonce(): string | null {
    return this.#nonces === null ? null : this.#nonces.issue(this.#now() / 1e6);
  }

  /** Lets go of keys that the policy that runs now does not name. */
  keepFor(policy: Pick<Policy, "identity">): void {
    const urls = policy.identity.flatMap((source) =>
      source.kind === "jwt" && isAddress(source.keys) ? [source.keys] : [],
    );
    this.keys.keepOnly(new Set(urls));
  }

  /** Fetches no more; resolves when what was fetched is kept. */
  close(): Promise<void> {
    this.keys.close();
    return this.#kept?.settled() ?? Promise.resolve();
  }

  addMetrics(metrics: Metrics): void {
    this.keys.addMetrics(metrics);
    metrics.addGauge({
      whole: true,
      name: "dpop_proofs",
      help: "DPoP proofs remembered so that none is taken twice.",
      type: "gauge",
      read: () => this.#replays.size,
    });
    metrics.addSeries({
      name: "dpop_refused_total",
      help: "DPoP proofs refused, by what they failed.",
      type: "counter",
      read: () => [...this.proofs.refused].map(([failed, count]) => [{ failed }, count]),
    });
    metrics.addGauge({
      name: "dpop_proofs_full_total",
      help: "DPoP proofs refused for want of room to remember them.",
      type: "counter",
      read: () => this.#replays.full,
    });
  }
}

/** Null where no keys are kept. A worker reads them only: it tells the main thread what it fetches, which writes. */
function keptKeysOf({ data, report, tokens }: Served, isWorker: boolean): KeptKeys | null {
  if (data === null || !tokens.keepKeys) return null;
  return new KeptKeys(join(data, KEYS_FOLDER), isWorker, Date.now, report);
}

/** Whether keys come from an address and not from a file. */
export function isAddress(keys: string): boolean {
  return /^https?:\/\//.test(keys);
}

const OF_SERVERS = new WeakMap<object, TokenState>();

/** What a server keeps: one for all its policies, or a reload would take every proof again. */
export function tokenStateOf(config: Served): TokenState {
  const known = OF_SERVERS.get(config);
  if (known !== undefined) return known;
  const state = new TokenState(config);
  OF_SERVERS.set(config, state);
  return state;
}
