/** Requests, outcomes and decisions as the rows that the protocol has for them. */
import type { Verdict } from "../../../engine/index.ts";
import type { RequestColumn } from "../protocol.ts";
import type { StreamDecision, StreamFailure, StreamOutcome, StreamRequest } from "./options.ts";
import {
  countOf,
  credentialOf,
  dataMapOf,
  dataOf,
  headersOf,
  isCount,
  listed,
  type Sendable,
  textOf,
  textsOf,
  UNSENDABLE,
} from "./sendable.ts";

/** As the engine has them, without the engine. */
export const VERDICTS: readonly Verdict[] = ["allow", "slow", "challenge", "throttle", "block"];

/** A column: how it is read, and made what the server reads in it. */
interface Column {
  readonly read: (request: StreamRequest) => unknown;
  readonly send: Sendable;
  readonly wanted: string;
}

const seconds = (micros: number | null | undefined): number | null => (micros == null ? null : micros / 1e6);
const text = (read: Column["read"]): Column => ({ read, send: textOf, wanted: "a text" });
const count = (read: Column["read"]): Column => ({ read, send: countOf, wanted: "a whole number, and not negative" });
const texts = (read: Column["read"]): Column => ({ read, send: textsOf, wanted: "an array of texts" });
const map = (read: Column["read"]): Column => ({ read, send: dataMapOf, wanted: "an object of what JSON has" });

const COLUMNS: Readonly<Record<RequestColumn, Column>> = {
  method: text((request) => request.method),
  path: text((request) => request.path),
  ip: text((request) => request.ip),
  client: text((request) => request.client),
  host: text((request) => request.host),
  size: count((request) => request.size),
  headers: { read: (request) => request.headers, send: headersOf, wanted: "an object of texts" },
  body: { read: (request) => request.body, send: dataOf, wanted: "what JSON has" },
  evidence: text((request) => request.evidence),
  facts: map((request) => request.facts),
  asn: count((request) => request.asn),
  country: text((request) => request.country),
  ja4: text((request) => request.ja4),
  identity_error: text((request) => request.identityError),
  scopes: texts((request) => request.scopes),
  claims: map((request) => request.claims),
  credential: {
    read: ({ credential: known }) => known && [known.id, seconds(known.issued), seconds(known.expires)],
    send: credentialOf,
    wanted: "an id, and two times or null",
  },
  passes: texts((request) => request.passes),
};

function headerColumn(name: string): Column {
  return text((request) => listed(request.headers?.[name]));
}

/** Names of a row's columns, and how to read them; those that requests seldom have come last, where they cost nothing. */
export class RowShape {
  readonly names: readonly string[];
  readonly #columns: readonly Column[];

  /** @param headers - Names of the headers that have a column each; null for all in one. */
  constructor(headers: readonly string[] | null) {
    const own = Object.entries(COLUMNS).flatMap(([name, column]): [string, Column][] => {
      if (name !== "headers" || headers === null) return [[name, column]];
      return headers.map((header) => [`header:${header}`, headerColumn(header)]);
    });
    this.names = own.map(([name]) => name);
    this.#columns = own.map(([, column]) => column);
  }

  /** A request's row, without the last values that it does not have; or why the server would not take it. */
  rowOf(request: StreamRequest): unknown[] | string {
    // Whoever calls from JavaScript may hand over anything.
    if (typeof request !== "object" || (request as unknown) === null) return "a request must be an object";
    const row: unknown[] = [];
    let filled = 0;
    for (let index = 0; index < this.#columns.length; index++) {
      const { read, send, wanted } = this.#columns[index] as Column;
      const given = read(request) ?? null;
      // Most are texts as they should be, for which nothing more is called.
      const isFine = given === null || (typeof given === "string" && send === textOf && given.isWellFormed());
      const value = isFine ? given : send(given);
      if (value === UNSENDABLE) return `${this.names[index]} must be ${wanted}`;
      row.push(value);
      if (value !== null) filled = index + 1;
    }
    row.length = filled;
    return row;
  }
}

/** An outcome's row; null where it is none that the server would take. */
export function outcomeRow(id: string, outcome: StreamOutcome): unknown[] | null {
  // Whoever calls from JavaScript may hand over anything.
  const { status, size, latencyMicros, headers } = (outcome as Partial<StreamOutcome> | undefined) ?? {};
  const texts = headers === undefined ? undefined : headersOf(headers);
  const isTimed = latencyMicros === undefined || Number.isFinite(latencyMicros);
  if (texts === UNSENDABLE || !isTimed || !isCount(status) || !(size === undefined || isCount(size))) return null;
  const row = [id, status, size ?? null, latencyMicros === undefined ? null : latencyMicros / 1e6];
  return texts === undefined ? row : [...row, texts];
}

/** What a row of the server says. @throws TypeError where it is no decision. */
export function decisionOf(row: unknown, prefix: string, request: StreamRequest): StreamDecision | string {
  if (typeof row === "string") return row;
  if (typeof row === "number") return decision({ id: prefix + row.toString(36), client: request.client ?? null });
  if (!Array.isArray(row) || typeof row[0] !== "number") throw new TypeError("a row is no decision");
  const [number, verdict, status, client, by, reason, delay, retryAfter, refusal, pass] = row as [number, ...unknown[]];
  const [headers, body] = (refusal ?? []) as [string[]?, string?];
  return decision({
    id: prefix + number.toString(36),
    verdict: VERDICTS[verdict as number] ?? "block",
    status: status as number,
    client: (client as string | null) ?? request.client ?? null,
    by: (by as string | undefined) ?? null,
    reason: (reason as string | undefined) ?? "",
    delay: (delay as number | undefined) ?? 0,
    retryAfter: (retryAfter as number | undefined) ?? 0,
    refusal: headers === undefined || body === undefined ? null : { headers, body },
    ...(typeof pass === "string" ? { pass } : {}),
  });
}

/** What is decided without the server. */
export function failed(mode: "open" | "closed", failure: StreamFailure, reason: string): StreamDecision {
  const refused = { verdict: "block", status: 503 } as const;
  return decision({ ...(mode === "closed" ? refused : {}), failure, reason });
}

function decision(known: Partial<StreamDecision>): StreamDecision {
  return {
    id: "",
    verdict: "allow",
    status: 200,
    by: null,
    reason: "",
    delay: 0,
    retryAfter: 0,
    client: null,
    refusal: null,
    failure: null,
    ...known,
  };
}
