/**
 * Logs in the W3C's extended format (w3.org/TR/WD-logfile), as IIS and CloudFront write them: a `#Fields:` line names what stands in the lines
 * behind it. Times are UTC. IIS writes `+` for blanks and counts milliseconds; CloudFront separates by tabs, writes `%XX`, and counts seconds.
 */
import { Addresses } from "./addresses.ts";
import { looseCount, looseNumber, looseStatus } from "./json-line.ts";
import { type LineReader, type LineReading, loggedRecord, loggedRequest } from "./line-reading.ts";
import { Rfc3339Times } from "./log-times.ts";
import { isMethod } from "./request-line.ts";

const FIELDS = "#Fields:";
const SOFTWARE = /^#Software:\s*Microsoft/i;
/** A header of the request or of the answer, by its name. */
const HEADER = /^(cs|sc)\(([^)]+)\)$/i;
const MOST_FIELDS = 1_000;

/** What `#Fields:` says: how many fields a line has, which one has a name (-1 for none), and which are headers. */
interface Columns {
  readonly count: number;
  readonly at: (name: string) => number;
  readonly asked: readonly (readonly [header: string, column: number])[];
  readonly answered: readonly (readonly [header: string, column: number])[];
}

/** Reads lines of a log in the extended format. */
export class W3cLog implements LineReader {
  readonly #times = new Rfc3339Times();
  readonly #addresses = new Addresses();
  #columns: Columns | null = null;
  #milliseconds = false;

  read(line: string): LineReading {
    if (line.startsWith("#")) return this.#direct(line);
    const columns = this.#columns;
    if (columns === null) return "no `#Fields:` line stands before this line";
    const tabs = line.includes("\t");
    const fields = line.split(tabs ? "\t" : " ", columns.count + 1);
    if (fields.length !== columns.count) return `the line has not the ${columns.count} fields that \`#Fields:\` names`;
    return this.#entry(columns, fields, tabs);
  }

  /** A directive is of the format and stands for no request. */
  #direct(line: string): null {
    if (SOFTWARE.test(line)) this.#milliseconds = true;
    if (line.startsWith(FIELDS)) this.#columns = columnsOf(line.slice(FIELDS.length).trim().split(/\s+/, MOST_FIELDS));
    return null;
  }

  #entry(columns: Columns, fields: readonly string[], tabs: boolean): LineReading {
    const value = (name: string): string => valueOf(fields[columns.at(name)], tabs);
    const ended = this.#times.read(`${value("date")}T${value("time")}Z`);
    const ip = this.#addresses.readPeer(value("c-ip"));
    const method = value("cs-method");
    const status = looseStatus(value("sc-status"));
    if (ended === null) return "no `date` and `time` like 2026-03-04 and 09:00:01";
    if (ip === null) return "no address in `c-ip`";
    if (!isMethod(method)) return "no HTTP method in `cs-method`";
    const query = value("cs-uri-query");
    const path = value("cs-uri-stem") || value("cs-uri") || "/";
    const host = value("x-host-header") || value("cs-host") || value("cs(host)");
    const asked = headersOf(columns.asked, fields, tabs);
    const request = loggedRequest(method, query === "" ? path : `${path}?${query}`, host, ip, asked);
    const latency = this.#took(value("time-taken"));
    const at = Math.max(0, ended - latency);
    // 0: the caller went away before there was an answer.
    if (status === null) return { request, at, response: null };
    const answered = headersOf(columns.answered, fields, tabs);
    return loggedRecord(request, at, status, looseCount(value("sc-bytes")), latency, answered);
  }

  /** Microseconds. Seconds have a point, unless the log is a Microsoft's. */
  #took(text: string): number {
    const number = looseNumber(text);
    if (number === null || number > 1e9) return 0;
    return Math.round(number * (this.#milliseconds && !text.includes(".") ? 1e3 : 1e6));
  }
}

function columnsOf(names: readonly string[]): Columns {
  const lower = names.map((name) => name.toLowerCase());
  const columns = new Map(lower.map((name, column) => [name, column]));
  const headers = (side: string): Columns["asked"] =>
    lower.flatMap((name, column) => {
      const [, whose, header] = HEADER.exec(name) ?? [];
      return whose === side && header !== undefined ? [[header, column] as const] : [];
    });
  return { count: names.length, at: (name) => columns.get(name) ?? -1, asked: headers("cs"), answered: headers("sc") };
}

function headersOf(
  named: Columns["asked"],
  fields: readonly string[],
  tabs: boolean,
): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const [header, column] of named) {
    const text = valueOf(fields[column], tabs);
    if (text !== "") values[header] = tabs ? text : text.replaceAll("+", " ");
  }
  return values;
}

/** Empty for `-`. */
function valueOf(field: string | undefined, escaped: boolean): string {
  if (field === undefined || field === "-") return "";
  return escaped && field.includes("%") ? withoutPercent(field) : field;
}

/** As it was before the log escaped it; as it stands where that is not UTF-8. */
function withoutPercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Whether a line says what stands in those behind it. */
export function namesFields(line: string): boolean {
  return line.startsWith(FIELDS);
}
