/** `edgepolicy serve`: the enforcement point, until a signal stops it. */
import { type LoadResult, loadPolicy, nodeFiles } from "../../dsl/index.ts";
import type { LoadPolicy, LogSink, RunningServer, ServerOptions } from "../../server/index.ts";
import { MOST_WORKERS, ServerError, startServer } from "../../server/index.ts";
import { callerOptions, readCallers } from "../callers.ts";
import type { Command } from "../command.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { loadRunnable, printDiagnostics } from "../policy-file.ts";
import { CliProblem, EXIT } from "../problem.ts";

export const serve: Command = {
  usage: "FILE [--listen HOST:PORT] [--upstream URL] [--admin HOST:PORT|off] [OPTION…]",
  about: `Enforces a policy: in front of --upstream as a reverse proxy, and for other proxies at /authz/nginx and /authz/json.
Changes of the policy's files are taken over without a lost request; SIGHUP reloads, SIGTERM and SIGINT stop gracefully.
EDGEPOLICY_ADMIN_TOKEN is the admin listener's bearer token, EDGEPOLICY_PEPPER (ID=SECRET,…) the secrets of hashed keys,
EDGEPOLICY_CHALLENGE_SECRET what challenges and passes are sealed with (several with commas, the first seals).`,
  options: [
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
    { name: "admin", value: "HOST:PORT|off", help: "where /healthz, /readyz, /metrics are (default 127.0.0.1:8081)" },
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
      name: "rate-limit-fields",
      value: "refusals|all",
      choices: ["refusals", "all"],
      help: "which answers carry RateLimit fields (default refusals)",
    },
    {
      name: "pow-bits",
      value: "N",
      help: "zero bits that an answer to `challenge pow` has to find; each doubles the work (default 18)",
    },
    {
      name: "state",
      value: "FILE",
      help: "keep limits, signals and bans in this file over restarts (default: they begin anew)",
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
    { name: "dpop-nonce", value: null, help: "accept DPoP proofs with a nonce of this server only" },
    { name: "keep-credentials", value: null, help: "forward headers that carry credentials too" },
    { name: "no-watch", value: null, help: "reload on SIGHUP only, not when a file changes" },
    formatOption(),
  ],
  planned: ["config"],
  examples: [
    "serve orders.edgepolicy --upstream http://127.0.0.1:3000",
    "serve orders.edgepolicy --state /var/lib/edgepolicy/orders.state",
    "serve orders.edgepolicy --via nginx --shows outcomes",
    "serve orders.edgepolicy --workers 4 --state /var/lib/edgepolicy/orders.state",
    "serve orders.edgepolicy --listen 0.0.0.0:8080 --peer 10.0.0.0/8 --log decisions.ndjson",
  ],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [file = ""] = args.exactly("FILE");
  const loader = loaderAfter(loadRunnable(file, io), file);
  const running = await start(readOptions(file, args, io), loader, io);
  const started = args.json() ? `${JSON.stringify(startedJson(running))}\n` : startedText(running, args);
  // The decision log may own standard output; then it is not ours to write to.
  if (args.text("log") === "stdout") io.stderr(started);
  else await io.stdout(started);
  io.stop?.addEventListener("abort", () => void running.stop(), { once: true });
  if (io.stop?.aborted === true) await running.stop();
  await running.stopped;
  return EXIT.fine;
}

/** Gives the policy that is loaded already, and from then on reads its file anew. */
function loaderAfter(first: LoadResult, file: string): LoadPolicy {
  let loaded: LoadResult | null = first;
  return () => {
    const result = loaded ?? loadPolicy(file, nodeFiles);
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

function readOptions(policy: string, args: Arguments, io: CliIo): ServerOptions {
  const text = (name: string): string | undefined => args.text(name) ?? undefined;
  const token = io.env["EDGEPOLICY_ADMIN_TOKEN"];
  const [listen, admin, upstream, state] = [text("listen"), text("admin"), text("upstream"), text("state")];
  const haproxy = text("haproxy");
  const [peers, by] = [args.texts("peer"), args.texts("xfcc-by")];
  const bits = args.integer("pow-bits", 1, 32);
  return {
    policy,
    ...(listen === undefined ? {} : { listen }),
    ...(admin === undefined ? {} : { admin }),
    ...(upstream === undefined ? {} : { upstream }),
    ...(haproxy === undefined ? {} : { haproxy }),
    ...(token === undefined || token === "" ? {} : { adminToken: token }),
    ...(peers.length === 0 ? {} : { adapterPeers: peers }),
    ...(by.length === 0 ? {} : { clientCertificates: { by } }),
    ...(bits === null ? {} : { challenges: { bits } }),
    log: {
      sink: readSink(args.text("log") ?? "off"),
      decisions: args.text("log-decisions") === "refusals" ? "refusals" : "all",
      headers: args.texts("log-header"),
    },
    ...(state === undefined ? {} : { state }),
    callers: readCallers(args),
    outcomesFrom: args.texts("outcomes-from"),
    tokens: { publicOrigins: args.texts("public-origin"), dpopNonce: args.has("dpop-nonce") },
    workers: args.text("workers") === "auto" ? "auto" : (args.integer("workers", 1, MOST_WORKERS) ?? 1),
    rateLimitFields: args.text("rate-limit-fields") === "all" ? "all" : "refusals",
    stripCredentials: !args.has("keep-credentials"),
    watch: !args.has("no-watch"),
    signals: io.stop === undefined,
    report: (line) => io.stderr(`${line}\n`),
  };
}

function readSink(text: string): LogSink {
  return text === "off" || text === "stdout" ? text : { file: text };
}

function startedJson({ url, adminUrl, haproxy, transport, policy, workers }: RunningServer): object {
  return { url, adminUrl, haproxy, policy: { name: policy.name, version: policy.version }, transport, workers };
}

function startedText({ url, adminUrl, haproxy, policy, workers }: RunningServer, args: Arguments): string {
  const upstream = args.text("upstream");
  const by = workers === 1 ? "" : ` by ${workers} workers`;
  const lines = [
    `policy "${policy.name}" is enforced on ${url}${upstream === null ? "" : ` in front of ${upstream}`}${by}`,
    `  ${url}/authz/nginx  for nginx auth_request`,
    `  ${url}/authz/json   for any program`,
  ];
  if (haproxy !== null) lines.push(`  ${haproxy.host}:${haproxy.port}  for HAProxy's SPOE filter`);
  if (adminUrl !== null) lines.push(`  ${adminUrl}/metrics      counters; /healthz and /readyz beside it`);
  return `${lines.join("\n")}\n`;
}
