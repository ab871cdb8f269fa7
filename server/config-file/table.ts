/** Every option of the server that a file can state, in the order of the documentation. An option added to `ServerOptions` needs a line. */
import { HEAD_BYTES, type ServerOptions } from "../config.ts";
import type { LogOptions, MaskOptions, RotateOptions } from "../decision-log/options.ts";
import type { AdminToken } from "../admin/options.ts";
import type { AuditOptions } from "../audit-log/options.ts";
import type { ChallengeOptions } from "../challenge/options.ts";
import type { BanGuardOptions } from "../containment/options.ts";
import { CALLERS, type Callers, SHOWABLE } from "../../dsl/index.ts";
import type { ClientCertificateOptions } from "../identity/client-certificate/options.ts";
import type { SignedRequestOptions } from "../identity/signed-request-options.ts";
import type { TokenOptions } from "../identity/token-options.ts";
import type { StreamOptions } from "../stream/options.ts";
import {
  count,
  countFrom,
  countOrWord,
  type Fields,
  flag,
  number,
  path,
  paths,
  secret,
  secretList,
  secrets,
  section,
  sections,
  type Table,
  text,
  texts,
} from "./field.ts";

/** What only a program that embeds the server can state, or what the command decides. */
type NotInFiles = "signals" | "report" | "clock";

const LOG_MASK: Fields<MaskOptions> = {
  ip: text("Addresses: as they are, their /24 or /48, or a keyed hash. Default off.", ["off", "network", "hash"]),
  path: text(
    "Segments of the path that no route writes out: as they are, their parameter's name, or a keyed hash. Default off.",
    ["off", "name", "hash"],
  ),
  client: text("Clients: as they are, or a keyed hash. Default off.", ["off", "hash"]),
  key: secret("Secret of the hashes, of at least 16 characters. Needed where something is hashed."),
};

const LOG_ROTATE: Fields<RotateOptions> = {
  bytes: count("Bytes that a file may have. Default: any number."),
  ageMs: count("Milliseconds that a file is written for. Default: for ever."),
  keep: count("Old files that are kept; the oldest goes. Default 10."),
  gzip: flag("Whether old files are compressed, in the background. Default false."),
};

const LOG: Fields<LogOptions> = {
  sink: {
    kind: "word_or_section",
    about: "Where decisions are logged, one JSON object a line. Default off.",
    values: ["off", "stdout"],
    fields: { file: path("The file.") },
  },
  decisions: text("Which decisions are logged. Default all.", ["all", "refusals"]),
  allowsOneIn: count("Of so many requests that are simply allowed, one is logged; all others are. Default 1."),
  headers: texts("Request headers whose values are logged; never those that carry credentials. Default none."),
  queueBytes: count("Bytes that may wait for a slow sink; lines past that are dropped and counted. Default 1048576."),
  mask: section<MaskOptions>("What of a request is not written as it came.", LOG_MASK),
  rotate: section<RotateOptions>("When the file gives way to a new one. Default: never.", LOG_ROTATE),
};

const ADMIN_TOKEN: Fields<AdminToken> = {
  name: text("Whose it is: the author of what is changed with it."),
  role: text("Whether it reads, or also changes what is in force.", ["read", "operate"]),
  token: secret("The bearer token, of at least 16 characters."),
};

const AUDIT: Fields<AuditOptions> = {
  key: path(
    "Ed25519 private key in PEM that checkpoints are signed with. Default: one in `data`, made at the first start.",
  ),
  checkpointEvery: count("Entries from one checkpoint to the next. Default 100."),
  entriesMax: count("Entries that are kept; past that the oldest tenth goes. Default 1000000."),
};

const BAN_GUARD: Fields<BanGuardOptions> = {
  mode: text("Whether a rule that bans too many clients is put to shadow. Default on.", ["on", "off"]),
  percent: number("Most clients, of those seen in ten minutes, that a rule may ban. Default 5."),
  least: count("Clients that must have been seen for that. Default 50."),
  strangers: text("What is done where a rule bans as many networks of callers that are no clients. Default warn.", [
    "warn",
    "shadow",
    "off",
  ]),
  shadowMs: count("Milliseconds that such a rule stays in shadow. Default 86400000, a day."),
};

const TOKENS: Fields<TokenOptions> = {
  publicOrigins: texts("Where callers reach this server, as DPoP proofs name it. Default: the request's host."),
  clockSkewSeconds: number("Seconds that an issuer's clock may differ from ours, at most 300. Default 60."),
  requireId: flag("Whether a token without jti is refused. Default false."),
  rememberedMax: count("Verified tokens remembered at once. Default 10000."),
  keepKeys: flag("Whether fetched key sets are kept in `data` over restarts. Default true."),
  dpopNonce: flag("Whether DPoP proofs need a nonce of this server. Default false."),
  dpopProofsMax: count("DPoP proofs remembered so that none is taken twice. Default 262144."),
};

const SIGNED_REQUESTS: Fields<SignedRequestOptions> = {
  bodyBytesMax: count("Largest body, in bytes, that is read to verify who signed it. Default 1048576."),
  bodiesBytesMax: count("Bytes of such bodies at once. Default 67108864."),
  replaysMax: count("Signatures remembered so that none is taken twice. Default 262144."),
};

const CLIENT_CERTIFICATES: Fields<ClientCertificateOptions> = {
  by: texts(
    "The proxies that append to X-Forwarded-Client-Cert, as `By` names them. Default: the last element counts.",
  ),
};

const CHALLENGES: Fields<ChallengeOptions> = {
  secrets: secretList("Secrets that challenges and passes are sealed with; the first seals. Default: one at random."),
  bits: count("Zero bits that the hash of an answer to `challenge pow` begins with, 1 to 32. Default 18."),
  lifetimeMs: count("Milliseconds that a challenge can be answered in. Default 120000."),
  passMs: count("Milliseconds that a pass is good for. Default 300000."),
  answersMax: count(
    "Answers of each kind that are remembered as used; an eighth of them of one caller. Default 65536.",
  ),
};

const STREAM: Fields<StreamOptions> = {
  connectionsMax: count("Connections at once. Default 64."),
  requestsMax: count("Requests that one connection may have unanswered. Default 4096."),
  rowsMax: count("Requests, or outcomes, of one frame. Default 1024."),
  frameBytesMax: count("Bytes of one frame from a client. Default 1048576."),
  waitingBytesMax: count("Bytes of answers that may wait for a client that does not read. Default 4194304."),
  idleSeconds: count("Seconds without a sign of a client after which it is cut off, 8 to 960. Default 60."),
};

const CALLERS_FIELDS: Fields<Callers> = {
  via: texts(`Who asks: ${CALLERS.join(", ")}. Default: all doors are open, and nobody is held to anything.`),
  shows: texts("What they have been made to show besides: " + SHOWABLE.join(", ") + "."),
};

/** The options of a file by name. */
export const OPTIONS: Fields<Omit<ServerOptions, NotInFiles>> & Table = {
  policy: path("The policy file."),
  listen: text("HOST:PORT of the data listener. Default 127.0.0.1:8080."),
  admin: text("HOST:PORT of the admin listener, or off. Default 127.0.0.1:8081."),
  adminToken: secret("Bearer token of the admin listener that may change what is in force."),
  adminReadToken: secret("Bearer token of the admin listener that may read."),
  adminTokens: sections<AdminToken>("More bearer tokens, with names and roles.", ADMIN_TOKEN, [
    "name",
    "role",
    "token",
  ]),
  recentDecisions: count("Decisions that /v1/decisions remembers. Default 1000."),
  upstream: text("http://HOST:PORT or https://… of the protected service. Default: /authz/* only."),
  adapterPeers: texts("Networks of the proxies and programs that may call /authz/*. Default: this machine."),
  haproxy: text("HOST:PORT where HAProxy asks, by its SPOE filter. Default: nowhere."),
  callers: section<Callers>("Who asks, and what they show: a policy that relies on more is refused.", CALLERS_FIELDS),
  outcomesFrom: paths("Access logs of callers, followed for what the service answered. Default: none."),
  workers: countOrWord("Threads that decide, sharing all state; auto: one a core. Default 1.", ["auto"]),
  stuckExitMs: count("Milliseconds that a worker may stand still before the server stops. Default: never."),
  tokens: section<TokenOptions>("Access tokens.", TOKENS),
  signedRequests: section<SignedRequestOptions>("Signed requests.", SIGNED_REQUESTS),
  clientCertificates: section<ClientCertificateOptions>(
    "Client certificates that proxies convey.",
    CLIENT_CERTIFICATES,
  ),
  challenges: section<ChallengeOptions>("Challenges, and the passes that their answers earn.", CHALLENGES),
  stream: section<StreamOptions>("The stream at /authz/stream.", STREAM),
  peppers: secrets("Secrets of hmac-sha256:ID:… key hashes, by id."),
  log: section<LogOptions>("The decision log.", LOG),
  state: path("File that limits, signals and bans are kept in over restarts. Default: none."),
  stateIntervalMs: count("Milliseconds between two writings of state up to 16 MB. Default 1000."),
  data: path("Folder that overlays, containment, revocations and the audit log are kept in. Default: none, in memory."),
  audit: section<AuditOptions>("The audit log.", AUDIT),
  banGuard: section<BanGuardOptions>("What is done about rules that ban too many clients.", BAN_GUARD),
  reportFormat: text("Whether standard error gets sentences or JSON, one object a line. Default text.", [
    "text",
    "json",
  ]),
  watch: flag("Reload when a file of the policy changes. Default true."),
  rateLimitFields: text("Which answers carry RateLimit fields. Default refusals.", ["refusals", "all"]),
  stripCredentials: flag(
    "Whether headers that carry credentials are taken off before a request is forwarded. Default true.",
  ),
  tracing: text("Whether a forwarded request without a trace context (W3C) begins a trace. Default pass.", [
    "pass",
    "start",
  ]),
  heldMax: count("Requests held by slow at once. Default 1024."),
  forwardedMax: count("Requests forwarded or waiting for the upstream at once. Default 4096."),
  upstreamConnections: count("Connections to the upstream. Default 128."),
  connectTimeoutMs: count("Milliseconds to connect to the upstream. Default 3000."),
  upstreamTimeoutMs: count("Milliseconds from a request forwarded to the head of its answer. Default 30000."),
  sendTimeoutMs: count(
    "Milliseconds that an answer may wait for its caller, or HAProxy, to take any of it. Default 10000.",
  ),
  headBytesMax: countFrom(
    "Bytes that a request's line and headers may have together, 1024 to 1048576. Default 16384.",
    HEAD_BYTES,
  ),
  bodyBytesMax: count("Largest body forwarded, in bytes. Default 67108864."),
  bodyTimeoutMs: count("Milliseconds that a body may take where its fields are read. Default 10000."),
  recordBytesMax: count("Largest body of /authz/json and /authz/outcome, in bytes. Default 1048576."),
  outcomesMax: count("Decisions whose outcome can still be reported. Default 65536."),
  stopTimeoutMs: count("Milliseconds that a stop waits for requests in flight. Default 10000."),
};
