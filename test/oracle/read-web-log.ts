/** Access and error logs of nginx and Apache as request records. What CrowdSec's parsers find besides is stated as facts. */
import { type LogEntry, type RequestRecord, parseTimeText } from "../../traffic/index.ts";
import { CombinedLog } from "../../traffic/combined-log.ts";
import { recordOf, timeOf } from "./record.ts";

/** An event of a log: a request with its time, and what was answered. */
export function readAccessLine(line: string): RequestRecord {
  const log = new CombinedLog();
  const [entry, record] = [log.entry(line), log.read(line)];
  if (typeof entry === "string" || typeof record === "string") throw new Error(`no access-log line: ${line}`);
  const { request, at, response } = record;
  return { request: { ...request, facts: factsOf(entry, line) }, at, response };
}

/** The reader of access logs knows the versions of HTTP that there are; others stand in the line as they came. */
const REQUEST_LINE = /"(\S+) (\S+) (HTTP\/[\d.]+)" \d{3} /;

function factsOf({ method, protocol }: LogEntry, line: string): Readonly<Record<string, string>> {
  const written = REQUEST_LINE.exec(line)?.[3] ?? protocol;
  return { log: "access", protocol: written, verb: method };
}

const ERROR_LINE =
  /^(\d{4})\/(\d\d)\/(\d\d) (\S+) \[\w+\] \S+ \*\d+ (.*), client: (\S+), server: \S*, request: "(\S+) ([^" ]+)/;

/** A line of nginx's error log, in UTC: a password that was refused, or a request over a limit. */
export function readNginxErrorLine(line: string): RequestRecord {
  const [, year, month, day, time, message = "", ip, method, target = "/"] = ERROR_LINE.exec(line) ?? [];
  const limited = message.includes("limiting requests, excess");
  const refused = /was not found in|password mismatch/.test(message);
  const headers = { "www-authenticate": "Basic" };
  return recordOf({
    at: timeOf(parseTimeText(`${year}-${month}-${day}T${time}Z`), line),
    method,
    path: target.replace(/^https?:\/\/[^/]*/, ""),
    ip,
    facts: { log: "error", ...(limited ? { limiting: "REJECTED" } : {}) },
    response: refused ? { status: 401, headers } : undefined,
  });
}

/** A log of nginx in which both kinds of lines stand. */
export function readNginxLine(line: string): RequestRecord {
  return /^\d{4}\//.test(line) ? readNginxErrorLine(line) : readAccessLine(line);
}
