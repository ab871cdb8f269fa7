/** The latest decisions, for whoever asks what has just happened. A ring that is used again, so keeping one allocates nothing. */
import { type Decision, VERDICTS, type Verdict } from "../engine/index.ts";
import type { Request } from "../engine/index.ts";
import type { DecisionIds } from "./decision-ids.ts";
import type { Adapter, Ruling } from "./gate.ts";

/** What is asked for; null for any. */
export interface DecisionFilter {
  readonly client: string | null;
  readonly verdict: Verdict | null;
  /** Name of a rule or limit that decided, matched, or would have acted in shadow. */
  readonly rule: string | null;
  /** Microseconds since the Unix epoch. */
  readonly sinceMicros: number | null;
  readonly most: number;
}

/** A decision as it is shown, with its time (RFC 3339) in front. */
export interface DecisionShown {
  readonly at: string;
  readonly [name: string]: unknown;
}

/** Decisions that room is made for at a time. */
const ROOM = 1_024;
/** No whole number, so that arrays of it are of floating-point numbers from the start. */
const NO_NUMBER = 0.5;

/** A decision as it is kept. */
interface Kept {
  readonly number: number;
  readonly atMicros: number;
  readonly adapter: Adapter;
  readonly method: string;
  /** As received, with the query, which is never shown. */
  readonly path: string;
  readonly ip: string;
  readonly client: string | null;
  readonly verdict: number;
  readonly status: number;
  readonly by: string | null;
  readonly reason: string;
  /** Where there is more to say than that the request was let through. */
  readonly decision: Decision | null;
}

/** Each member has an array of its own: one decision after the other lies side by side in it, so that keeping one meets memory that is at hand. */
export class RecentDecisions {
  readonly #most: number;
  readonly #ids: Pick<DecisionIds, "nameOf">;
  /** The numbers behind the decisions' names, which are made where they are shown. */
  readonly #numbers: number[] = [];
  readonly #times: number[] = [];
  readonly #verdicts: number[] = [];
  readonly #statuses: number[] = [];
  readonly #adapters: Adapter[] = [];
  readonly #methods: string[] = [];
  readonly #paths: string[] = [];
  readonly #ips: string[] = [];
  readonly #clients: (string | null)[] = [];
  readonly #deciders: (string | null)[] = [];
  readonly #reasons: string[] = [];
  readonly #decisions: (Decision | null)[] = [];
  #next = 0;
  #count = 0;

  constructor(most: number, ids: Pick<DecisionIds, "nameOf">) {
    this.#most = most;
    this.#ids = ids;
  }

  /** Keeps a decision in place of the oldest. */
  add(request: Request, ruling: Ruling, adapter: Adapter, nowMicros: number): void {
    const at = this.#next;
    if (at === this.#numbers.length) this.#makeRoom();
    this.#next = at + 1 === this.#most ? 0 : at + 1;
    if (this.#count < this.#most) this.#count++;
    const { record } = ruling;
    this.#numbers[at] = ruling.number;
    this.#times[at] = nowMicros;
    this.#verdicts[at] = record.verdict;
    this.#statuses[at] = record.status;
    this.#adapters[at] = adapter;
    this.#methods[at] = request.method;
    this.#paths[at] = request.path;
    this.#ips[at] = request.ip;
    this.#clients[at] = ruling.client;
    this.#deciders[at] = record.by;
    this.#reasons[at] = record.reason;
    this.#decisions[at] = record.verdict > 0 || record.shadows > 0 ? ruling.decision : null;
  }

  /** Writing where an array has room is quicker than making it longer by one. */
  #makeRoom(): void {
    const until = Math.min(this.#most, this.#numbers.length + ROOM);
    for (let at = this.#numbers.length; at < until; at++) {
      this.#numbers.push(NO_NUMBER);
      this.#times.push(NO_NUMBER);
      this.#verdicts.push(0);
      this.#statuses.push(0);
      this.#adapters.push("json");
      this.#methods.push("");
      this.#paths.push("");
      this.#ips.push("");
      this.#clients.push(null);
      this.#deciders.push(null);
      this.#reasons.push("");
      this.#decisions.push(null);
    }
  }

  /** Those that are asked for, the latest first. */
  find(filter: DecisionFilter): readonly DecisionShown[] {
    const found: DecisionShown[] = [];
    const count = this.#count;
    for (let back = 1; back <= count && found.length < filter.most; back++) {
      const kept = this.#at((this.#next - back + count) % count);
      if (fits(kept, filter)) found.push(shown(kept, this.#ids.nameOf(kept.number)));
    }
    return found;
  }

  #at(at: number): Kept {
    return {
      number: this.#numbers[at] ?? 0,
      atMicros: this.#times[at] ?? 0,
      adapter: this.#adapters[at] ?? "json",
      method: this.#methods[at] ?? "",
      path: this.#paths[at] ?? "",
      ip: this.#ips[at] ?? "",
      client: this.#clients[at] ?? null,
      verdict: this.#verdicts[at] ?? 0,
      status: this.#statuses[at] ?? 0,
      by: this.#deciders[at] ?? null,
      reason: this.#reasons[at] ?? "",
      decision: this.#decisions[at] ?? null,
    };
  }
}

function fits(kept: Kept, { client, verdict, rule, sinceMicros }: DecisionFilter): boolean {
  if (client !== null && kept.client !== client) return false;
  if (verdict !== null && VERDICTS[kept.verdict] !== verdict) return false;
  if (sinceMicros !== null && kept.atMicros < sinceMicros) return false;
  if (rule === null || kept.by === rule) return true;
  const { matched = [], shadow = [] } = kept.decision ?? {};
  return matched.includes(rule) || shadow.includes(rule);
}

function shown({ decision, ...kept }: Kept, id: string): DecisionShown {
  const { number: _, atMicros, path, verdict, ...rest } = kept;
  const query = path.indexOf("?");
  return {
    at: new Date(atMicros / 1_000).toISOString(),
    id,
    ...rest,
    path: query < 0 ? path : path.slice(0, query),
    verdict: VERDICTS[verdict],
    ...decision,
  };
}
