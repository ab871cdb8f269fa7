/** `edgepolicy audit`: what is wrong with an inventory and what a policy makes of it, and which controls they implement. */
import {
  type Audit,
  auditPolicy,
  auditToJson,
  auditToSarif,
  type FindingSeverity,
  mapControls,
  onlyClients,
  renderAudit,
  renderControls,
  type SourceFile,
} from "../../dsl/index.ts";
import { closestName, parseTimeText } from "../../traffic/index.ts";
import type { Command } from "../command.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { loadAnalysis, printDiagnostics } from "../policy-file.ts";
import { CliProblem, EXIT } from "../problem.ts";
import { packageVersion } from "../version.ts";

export const audit: Command = {
  usage: `FILE [--fail-on error|warning|info|none] [--now TIME] [--client ID]… [--format text|json|sarif]
       edgepolicy audit verify FILE|DIR [--key F] [--earlier F] [--part]
       edgepolicy audit log FILE|DIR`,
  about: `Audits the policy's inventory and what the policy makes of it: findings with stable ids, who gets through where and within which
limits, unused grants, and which controls of OWASP, NIST CSF and SP 800-207 and -228 are implemented. Exits 1 if there is a finding of
severity error, or if the policy has errors; then the inventory alone is audited.

\`audit verify\` checks a server's audit log, in the folder of its --data or in a file of what /v1/audit gave: that no entry was
changed, removed or inserted, and that its checkpoints are signed. Exits 1 with the first wrong entry. \`audit log\` prints the log.`,
  options: [
    {
      name: "fail-on",
      value: "SEVERITY",
      choices: ["error", "warning", "info", "none"],
      help: "exit 1 at this severity or a worse one (default error)",
    },
    {
      name: "now",
      value: "TIME",
      help: "judge expiry, reviews and rotation as of then, such as 2027-01-31 (default: the clock)",
    },
    { name: "client", value: "ID", many: true, help: "report on this client alone; may be repeated" },
    {
      name: "key",
      value: "F",
      help: "verify: the public key that must have signed (default: audit.pub of the folder)",
    },
    { name: "earlier", value: "F", help: "verify: what was exported earlier must be the beginning of this log" },
    { name: "part", value: null, help: "verify: the log may begin after its first entry" },
    formatOption("text", ["sarif"]),
  ],
  examples: [
    "audit policies/orders.edgepolicy",
    "audit --client acme_sync --now 2027-01-31 policies/orders.edgepolicy",
    "audit verify /var/lib/edgepolicy --key audit.pub --earlier last-week.ndjson",
  ],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [action] = args.positionals;
  refuseOthers(action, args);
  // A policy of that name is `./verify`.
  if (action === "verify" || action === "log") {
    const [, path = ""] = args.exactly(`\`${action}\``, "the folder of --data, or a file of what /v1/audit gave,");
    const { runOnLog } = await import("./audit-log.ts");
    return runOnLog(action, path, args, io);
  }
  const [file = ""] = args.exactly("FILE");
  const analysis = loadAnalysis(file);
  const errors = analysis.diagnostics.filter(({ severity }) => severity === "error");
  printDiagnostics(errors, analysis.sources, io);
  const whole = auditPolicy(analysis, readNow(args.text("now")));
  const ids = args.texts("client");
  const shown = narrowed(whole, ids);
  // Controls are the whole policy's, whatever is asked about some clients.
  const controls = ids.length === 0 ? mapControls(whole) : [];
  const ok = errors.length === 0 && !fails(shown, args);
  if (args.text("format") === "sarif") await io.stdout(sarif(shown, analysis.sources));
  else if (args.json())
    await io.stdout(`${JSON.stringify({ ok, ...auditToJson(shown, analysis.sources), controls })}\n`);
  else
    await io.stdout(
      [renderAudit(shown, analysis.sources), renderControls(controls)].filter((part) => part !== "").join("\n"),
    );
  return ok ? EXIT.fine : EXIT.no;
}

/** Options by what they are of: the audit of a policy, `audit verify`, or both. */
const OF_POLICIES = ["fail-on", "now", "client"];
const OF_VERIFY = ["key", "earlier", "part"];

function refuseOthers(action: string | undefined, args: Arguments): void {
  const isLog = action === "verify" || action === "log";
  const others = [...(isLog ? OF_POLICIES : []), ...(action === "verify" ? [] : OF_VERIFY)];
  const other = others.find((name) => args.has(name));
  if (other !== undefined)
    throw new CliProblem(`--${other} goes with audit ${isLog && OF_POLICIES.includes(other) ? "FILE" : "verify"}`);
  if (isLog && args.text("format") === "sarif")
    throw new CliProblem(`audit ${action} has no --format sarif`, "text and json it has");
}

function sarif(shown: Audit, sources: readonly SourceFile[]): string {
  const options = { version: packageVersion(), folder: process.cwd() };
  return `${JSON.stringify(auditToSarif(shown, sources, options))}\n`;
}

function readNow(text: string | null): number {
  if (text === null) return Date.now() * 1_000;
  const micros = parseTimeText(text);
  if (micros === null)
    throw new CliProblem(`--now ${text}: not a date or time`, "such as 2027-01-31 or 2027-01-31T12:00:00Z");
  return micros;
}

function narrowed(whole: Audit, ids: readonly string[]): Audit {
  if (ids.length === 0) return whole;
  const known = whole.inventory.clients.map(({ client }) => client.id);
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown === undefined) return onlyClients(whole, new Set(ids));
  const close = closestName(unknown, known);
  throw new CliProblem(
    `--client ${unknown}: the inventory has no such client${close === null ? "" : `; did you mean \`${close}\`?`}`,
  );
}

const WORST_FIRST: readonly FindingSeverity[] = ["error", "warning", "info"];

/** Whether there is a finding of the asked severity or a worse one. */
function fails({ findings }: Audit, args: Arguments): boolean {
  const least = WORST_FIRST.findIndex((severity) => severity === (args.text("fail-on") ?? "error"));
  return findings.some(({ severity }) => WORST_FIRST.indexOf(severity) <= least);
}
