/** Requests, outcomes and decisions as the rows that the protocol has for them. */
import type { Verdict } from "../../../engine/index.ts";
import type { RequestColumn } from "../protocol.ts";
import type { StreamDecision, StreamFailure, StreamOutcome, StreamRequest } from "./options.ts";

/** As the engine has them, without the engine. */
export const VERDICTS: readonly Verdict[] = ["allow", "slow", "challenge", "throttle", "block"];

type ReadColumn = (request: StreamRequest) => unknown;

const seconds = (micros: number | null): number | null => (micros === null ? null : micros / 1e6);

const COLUMNS: Readonly<Record<RequestColumn, ReadColumn>> = {
  method: (request) => request.method,
  path: (request) => request.path,
  ip: (request) => request.ip,
  client: (request) => request.client,
  host: (request) => request.host,
  size: (request) => request.size,
  headers: (request) => request.headers,
  body: (request) => request.body,
  evidence: (request) => request.evidence,
  facts: (request) => request.facts,
  asn: (request) => request.asn,
  country: (request) => request.country,
  ja4: (request) => request.ja4,
  identity_error: (request) => request.identityError,
  scopes: (request) => request.scopes,
  claims: (request) => request.claims,
  credential: ({ credential: known }) => known && [known.id, seconds(known.issued), seconds(known.expires)],
  passes: (request) => request.passes,
};

/** Names of a row's columns, and how to read them; those that requests seldom have come last, where they cost nothing. */
export class RowShape {
  readonly names: readonly string[];
  readonly #readers: readonly ReadColumn[];

  /** @param headers - Names of the headers that have a column each; null for all in one. */
  constructor(headers: readonly string[] | null) {
    const own = Object.entries(COLUMNS).flatMap(([name, read]): [string, ReadColumn][] => {
      if (name !== "headers" || headers === null) return [[name, read]];
      return headers.map((header) => [`header:${header}`, (request) => request.headers?.[header]]);
    });
    this.names = own.map(([name]) => name);
    this.#readers = own.map(([, read]) => read);
  }

  /** A request's row, without the last values that it does not have. */
  rowOf(request: StreamRequest): unknown[] {
    const row: unknown[] = [];
    let filled = 0;
    for (let index = 0; index < this.#readers.length; index++) {
      const value = this.#readers[index]?.(request) ?? null;
      row.push(value);
      if (value !== null) filled = index + 1;
    }
    row.length = filled;
    return row;
  }
}

export function outcomeRow(id: string, { status, size, latencyMicros, headers }: StreamOutcome): unknown[] {
  const latency = latencyMicros === undefined ? null : latencyMicros / 1e6;
  return headers === undefined ? [id, status, size ?? null, latency] : [id, status, size ?? null, latency, headers];
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
