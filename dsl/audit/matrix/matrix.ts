/**
 * The matrix of callers and routes: what each client, and a caller without a credential, meets on each route. It is computed for
 * profiles of clients and kept once for each different cell, so that ten thousand clients cost little more than ten.
 */
import { EVIDENCE } from "../../../engine/index.ts";
import type { Evidence, Policy } from "../../../engine/index.ts";
import type { AuditedClient, AuditedInventory } from "../records.ts";
import { type Caller, type Cell, Cells, sortedEvidence } from "./cell.ts";
import { Profiles } from "./profiles.ts";

/** What one caller meets: a cell for every route, in their order, and one for a path that no route has. */
export interface Row {
  /** Null for a caller without a credential. */
  readonly one: AuditedClient | null;
  readonly evidence: readonly Evidence[];
  readonly cells: readonly Cell[];
}

/** The whole matrix. */
export interface Matrix {
  readonly anonymous: Row;
  readonly rows: readonly Row[];
  /** Clients that were not looked at, because the work would have been too much. */
  readonly leftOut: number;
}

/** Conditions and cells that one matrix may evaluate: some seconds. */
const MAX_STEPS = 4_000_000;

/** Computes the matrix. */
export function computeMatrix(policy: Policy, inventory: AuditedInventory, nowMicros: number): Matrix {
  const builder = new Builder(policy, nowMicros);
  const networks: readonly Evidence[] = policy.clients.some((client) => client.networks.length > 0) ? ["network"] : [];
  const anonymous = { one: null, ...builder.row({ client: null, evidence: ["none", ...networks] }) };
  const rows: Row[] = [];
  for (const one of inventory.clients) {
    if (!builder.spend()) break;
    rows.push({ one, ...builder.row({ client: one.client, evidence: evidenceOf(one) }) });
  }
  return { anonymous, rows, leftOut: inventory.clients.length - rows.length };
}

const EVIDENCE_OF: Readonly<Record<string, Evidence>> = {
  api_key: "static_secret",
  hmac: "signed_request",
  signature: "signed_request",
  jwt: "bearer_token",
  mtls: "bound_token",
};

/** What a client's active credentials prove; a key, the least, for one that has none yet. */
export function evidenceOf({ credentials }: AuditedClient): readonly Evidence[] {
  const kinds = credentials
    .filter(({ state }) => state === "active")
    .map(({ type, bound }) => (type === "jwt" && bound ? "bound_token" : (EVIDENCE_OF[type] ?? "static_secret")));
  return sortedEvidence(kinds.length === 0 ? ["static_secret"] : kinds);
}

class Builder {
  readonly #policy: Policy;
  readonly #profiles: Profiles;
  readonly #cells: Cells;
  readonly #known = new Map<string, Cell>();
  readonly #numbers = new Map<string, number>();
  readonly #shapes = new Map<string, Cell>();
  #left = MAX_STEPS;

  constructor(policy: Policy, nowMicros: number) {
    this.#policy = policy;
    this.#profiles = new Profiles(policy);
    this.#cells = new Cells(policy, nowMicros);
  }

  /** Takes the work of one client's row; false when none is left. */
  spend(): boolean {
    this.#left -= this.#profiles.size + this.#policy.routes.length;
    return this.#left > 0;
  }

  row(caller: Caller): Omit<Row, "one"> {
    const profile = this.#profileOf(caller);
    const { client } = caller;
    const operations = new Set(client?.operations ?? []);
    const all = operations.has("*");
    const scopes = new Set(client?.scopes ?? []);
    const cells = this.#policy.routes.map((route, index) => {
      const grant = all || operations.has(route.name);
      const held = route.scopes.every((scope) => scopes.has(scope));
      return this.#cell(caller, profile, index, grant, held);
    });
    return { evidence: caller.evidence, cells: [...cells, this.#cell(caller, profile, -1, false, false)] };
  }

  /** A number for a profile, so that the keys of cells are short. */
  #profileOf({ client, evidence }: Caller): number {
    const proof = evidence.map((kind) => EVIDENCE.indexOf(kind)).join("");
    const text = client === null ? `anonymous ${proof}` : `${proof} ${this.#profiles.of(client)}`;
    const number = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }

  #cell(caller: Caller, profile: number, route: number, grant: boolean, held: boolean): Cell {
    const key = `${profile} ${route} ${grant ? 1 : 0}${held ? 1 : 0}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    this.#left -= this.#policy.rules.length + this.#policy.limits.length;
    const cell = this.#shared(this.#cells.cell(caller, route, grant));
    this.#known.set(key, cell);
    return cell;
  }

  /** Equal cells are one object. */
  #shared(cell: Cell): Cell {
    const text = JSON.stringify(cell);
    const known = this.#shapes.get(text);
    if (known !== undefined) return known;
    this.#shapes.set(text, cell);
    return cell;
  }
}
