/**
 * What a worker keeps of its decisions for operators: counts by rule and limit and the latest decisions, for whoever asks; and once a second,
 * for the main thread, which clients were seen, whom rules banned, and the bans that were set.
 */
import type { Policy, Request } from "../../engine/index.ts";
import type { Config } from "../config.ts";
import { BanBook, type RuleBan } from "../containment/ban-book.ts";
import type { StrangersSighted } from "../containment/stranger-guard.ts";
import { DecisionCounts } from "../decision-counts.ts";
import type { Adapter, DecisionWatcher, Gate, Ruling } from "../gate.ts";
import { addDecisionCounts } from "../operation-metrics.ts";
import { RecentDecisions } from "../recent-decisions.ts";
import { WorkerStrangers } from "./worker-strangers.ts";

/** What a worker saw since it last told. Clients by id, because workers may decide by different versions of the policy for a moment. */
export interface Sighted {
  readonly clients: readonly string[];
  readonly banned: readonly (readonly [rule: string, client: string])[];
  readonly bans: readonly RuleBan[];
  /** Null where there was nobody new. */
  readonly strangers: StrangersSighted | null;
}

const TELL_MS = 1_000;
/** Bans told at a time; what is more stays in force and is not listed. */
const BANS_MAX = 10_000;

export class WorkerWatch implements DecisionWatcher {
  readonly recent: RecentDecisions;
  /** Hears of the engine's bans. */
  readonly bans: BanBook = new BanBook();
  readonly #gate: Gate;
  readonly #counts = new DecisionCounts();
  /** The policy that decides, to which places of clients refer, and its rules that ban. */
  #policy: Policy;
  #banning: ReadonlySet<string>;
  readonly #clients = new Set<number>();
  readonly #banned = new Map<string, Set<number>>();
  #set: RuleBan[] = [];
  readonly #strangers: WorkerStrangers;
  readonly #tell: (sighted: Sighted) => void;
  readonly #timer: NodeJS.Timeout;

  /** @param seed - What networks are hashed with, in all threads. */
  constructor(
    gate: Gate,
    { recentDecisions }: Pick<Config, "recentDecisions">,
    seed: number,
    tell: (sighted: Sighted) => void,
  ) {
    this.#gate = gate;
    this.#policy = gate.view.policy;
    this.#banning = rulesThatBan(this.#policy);
    this.#strangers = new WorkerStrangers(seed);
    this.recent = new RecentDecisions(recentDecisions, gate.ids);
    this.#tell = tell;
    addDecisionCounts(gate.metrics, this.#counts);
    this.#timer = setInterval(() => this.#flush(), TELL_MS).unref();
  }

  decided(request: Request, ruling: Ruling, adapter: Adapter, nowMicros: number): void {
    const { policy } = this.#gate.view;
    const { record } = ruling;
    const { client, by } = record;
    if (policy !== this.#policy) this.#adopt(policy);
    this.#counts.add(policy, record);
    if (client >= 0) this.#clients.add(client);
    else this.#strangers.see(policy, request.ip);
    if (this.bans.isWaiting) this.#note(request, ruling);
    if (by !== null && this.#banning.has(by)) this.#meets(by, client, request.ip);
    this.recent.add(request, ruling, adapter, nowMicros);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#flush();
  }

  #note(request: Request, { record }: Ruling): void {
    for (const rule of this.bans.settle(this.#gate.view.policy, request, record)) {
      this.#meets(rule, record.client, request.ip);
    }
    if (this.#set.length < BANS_MAX) this.#set.push(...this.bans.latest);
  }

  /** A client may have another place in a new policy, so what was seen is told by the policy under which it was seen. */
  #adopt(policy: Policy): void {
    this.#flush();
    this.#banned.clear();
    this.#policy = policy;
    this.#banning = rulesThatBan(policy);
  }

  /** A rule that bans has banned a caller, or refused it, perhaps for a ban from before this worker began. */
  #meets(rule: string, client: number, ip: string): void {
    if (client < 0) return this.#strangers.ban(rule, ip);
    const met = this.#banned.get(rule);
    if (met === undefined) this.#banned.set(rule, new Set([client]));
    else met.add(client);
  }

  #flush(): void {
    const { clients } = this.#policy;
    const idOf = (place: number): readonly string[] => {
      const id = clients[place]?.id;
      return id === undefined ? [] : [id];
    };
    const banned = [...this.#banned].flatMap(([rule, met]) =>
      [...met].flatMap((place) => idOf(place).map((id) => [rule, id] as const)),
    );
    const strangers = this.#strangers.take();
    if (this.#clients.size === 0 && banned.length === 0 && this.#set.length === 0 && strangers === null) return;
    this.#tell({ clients: [...this.#clients].flatMap(idOf), banned, bans: this.#set, strangers });
    this.#clients.clear();
    for (const met of this.#banned.values()) met.clear();
    this.#set = [];
  }
}

function rulesThatBan({ rules }: Policy): ReadonlySet<string> {
  return new Set(rules.flatMap(({ name, action }) => (action.kind === "block" && action.ban !== null ? [name] : [])));
}
