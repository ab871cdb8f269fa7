/** The formats of logs, and which of them a log is in. */
import { CaddyLog } from "./caddy-log.ts";
import { CloudTrailLog, looksLikeCloudTrail } from "./cloudtrail-log.ts";
import { CombinedLog } from "./combined-log.ts";
import { withoutFrame } from "./container-line.ts";
import { DecisionLog, looksLikeDecision } from "./decision-log.ts";
import { ElbLog, looksLikeElb } from "./elb-log.ts";
import { EnvoyLog, looksLikeEnvoy } from "./envoy-log.ts";
import { isObject, type Members, parseObject } from "./json-line.ts";
import type { LineReader, LineReading } from "./line-reading.ts";
import { looksLikeNginx, NginxJsonLog } from "./nginx-json-log.ts";
import { isRecordError, parseRequestLine } from "./request-record.ts";
import { looksLikeTraefik, TraefikLog } from "./traefik-log.ts";
import { namesFields, W3cLog } from "./w3c-log.ts";

/** Formats that are read without a mapping. */
export const LOG_FORMATS = [
  "combined",
  "nginx-json",
  "caddy",
  "traefik",
  "envoy-json",
  "elb",
  "w3c",
  "cloudtrail",
  "decisions",
  "ndjson",
] as const;
/** One of {@link LOG_FORMATS}. */
export type LogFormat = (typeof LOG_FORMATS)[number];

/**
 * A reader of one log in a format, whose lines may stand in the frame of a container's log.
 *
 * @param clients - Ids of the policy's inventory: a line that names another one is not read.
 */
export function lineReader(format: LogFormat, clients: ReadonlySet<string>): LineReader {
  return new Unframed(plainReader(format, clients));
}

function plainReader(format: LogFormat, clients: ReadonlySet<string>): LineReader {
  switch (format) {
    case "combined":
      return new CombinedLog();
    case "nginx-json":
      return new NginxJsonLog();
    case "caddy":
      return new CaddyLog();
    case "traefik":
      return new TraefikLog();
    case "envoy-json":
      return new EnvoyLog();
    case "elb":
      return new ElbLog();
    case "w3c":
      return new W3cLog();
    case "cloudtrail":
      return new CloudTrailLog();
    case "decisions":
      return new DecisionLog(clients);
    case "ndjson":
      return { read: (line) => readRequest(line, clients) };
  }
}

function readRequest(line: string, clients: ReadonlySet<string>): LineReading {
  const record = parseRequestLine(line, clients);
  if (!isRecordError(record)) return record;
  return record.field === null ? record.error : `${record.field}: ${record.error}`;
}

/** Reads what stands within the frames of a container's log. */
export class Unframed implements LineReader {
  readonly #inner: LineReader;

  constructor(inner: LineReader) {
    this.#inner = inner;
  }

  read(line: string): LineReading {
    const text = withoutFrame(line);
    return text === null ? "the container's log holds a part of this line alone" : this.#inner.read(text);
  }
}

/** The format that a line is in; null where it is in none, or might be in several. */
export function formatOf(line: string): LogFormat | null {
  const text = withoutFrame(line);
  if (text === null) return null;
  if (!text.trimStart().startsWith("{")) return formatOfText(text);
  const members = parseObject(text);
  return typeof members === "string" ? null : formatOfObject(members);
}

function formatOfText(text: string): LogFormat | null {
  if (namesFields(text)) return "w3c";
  if (looksLikeElb(text)) return "elb";
  return typeof new CombinedLog().entry(text) === "string" ? null : "combined";
}

function formatOfObject(members: Members): LogFormat | null {
  if (looksLikeCloudTrail(members)) return "cloudtrail";
  const { request } = members;
  if (isObject(request) && "uri" in request && "ts" in members) return "caddy";
  if (looksLikeTraefik(members)) return "traefik";
  if (looksLikeDecision(members)) return "decisions";
  if (looksLikeEnvoy(members)) return "envoy-json";
  if (looksLikeNginx(members)) return "nginx-json";
  return "method" in members && "path" in members && "ip" in members ? "ndjson" : null;
}
