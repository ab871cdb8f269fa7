/** Lines of a log that is mapped, to requests. */
import { Addresses } from "../addresses.ts";
import { parseObject, looseText } from "../json-line.ts";
import { type LineReader, type LineReading, loggedRecord, loggedRequest } from "../line-reading.ts";
import { originForm } from "../origin-form.ts";
import { isMethod, readRequestLine } from "../request-line.ts";
import { type LinePattern, LONGEST_PATTERN_LINE } from "./line-pattern.ts";
import type { MappingParts, Named } from "./mapping.ts";
import type { PartName, ResponsePartName } from "./parts.ts";
import type { Row } from "./source.ts";
import type { Evidence } from "../../engine/index.ts";

/** Takes a line apart; or says why it cannot. */
export type RowReader = (line: string) => Row | string;

export function jsonRows(): RowReader {
  return parseObject;
}

export function patternRows(pattern: LinePattern | string): RowReader {
  return (line) => {
    if (typeof pattern === "string") return pattern;
    if (line.length > LONGEST_PATTERN_LINE) return `the line is longer than ${LONGEST_PATTERN_LINE} characters`;
    return (pattern.match(line) as Row | null) ?? "the line does not fit the mapping's pattern";
  };
}

/** Reads lines by a mapping. */
export class MappedLog implements LineReader {
  readonly #mapping: MappingParts;
  readonly #clients: ReadonlySet<string>;
  readonly #rows: RowReader;
  readonly #time: (row: Row) => number | null;
  readonly #addresses = new Addresses();

  constructor(mapping: MappingParts, clients: ReadonlySet<string>) {
    this.#mapping = mapping;
    this.#clients = clients;
    this.#rows = mapping.rows();
    this.#time = mapping.time();
  }

  read(line: string): LineReading {
    const { only, response, isOther } = this.#mapping;
    if (isOther(line)) return null;
    const row = this.#rows(line);
    if (typeof row === "string") return row;
    if (!only.every(({ source, values }) => values.has(looseText(source(row))))) return null;
    const at = this.#time(row);
    if (at === null) return "there is no such time where the mapping has `time`";
    const ip = this.#addresses.readPeer(this.#text(row, "ip"));
    if (ip === null) return "there is no address where the mapping has `ip`";
    const target = this.#target(row);
    if (typeof target === "string") return target;
    const host = this.#text(row, "host") || target.host;
    const request = loggedRequest(target.method, target.path, host, ip, textsOf(this.#mapping.headers, row));
    this.#describe(request, row);
    if (response.size === 0) return { request, at, response: null };
    const status = this.#answer(row, "status");
    if (status === null) return { request, at, response: null };
    const headers = textsOf(this.#mapping.responseHeaders, row);
    return loggedRecord(
      request,
      at,
      status,
      this.#answer(row, "size") ?? 0,
      this.#answer(row, "latency") ?? 0,
      headers,
    );
  }

  #text(row: Row, name: PartName): string {
    return (this.#mapping.parts.get(name)?.(row) as string | null | undefined) ?? "";
  }

  #answer(row: Row, name: ResponsePartName): number | null {
    return (this.#mapping.response.get(name)?.(row) as number | null | undefined) ?? null;
  }

  #target(row: Row): { method: string; path: string; host: string } | string {
    const line = this.#text(row, "request");
    const { method, path } = line === "" ? { method: "GET", path: "" } : readRequestLine(line);
    const named = this.#text(row, "method") || method;
    if (named !== "" && !isMethod(named)) return "there is no HTTP method where the mapping has `method`";
    const target = originForm(this.#text(row, "path") || path);
    return { method: named, host: target.host, path: withQuery(target.path, this.#text(row, "query")) };
  }

  #describe(request: ReturnType<typeof loggedRequest>, row: Row): void {
    const { parts, facts, claims } = this.#mapping;
    for (const [name, read] of parts) {
      const value = read(row);
      if (value === null) continue;
      switch (name) {
        case "size":
        case "asn":
          request[name] = value as number;
          break;
        case "country":
        case "ja4":
          request[name] = value as string;
          break;
        case "scopes":
        case "passes":
          request[name] = value as readonly string[];
          break;
        case "evidence":
          request.evidence = value as Evidence;
          break;
        case "body":
          request.body = value;
          break;
        case "credential":
          request.credential = { id: value as string, issued: null, expires: null };
          break;
        case "client":
          request.client = this.#clients.has(value as string) ? (value as string) : null;
          break;
        default:
        // Read already: what there is no request without.
      }
    }
    if (facts.length > 0) request.facts = valuesOf(facts, row);
    if (claims.length > 0) request.claims = valuesOf(claims, row);
  }
}

/** A path that is logged apart from its query, with it; one that has a query already, as it stands. */
function withQuery(path: string, query: string): string {
  if (query === "" || query === "?" || path.includes("?")) return path;
  return query.startsWith("?") ? path + query : `${path}?${query}`;
}

/** Values that are texts or numbers, as texts. */
function textsOf(named: readonly Named[], row: Row): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const { name, read } of named) {
    const text = looseText(read(row));
    if (text !== "") values[name] = text;
  }
  return values;
}

function valuesOf(named: readonly Named[], row: Row): Readonly<Record<string, unknown>> {
  const values: Record<string, unknown> = {};
  for (const { name, read } of named) {
    const value = read(row);
    if (value !== undefined && value !== null && typeof value !== "object") values[name] = value;
  }
  return values;
}
