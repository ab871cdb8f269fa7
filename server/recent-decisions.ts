/** The latest decisions, for whoever asks what has just happened. A ring of entries that are used again, so keeping one allocates nothing. */
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

interface Slot {
  /** The number behind the decision's name, which is made where it is shown. */
  number: number;
  atMicros: number;
  adapter: Adapter;
  method: string;
  /** As received, with the query, which is never shown. */
  path: string;
  ip: string;
  client: string | null;
  verdict: number;
  status: number;
  by: string | null;
  reason: string;
  /** Where there is more to say than that the request was let through. */
  decision: Decision | null;
}

export class RecentDecisions {
  readonly #slots: Slot[] = [];
  readonly #most: number;
  readonly #ids: Pick<DecisionIds, "nameOf">;
  #next = 0;

  constructor(most: number, ids: Pick<DecisionIds, "nameOf">) {
    this.#most = most;
    this.#ids = ids;
  }

  /** Keeps a decision in place of the oldest. */
  add(request: Request, ruling: Ruling, adapter: Adapter, nowMicros: number): void {
    const slot = this.#slot();
    const { record } = ruling;
    slot.number = ruling.number;
    slot.atMicros = nowMicros;
    slot.adapter = adapter;
    slot.method = request.method;
    slot.path = request.path;
    slot.ip = request.ip;
    slot.client = ruling.client;
    slot.verdict = record.verdict;
    slot.status = record.status;
    slot.by = record.by;
    slot.reason = record.reason;
    slot.decision = record.verdict > 0 || record.shadows > 0 ? ruling.decision : null;
  }

  #slot(): Slot {
    let slot = this.#slots[this.#next];
    if (slot === undefined) this.#slots.push((slot = emptySlot()));
    this.#next = (this.#next + 1) % this.#most;
    return slot;
  }

  /** Those that are asked for, the latest first. */
  find(filter: DecisionFilter): readonly DecisionShown[] {
    const found: DecisionShown[] = [];
    const count = this.#slots.length;
    for (let back = 1; back <= count && found.length < filter.most; back++) {
      const slot = this.#slots[(this.#next - back + count) % count];
      if (slot !== undefined && fits(slot, filter)) found.push(shown(slot, this.#ids.nameOf(slot.number)));
    }
    return found;
  }
}

function emptySlot(): Slot {
  return {
    number: 0,
    atMicros: 0,
    adapter: "json",
    method: "",
    path: "",
    ip: "",
    client: null,
    verdict: 0,
    status: 0,
    by: null,
    reason: "",
    decision: null,
  };
}

function fits(slot: Slot, { client, verdict, rule, sinceMicros }: DecisionFilter): boolean {
  if (client !== null && slot.client !== client) return false;
  if (verdict !== null && VERDICTS[slot.verdict] !== verdict) return false;
  if (sinceMicros !== null && slot.atMicros < sinceMicros) return false;
  if (rule === null || slot.by === rule) return true;
  const { matched = [], shadow = [] } = slot.decision ?? {};
  return matched.includes(rule) || shadow.includes(rule);
}

function shown({ decision, ...slot }: Slot, id: string): DecisionShown {
  const { number: _, atMicros, path, verdict, ...rest } = slot;
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
