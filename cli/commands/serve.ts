/** `edgepolicy serve`: the enforcement point, until a signal stops it. */
import { type LoadResult, loadPolicy, nodeFiles, rememberClients } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import type {
  FileOptions,
  LoadPolicy,
  LogOptions,
  LogSink,
  ReportFormat,
  RunningServer,
  ServerOptions,
} from "../../server/index.ts";
import {
  addressText,
  checkOptions,
  mergeOptions,
  MOST_WORKERS,
  printOptions,
  readConfigFile,
  reportTo,
  secretOf,
  ServerError,
  startServer,
} from "../../server/index.ts";
import { callerOptions, readCallers, requireVia } from "../callers.ts";
import type { Command } from "../command.ts";
import { wasHungUp } from "../early-signals.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { refuseOverwriting } from "../own-files.ts";
import { loadRunnable, printDiagnostics } from "../policy-file.ts";
import { CliProblem, EXIT } from "../problem.ts";

export const serve: Command = {
  usage: "[FILE] [--config F] [--listen HOST:PORT] [--upstream URL] [--admin HOST:PORT|off] [OPTION…]",
  about: `Enforces a policy: in front of --upstream as a reverse proxy, and for other proxies and programs that ask, at /authz/*.
Changes of the policy's files take effect without a lost request; SIGHUP reloads, SIGTERM and SIGINT stop gracefully.

Secrets are read from the environment. EDGEPOLICY_ADMIN_TOKEN is the admin listener's bearer token, EDGEPOLICY_ADMIN_READ_TOKEN one that
only reads, and EDGEPOLICY_PEPPER (ID=SECRET,…) the secrets of hashed keys; each may be in a file that NAME_FILE names.
EDGEPOLICY_CHALLENGE_SECRET seals challenges and passes (several are separated by commas; the first seals).`,
  options: [
    {
      name: "config",
      value: "F",
      help: "a YAML file of these options and of more; the command line takes precedence",
    },
    {
      name: "listen",
      value: "HOST:PORT",
      help: "where requests come in (default 127.0.0.1:8080; port 0: any free one)",
    },
    {
      name: "upstream",
      value: "URL",
      help: "the protected service, such as http://127.0.0.1:3000 (default: /authz/* only)",
    },
    {
      name: "admin",
      value: "HOST:PORT|off",
      help: "the admin interface, with /healthz, /readyz and /metrics (default 127.0.0.1:8081)",
    },
    { name: "haproxy", value: "HOST:PORT", help: "where HAProxy asks, by its SPOE filter (default: nowhere)" },
    {
      name: "peer",
      value: "NETWORK",
      many: true,
      help: "who may call /authz/*; may be repeated (default: this machine)",
    },
    {
      name: "xfcc-by",
      value: "URI",
      many: true,
      help: "the `By` of the element of X-Forwarded-Client-Cert that counts; may be repeated (default: the last element)",
    },
    { name: "log", value: "FILE|stdout|off", help: "where decisions are logged, one JSON object a line (default off)" },
    {
      name: "log-decisions",
      value: "all|refusals",
      choices: ["all", "refusals"],
      help: "which decisions are logged (default all)",
    },
    { name: "log-header", value: "NAME", many: true, help: "a request header to log; may be repeated (default none)" },
    {
      name: "tracing",
      value: "pass|start",
      choices: ["pass", "start"],
      help: "whether a forwarded request without a W3C trace context begins a trace (default pass)",
    },
    {
      name: "rate-limit-fields",
      value: "refusals|all",
      choices: ["refusals", "all"],
      help: "which answers carry RateLimit fields (default refusals)",
    },
    {
      name: "pow-bits",
      value: "N",
      help: "zero bits that an answer to `challenge pow` needs; each doubles the work (default 18)",
    },
    {
      name: "state",
      value: "FILE",
      help: "keep limits, signals and bans in this file over restarts (default: they start fresh)",
    },
    {
      name: "data",
      value: "DIR",
      help: "keep overlays, containment and the audit log in this folder over restarts (default: in memory)",
    },
    {
      name: "workers",
      value: "N|auto",
      help: `threads that decide, sharing all state; auto: one a core (default 1, at most ${MOST_WORKERS})`,
    },
    ...callerOptions("refuses"),
    {
      name: "outcomes-from",
      value: "FILE",
      many: true,
      help: "an access log of a caller, followed for what the service answered; may be repeated",
    },
    {
      name: "public-origin",
      value: "URL",
      many: true,
      help: "where callers reach this server, as DPoP proofs name it; may be repeated (default: the request's host)",
    },
    { name: "dpop-nonce", value: null, help: "accept only DPoP proofs with a nonce of this server" },
    { name: "print-config", value: null, help: "print the options as a file for --config, and end" },
    { name: "keep-credentials", value: null, help: "forward headers that carry credentials too" },
    {
      name: "no-watch",
      value: null,
      help: "reload only when asked (SIGHUP, POST /v1/reload), not when a file changes",
    },
    {
      name: "report-format",
      value: "text|json",
      choices: ["text", "json"],
      help: "how the server reports on standard error: sentences, or one JSON object a line (default text)",
    },
    formatOption(),
  ],
  examples: [
    "serve orders.edgepolicy --upstream http://127.0.0.1:3000",
    "serve orders.edgepolicy --state /var/lib/edgepolicy/orders.state --data /var/lib/edgepolicy",
    "serve --config /etc/edgepolicy/serve.yaml",
    "serve orders.edgepolicy --via nginx --shows outcomes",
    "serve orders.edgepolicy --workers 4 --state /var/lib/edgepolicy/orders.state",
    "serve orders.edgepolicy --listen 0.0.0.0:8080 --peer 10.0.0.0/8 --log decisions.ndjson",
  ],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const options = readOptions(args, io);
  if (args.has("print-config")) {
    told(() => checkOptions(options));
    await io.stdout(printOptions(options, args.json()));
    return EXIT.fine;
  }
  const loader = loaderOf(options.policy, io);
  const report = reportTo((text) => io.stderr(text), options.reportFormat ?? "text");
  const running = await start({ ...options, signals: io.stop === undefined, report }, loader, io);
  // One that came while it started: the policy may have been read before.
  if (wasHungUp()) running.reload();
  const started = args.json() ? `${JSON.stringify(startedJson(running))}\n` : startedText(running, options);
  if (recognisesNobody(running.policy)) report(NOBODY, "identity.none");
  // The decision log may own standard output; then it is not ours to write to.
  if (options.log?.sink === "stdout") report(started.trimEnd(), "server.started");
  else await io.stdout(started);
  io.stop?.addEventListener("abort", () => void running.stop(), { once: true });
  if (io.stop?.aborted === true) await running.stop();
  await running.stopped;
  // Where the worker that stood still has connections open the process is aborted now, whatever the status.
  return running.gaveUp ? EXIT.no : EXIT.fine;
}

const NOBODY =
  "no client of the inventory is recognised by what it sends, since the policy declares no `identity` source: only programs that ask at /authz/json or /authz/stream can state who calls";

function recognisesNobody({ clients, identity }: Policy): boolean {
  return clients.length > 0 && identity.length === 0;
}

/** Loads the policy, gives what it loaded the first time, and from then on reads its file anew. */
function loaderOf(file: string, io: CliIo): LoadPolicy {
  const readClients = rememberClients();
  let loaded: LoadResult | null = loadRunnable(file, io, { readClients });
  return () => {
    const result = loaded ?? loadPolicy(file, nodeFiles, { readClients });
    loaded = null;
    return result;
  };
}

async function start(options: ServerOptions, load: LoadPolicy, io: CliIo): Promise<RunningServer> {
  try {
    return await startServer(options, { loadPolicy: load });
  } catch (problem) {
    if (!(problem instanceof ServerError)) throw problem;
    if (problem.load !== null) printDiagnostics(problem.load.diagnostics, problem.load.sources, io);
    throw new CliProblem(problem.message, remedy(problem), problem.code === "policy_invalid" ? EXIT.no : EXIT.cannot);
  }
}

/** What to do, in terms of the command line. */
function remedy({ code, help }: ServerError): string {
  if (code === "address_in_use")
    return "stop what listens there, or choose another port with --listen or --admin (0: any free one)";
  return help === "" ? "edgepolicy serve --help shows the options" : help;
}

/** The file's options, under those of the environment, under those of the command line. */
function readOptions(args: Arguments, io: CliIo): ServerOptions {
  const config = args.text("config");
  const { policy, ...options } = told(() => {
    const file = config === null ? {} : readConfigFile(config, io.env);
    return mergeOptions(mergeOptions(file, ofEnvironment(io)), ofCommandLine(args));
  });
  if (args.has("shows")) {
    requireVia(
      options.callers ?? {},
      "name them with --via, such as --via nginx, or `callers.via` in the file of --config",
    );
  }
  keepOptions(config, options);
  if (policy !== undefined) return { policy, ...options };
  throw new CliProblem("FILE is missing", "name the policy, or state `policy` in the file of --config");
}

/** The server knows the files of its policy, but not the one that its options came from. */
function keepOptions(config: string | null, { state, log }: FileOptions): void {
  const read = config === null ? [] : [config];
  if (state !== undefined) refuseOverwriting("--state", state, read);
  if (typeof log?.sink === "object") refuseOverwriting("--log", log.sink.file, read);
}

/** Runs what may find something wrong with the options, and has it told as a problem of the command line. */
function told<T>(run: () => T): T {
  try {
    return run();
  } catch (problem) {
    if (problem instanceof ServerError) throw new CliProblem(problem.message, problem.help);
    throw problem;
  }
}

function ofEnvironment({ env }: CliIo): FileOptions {
  const adminToken = secretOf(env, "EDGEPOLICY_ADMIN_TOKEN");
  const adminReadToken = secretOf(env, "EDGEPOLICY_ADMIN_READ_TOKEN");
  return {
    ...(adminToken === null ? {} : { adminToken }),
    ...(adminReadToken === null ? {} : { adminReadToken }),
  };
}

function ofCommandLine(args: Arguments): FileOptions {
  const [policy] = args.atMost("FILE");
  const fields = args.text("rate-limit-fields");
  const tracing = args.text("tracing");
  const reports = args.text("report-format");
  const bits = args.integer("pow-bits", 1, 32);
  const by = args.texts("xfcc-by");
  return {
    ...(policy === undefined ? {} : { policy }),
    ...textOptions(args, ["listen", "admin", "haproxy", "upstream", "state", "data"]),
    ...listOption(args, "peer", "adapterPeers"),
    ...listOption(args, "outcomes-from", "outcomesFrom"),
    ...(by.length === 0 ? {} : { clientCertificates: { by } }),
    ...(bits === null ? {} : { challenges: { bits } }),
    ...callersOption(args),
    ...tokenOptions(args),
    ...workersOption(args),
    ...logOptions(args),
    ...(reports === null ? {} : { reportFormat: reports as ReportFormat }),
    ...(tracing === null ? {} : { tracing: tracing as "pass" | "start" }),
    ...(fields === null ? {} : { rateLimitFields: fields as "refusals" | "all" }),
    ...(args.has("keep-credentials") ? { stripCredentials: false } : {}),
    ...(args.has("no-watch") ? { watch: false } : {}),
  };
}

/** An option that is a list, by the flag that may be repeated for it. */
function listOption<K extends string>(args: Arguments, flag: string, name: K): Partial<Record<K, readonly string[]>> {
  const given = args.texts(flag);
  return given.length === 0 ? {} : ({ [name]: given } as Partial<Record<K, readonly string[]>>);
}

function callersOption(args: Arguments): Pick<FileOptions, "callers"> {
  return args.has("via") || args.has("shows") ? { callers: readCallers(args) } : {};
}

function tokenOptions(args: Arguments): Pick<FileOptions, "tokens"> {
  const publicOrigins = args.texts("public-origin");
  const tokens = {
    ...(publicOrigins.length === 0 ? {} : { publicOrigins }),
    ...(args.has("dpop-nonce") ? { dpopNonce: true } : {}),
  };
  return Object.keys(tokens).length === 0 ? {} : { tokens };
}

function workersOption(args: Arguments): Pick<FileOptions, "workers"> {
  if (!args.has("workers")) return {};
  return { workers: args.text("workers") === "auto" ? "auto" : (args.integer("workers", 1, MOST_WORKERS) ?? 1) };
}

/** Options whose flags have their names. */
function textOptions<K extends string>(args: Arguments, names: readonly K[]): Partial<Record<K, string>> {
  const given = names.flatMap((name) => {
    const text = args.text(name);
    return text === null ? [] : [[name, text] as const];
  });
  return Object.fromEntries(given) as Partial<Record<K, string>>;
}

function logOptions(args: Arguments): { readonly log?: LogOptions } {
  const [sink, decisions, headers] = [args.text("log"), args.text("log-decisions"), args.texts("log-header")];
  const log = {
    ...(sink === null ? {} : { sink: readSink(sink) }),
    ...(decisions === null ? {} : { decisions: decisions as "all" | "refusals" }),
    ...(headers.length === 0 ? {} : { headers }),
  };
  return Object.keys(log).length === 0 ? {} : { log };
}

function readSink(text: string): LogSink {
  return text === "off" || text === "stdout" ? text : { file: text };
}

function startedJson({ url, adminUrl, haproxy, transport, policy, workers }: RunningServer): object {
  return { url, adminUrl, haproxy, policy: { name: policy.name, version: policy.version }, transport, workers };
}

function startedText({ url, adminUrl, haproxy, policy, workers }: RunningServer, { upstream }: ServerOptions): string {
  const by = workers === 1 ? "" : ` by ${workers} workers`;
  const lines = [
    `policy "${policy.name}" is enforced on ${url}${upstream === undefined ? "" : ` in front of ${upstream}`}${by}`,
    `  ${url}/authz/nginx  for nginx auth_request`,
    `  ${url}/authz/json   for any program`,
  ];
  if (haproxy !== null) lines.push(`  ${addressText(haproxy)}  for HAProxy's SPOE filter`);
  if (adminUrl !== null) lines.push(`  ${adminUrl}/metrics      counters; /healthz and /readyz beside it`);
  return `${lines.join("\n")}\n`;
}
