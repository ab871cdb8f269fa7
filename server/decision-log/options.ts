/** Options of the decision log, with their defaults. */
import { invalidOption, type ServerError } from "../server-error.ts";

/** Where decision log lines go. A function gets each line without its newline and must not block. */
export type LogSink = "off" | "stdout" | { readonly file: string } | ((line: string) => void);

/** Where decisions are logged, and what of them. */
export interface LogOptions {
  /** Default `off`. */
  readonly sink?: LogSink;
  /** Which decisions are logged: every one, or those that delay or refuse. Default `all`. */
  readonly decisions?: "all" | "refusals";
  /** Of so many requests that are simply allowed, one is logged; all others are. Every line says then how many it stands for. Default 1. */
  readonly allowsOneIn?: number;
  /** Names of request headers whose values are logged. Credentials are refused here. Default none. */
  readonly headers?: readonly string[];
  /** What of a request is not written as it came. */
  readonly mask?: MaskOptions;
  /** Bytes that may wait for a slow sink; lines past that are dropped and counted. Default 1 MiB. */
  readonly queueBytes?: number;
  /** When the file gives way to a new one. Default: never, as a program like logrotate sees to it. */
  readonly rotate?: RotateOptions;
}

/** What of a request is not written to the log as it came. */
export interface MaskOptions {
  /** Addresses: as they are, their network (/24, and /48 of IPv6), or a keyed hash. Default `off`. */
  readonly ip?: "off" | "network" | "hash";
  /** Segments of the path that no route writes out: as they are, their parameter's name, or a keyed hash. Default `off`. */
  readonly path?: "off" | "name" | "hash";
  /** Clients: as they are, or a keyed hash. Default `off`. */
  readonly client?: "off" | "hash";
  /** Secret of the hashes, of at least 16 characters: the same value has the same hash under it. Needed where something is hashed. */
  readonly key?: string;
}

/** When a log file gives way to a new one, and what becomes of the old ones. */
export interface RotateOptions {
  /** Bytes that a file may have. Default: any number. */
  readonly bytes?: number;
  /** Milliseconds that a file is written for. Default: for ever. */
  readonly ageMs?: number;
  /** Old files that are kept; the oldest goes. Default 10. */
  readonly keep?: number;
  /** Whether old files are compressed, in the background. Default false. */
  readonly gzip?: boolean;
}

/** Options with nothing left open. */
export interface LogConfig {
  readonly sink: LogSink;
  readonly decisions: "all" | "refusals";
  readonly allowsOneIn: number;
  readonly headers: readonly string[];
  readonly mask: Required<MaskOptions>;
  readonly queueBytes: number;
  readonly rotate: Rotation | null;
}

/** When to rotate; infinite where that is no reason. */
export type Rotation = Required<RotateOptions>;

type ReadCount = (option: string, value: number | undefined, otherwise: number) => number;

const KEEP_MAX = 10_000;
const KEY_LENGTH_MIN = 16;
/** RFC 9110 §5.1, in lower case. */
const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

/**
 * The options with their defaults.
 *
 * @param secretHeaders - Lower-case names of headers that are never logged.
 * @throws {ServerError} `option_invalid`, naming the option.
 */
export function readLogOptions(log: LogOptions, secretHeaders: ReadonlySet<string>, readCount: ReadCount): LogConfig {
  const headers = (log.headers ?? []).map((name) => name.toLowerCase());
  const secret = headers.find((name) => secretHeaders.has(name));
  if (secret !== undefined) throw invalid("headers", `\`${secret}\` carries credentials and is never logged`);
  const unusable = headers.find((name) => !HEADER_NAME.test(name));
  if (unusable !== undefined) throw invalid("headers", `\`${unusable}\` is no name of a header`, "such as user-agent");
  return {
    sink: log.sink ?? "off",
    decisions: log.decisions ?? "all",
    allowsOneIn: readCount("log.allowsOneIn", log.allowsOneIn, 1),
    headers,
    mask: readMask(log.mask ?? {}),
    queueBytes: readCount("log.queueBytes", log.queueBytes, 1_048_576),
    rotate: readRotation(log, readCount),
  };
}

function readMask({ ip = "off", path = "off", client = "off", key = "" }: MaskOptions): Required<MaskOptions> {
  const hashed = [ip, path, client].includes("hash");
  if (hashed && key === "") {
    throw invalid("mask.key", "hashes need a secret", "in a file of options: key: { env: NAME } or { file: PATH }");
  }
  if (key !== "" && key.length < KEY_LENGTH_MIN) {
    throw invalid(
      "mask.key",
      `a secret has at least ${KEY_LENGTH_MIN} characters`,
      "such as from openssl rand -hex 32",
    );
  }
  return { ip, path, client, key };
}

function readRotation({ rotate, sink }: LogOptions, readCount: ReadCount): Rotation | null {
  if (rotate === undefined) return null;
  if (typeof sink !== "object") throw invalid("rotate", "only a file is rotated", "state log.sink as a file");
  if (rotate.bytes === undefined && rotate.ageMs === undefined) {
    throw invalid("rotate", "neither a size nor an age is stated", "state log.rotate.bytes, log.rotate.ageMs or both");
  }
  const keep = readCount("log.rotate.keep", rotate.keep, 10);
  if (keep > KEEP_MAX) throw invalid("rotate.keep", `${keep} is more than ${KEEP_MAX}`);
  return {
    bytes: readCount("log.rotate.bytes", rotate.bytes, Number.MAX_SAFE_INTEGER),
    ageMs: readCount("log.rotate.ageMs", rotate.ageMs, Number.MAX_SAFE_INTEGER),
    keep,
    gzip: rotate.gzip ?? false,
  };
}

function invalid(option: string, message: string, help = ""): ServerError {
  return invalidOption(`log.${option}`, message, help);
}
