/** Options of the server with their defaults, checked before anything is opened. */
import { CALLERS, type Callers, SHOWABLE } from "../dsl/index.ts";
import { Networks } from "../engine/index.ts";
import { networkProblem } from "../traffic/index.ts";
import { type AdminOptions, type AdminToken, readTokens } from "./admin/options.ts";
import type { AuditOptions } from "./audit-log/options.ts";
import { CHALLENGE_HEADERS } from "./challenge/headers.ts";
import { type LogConfig, type LogOptions, readLogOptions } from "./decision-log/options.ts";
import { type ChallengeConfig, type ChallengeOptions, readChallengeOptions } from "./challenge/options.ts";
import { type BanGuardOptions, readBanGuard } from "./containment/options.ts";
import type { ClientCertificateOptions } from "./identity/client-certificate/options.ts";
import { readClientCertificateOptions } from "./identity/client-certificate/options.ts";
import { readPeppers } from "./identity/peppers.ts";
import type { SignedRequestOptions } from "./identity/signed-request-options.ts";
import { readSignedRequestOptions } from "./identity/signed-request-options.ts";
import { readOutcomesFrom } from "./outcomes/options.ts";
import { readTokenOptions, type TokenOptions } from "./identity/token-options.ts";
import { type ListenerConfig, readListeners } from "./listener-options.ts";
import type { StreamOptions } from "./stream/options.ts";
import { readStreamOptions } from "./stream/options.ts";
import { invalidOption } from "./server-error.ts";
import { readWorkers } from "./workers/options.ts";
import { type Report, type ReportFormat, reportTo } from "./report.ts";

/** What `startServer` is told. */
export interface ServerOptions extends AdminOptions {
  /** Path of the policy file. */
  readonly policy: string;
  /** `HOST:PORT` of the data listener; port 0 lets the system choose. Default `127.0.0.1:8080`. */
  readonly listen?: string;
  /** `HOST:PORT` of the admin listener, or `off`. Default `127.0.0.1:8081`. */
  readonly admin?: string;
  /** `HOST:PORT` where HAProxy asks (Stream Processing Offload Protocol). Default: nowhere. */
  readonly haproxy?: string;
  /** `http://HOST:PORT` or `https://…` of the protected service; left out, only `/authz/*` is served. */
  readonly upstream?: string;
  /** Networks of the proxies and programs that may call `/authz/*`. Default `127.0.0.0/8` and `::1/128`. */
  readonly adapterPeers?: readonly string[];
  /**
   * Who asks, and what they have been made to show: a policy that relies on more is refused, at start and at a reload, and the doors of other
   * callers are closed (`/authz/json` and `/authz/outcome` stay). Default: all are open, and nobody is held to anything.
   */
  readonly callers?: Callers;
  /** Access logs of callers, in which outcomes are found by the decision's id. Default: none. */
  readonly outcomesFrom?: readonly string[];
  /** Secrets of `hmac-sha256:<id>:…` key hashes, by id. Default: what `EDGEPOLICY_PEPPER` or the file `EDGEPOLICY_PEPPER_FILE` says (`ID=SECRET,…`). */
  readonly peppers?: Readonly<Record<string, string>>;
  /** Access tokens. */
  readonly tokens?: TokenOptions;
  readonly signedRequests?: SignedRequestOptions;
  readonly clientCertificates?: ClientCertificateOptions;
  readonly log?: LogOptions;
  /** What challenges are sealed with, how hard they are, and how long passes are good for. */
  readonly challenges?: ChallengeOptions;
  /** File that state is kept in over restarts: read at start, written while requests are decided. Default: none. */
  readonly state?: string;
  /** Milliseconds between two writings of state up to 16 MB; of larger state in proportion. Default 1,000. */
  readonly stateIntervalMs?: number;
  /** Folder that overlays, containment, revocations and the audit log are kept in over restarts. Default: none, in memory. */
  readonly data?: string;
  readonly audit?: AuditOptions;
  readonly banGuard?: BanGuardOptions;
  /** Reload when a file of the policy changes. Default true. */
  readonly watch?: boolean;
  /** SIGHUP reloads, SIGTERM and SIGINT stop. Default false: a program that embeds the server has its own. */
  readonly signals?: boolean;
  /** RateLimit fields on answers that are let through too, not on refusals alone. Default false. */
  readonly rateLimitFields?: "refusals" | "all";
  /** Whether headers that carry credentials are taken off before a request is forwarded. Default true. */
  readonly stripCredentials?: boolean;
  /**
   * Trace context (W3C) of forwarded requests: a valid one is passed on in both; with `start` a request that has none begins a trace.
   * Default `pass`.
   */
  readonly tracing?: "pass" | "start";
  /** Requests held by `slow` at once; one more is throttled instead. Default 1,024. */
  readonly heldMax?: number;
  /** Requests forwarded or waiting for the upstream at once; one more is answered 503. Default 4,096. */
  readonly forwardedMax?: number;
  /** Connections to the upstream. Default 128. */
  readonly upstreamConnections?: number;
  /** Milliseconds to connect to the upstream. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds from a request forwarded to the head of its answer. Default 30,000. */
  readonly upstreamTimeoutMs?: number;
  /** Milliseconds that an answer may wait for its caller, or HAProxy, to take any of it; then the connection is cut. Default 10,000. */
  readonly sendTimeoutMs?: number;
  /**
   * Bytes that a request's line and headers may have together, from 1,024 to 1,048,576; more is answered 431 and the connection closed. The
   * same for all servers of a process. Default 16,384.
   */
  readonly headBytesMax?: number;
  /** Largest body forwarded, in bytes. Default 64 MiB. */
  readonly bodyBytesMax?: number;
  /** Milliseconds that a body may take where its fields are read before deciding. Default 10,000. */
  readonly bodyTimeoutMs?: number;
  /** Largest body of `/authz/json` and `/authz/outcome`, in bytes. Default 1 MiB. */
  readonly recordBytesMax?: number;
  /** Decisions whose outcome can still be reported, through `/authz/outcome`. Default 65,536. */
  readonly outcomesMax?: number;
  /** Bounds of the stream at `/authz/stream`. */
  readonly stream?: StreamOptions;
  /** Milliseconds that `stop` waits for requests in flight. Default 10,000. */
  readonly stopTimeoutMs?: number;
  /** Threads that decide, from 1 to 29, or `auto` for one a core: `workers/options.ts`. Default 1. */
  readonly workers?: number | "auto";
  /** Milliseconds that a worker may stand still before the server stops: `workers/options.ts`. Default: never. */
  readonly stuckExitMs?: number;
  /** Told what happens: reloads, refused policies, faults. Default: standard error, one line each. */
  readonly report?: Report;
  /** Whether standard error gets sentences or JSON. Default `text`. */
  readonly reportFormat?: ReportFormat;
  /** Now, in integer microseconds since the Unix epoch. Default: this machine's clock. */
  readonly clock?: () => number;
}

/** Options with nothing left open. */
export interface Config extends ListenerConfig {
  readonly policy: string;
  /** Bearer tokens of the admin listener; none where it asks for none. */
  readonly adminTokens: readonly AdminToken[];
  readonly recentDecisions: number;
  readonly upstream: URL | null;
  readonly adapterPeers: Networks;
  readonly callers: Required<Callers>;
  readonly outcomesFrom: readonly string[];
  readonly peppers: ReadonlyMap<string, string>;
  readonly tokens: Required<TokenOptions>;
  readonly signedRequests: Required<SignedRequestOptions>;
  readonly clientCertificates: Required<ClientCertificateOptions>;
  readonly log: LogConfig;
  readonly challenges: ChallengeConfig;
  readonly state: string | null;
  readonly stateIntervalMs: number;
  readonly data: string | null;
  /** Of the file that signs checkpoints; null for the one in `data`. */
  readonly audit: Required<Omit<AuditOptions, "key">> & { readonly key: string | null };
  readonly banGuard: Required<BanGuardOptions>;
  readonly watch: boolean;
  readonly signals: boolean;
  readonly rateLimitFields: "refusals" | "all";
  readonly stripCredentials: boolean;
  readonly tracing: "pass" | "start";
  readonly heldMax: number;
  readonly forwardedMax: number;
  readonly upstreamConnections: number;
  readonly connectTimeoutMs: number;
  readonly upstreamTimeoutMs: number;
  readonly sendTimeoutMs: number;
  /** Null for what holds in this process already, or the default. */
  readonly headBytesMax: number | null;
  readonly bodyBytesMax: number;
  readonly bodyTimeoutMs: number;
  readonly recordBytesMax: number;
  readonly outcomesMax: number;
  readonly stream: Required<StreamOptions>;
  readonly stopTimeoutMs: number;
  readonly workers: number;
  /** Null where the server goes on. */
  readonly stuckExitMs: number | null;
  readonly report: Report;
  /** Null for this machine's clock. */
  readonly clock: (() => number) | null;
}

const DEFAULT_PEERS = ["127.0.0.0/8", "::1/128"] as const;
/** Bytes of a body that are read for its JSON fields. */
export const BODY_FIELDS_BYTES = 65_536;
/** Headers that are never logged, whatever the options say. */
export const CREDENTIAL_HEADERS: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "set-cookie",
  "x-api-key",
  "dpop",
  ...CHALLENGE_HEADERS,
]);

/**
 * Whether a server could start with these options, as far as they alone tell.
 *
 * @throws {ServerError} `option_invalid`, naming the option.
 */
export function checkOptions(options: ServerOptions): void {
  readConfig(options);
}

/** @throws {ServerError} `option_invalid`, naming the option. */
export function readConfig(options: ServerOptions): Config {
  const adminTokens = readTokens(options);
  return {
    policy: options.policy,
    ...readListeners(options, adminTokens),
    adminTokens,
    recentDecisions: readCount("recentDecisions", options.recentDecisions, 1_000),
    upstream: options.upstream === undefined ? null : readUpstream(options.upstream),
    adapterPeers: readNetworks("adapterPeers", options.adapterPeers ?? DEFAULT_PEERS),
    callers: readCallers(options),
    outcomesFrom: readOutcomesFrom(options.outcomesFrom),
    peppers: readPeppers(options.peppers),
    tokens: readTokenOptions(options.tokens),
    signedRequests: readSignedRequestOptions(options.signedRequests),
    clientCertificates: readClientCertificateOptions(options.clientCertificates),
    log: readLogOptions(options.log ?? {}, CREDENTIAL_HEADERS, readCount),
    challenges: readChallengeOptions(options.challenges),
    state: options.state ?? null,
    stateIntervalMs: readCount("stateIntervalMs", options.stateIntervalMs, 1_000),
    data: options.data ?? null,
    audit: {
      key: options.audit?.key ?? null,
      checkpointEvery: readCount("audit.checkpointEvery", options.audit?.checkpointEvery, 100),
      entriesMax: readCount("audit.entriesMax", options.audit?.entriesMax, 1_000_000),
    },
    banGuard: readBanGuard(options.banGuard),
    watch: options.watch ?? true,
    signals: options.signals ?? false,
    rateLimitFields: options.rateLimitFields ?? "refusals",
    stripCredentials: options.stripCredentials ?? true,
    tracing: options.tracing ?? "pass",
    heldMax: readCount("heldMax", options.heldMax, 1_024),
    forwardedMax: readCount("forwardedMax", options.forwardedMax, 4_096),
    upstreamConnections: readCount("upstreamConnections", options.upstreamConnections, 128),
    connectTimeoutMs: readCount("connectTimeoutMs", options.connectTimeoutMs, 3_000),
    upstreamTimeoutMs: readCount("upstreamTimeoutMs", options.upstreamTimeoutMs, 30_000),
    sendTimeoutMs: readCount("sendTimeoutMs", options.sendTimeoutMs, 10_000),
    headBytesMax: readHeadBytes(options.headBytesMax),
    bodyBytesMax: readCount("bodyBytesMax", options.bodyBytesMax, 64 * 1_048_576),
    bodyTimeoutMs: readCount("bodyTimeoutMs", options.bodyTimeoutMs, 10_000),
    recordBytesMax: readCount("recordBytesMax", options.recordBytesMax, 1_048_576),
    outcomesMax: readCount("outcomesMax", options.outcomesMax, 65_536),
    stream: readStreamOptions(options.stream ?? {}, readCount),
    stopTimeoutMs: readCount("stopTimeoutMs", options.stopTimeoutMs, 10_000),
    workers: readWorkers(options),
    stuckExitMs: options.stuckExitMs === undefined ? null : readCount("stuckExitMs", options.stuckExitMs, 1),
    report: options.report ?? reportTo((text) => void process.stderr.write(text), options.reportFormat ?? "text"),
    clock: options.clock ?? null,
  };
}

/** Whose outcomes are read from their logs shows them. */
function readCallers({ callers = {}, outcomesFrom = [] }: ServerOptions): Required<Callers> {
  const { via = [], shows = [] } = callers;
  const stranger = via.find((name) => !CALLERS.includes(name));
  if (stranger !== undefined) throw invalidOption("callers.via", `\`${stranger}\` is not one of ${CALLERS.join(", ")}`);
  const unshown = shows.find((name) => !SHOWABLE.includes(name));
  if (unshown !== undefined)
    throw invalidOption("callers.shows", `\`${unshown}\` is not one of ${SHOWABLE.join(", ")}`);
  return { via, shows: outcomesFrom.length === 0 ? shows : [...shows, "outcomes"] };
}

function readUpstream(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain = url !== null && url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "";
  if (url !== null && plain && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw invalidOption("upstream", `\`${text}\` is not an origin`, "such as http://127.0.0.1:3000, without a path");
}

/** Networks in CIDR notation, or bare addresses, as something to look addresses up in. */
export function readNetworks(option: string, networks: readonly string[]): Networks {
  for (const network of networks) {
    const problem = networkProblem(network);
    if (problem !== null) throw invalidOption(option, `an entry ${problem}`);
  }
  return new Networks(networks);
}

/** Less would not hold what browsers send; more, of each connection, would be memory that anybody can take. */
export const HEAD_BYTES: { readonly least: number; readonly most: number } = { least: 1_024, most: 1_048_576 };

function readHeadBytes(value: number | undefined): number | null {
  if (value === undefined) return null;
  const { least, most } = HEAD_BYTES;
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
  throw invalidOption("headBytesMax", `${value} is not a whole number from ${least} to ${most}`);
}

function readCount(option: string, value: number | undefined, otherwise: number): number {
  if (value === undefined) return otherwise;
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw invalidOption(option, `${value} is not a positive whole number`);
}
