/** One request explained, after those that came before it. */
import {
  dependsOnHistory,
  explanationToJson,
  renderChanges,
  renderExplanation,
  renderWhyNot,
  type SourceFile,
} from "../../dsl/index.ts";
import {
  type ChangeGoal,
  type ChangeSearch,
  createExplainer,
  type Decision,
  type ExplainingEngine,
  type Explanation,
  type Overlay,
  type Policy,
  smallestChange,
} from "../../engine/index.ts";
import {
  CLOCK_START_MICROS,
  closestName,
  isRecordError,
  parseRequestLine,
  parseTimeText,
  type RequestRecord,
} from "../../traffic/index.ts";
import { BadLines } from "../bad-lines.ts";
import { readRecords } from "../decide/run.ts";
import { type MakeEngine, Session } from "../decide/session.ts";
import type { Input } from "../input.ts";
import type { CliIo } from "../io.ts";
import { CliProblem, EXIT } from "../problem.ts";

/** What is explained, and how. */
export interface ExplainJob {
  readonly policy: Policy;
  readonly sources: readonly SourceFile[];
  /** The request's JSON. */
  readonly request: string;
  /** Requests that are decided before it. */
  readonly history: Input | null;
  readonly overlays: readonly Overlay[];
  readonly at: string | null;
  readonly whyNot: string | null;
  readonly json: boolean;
}

/** Everything there is to say. */
interface Answer {
  readonly explanation: Explanation;
  readonly search: ChangeSearch;
  readonly nowMicros: number;
}

/**
 * Explains a request.
 *
 * @returns The exit status.
 * @throws {@link CliProblem} where the request, a line of the history, the time or the name is wrong.
 */
export async function explainRequest(job: ExplainJob, io: CliIo): Promise<number> {
  const record = readRequest(job);
  checkName(job);
  let engine: ExplainingEngine = createExplainer(job.policy);
  const make: MakeEngine = (policy, options) => (engine = createExplainer(policy, options));
  const session = new Session(job.policy, [make], { overlays: job.overlays });
  await decideHistory(job, session, io);
  const nowMicros = timeOf(job, record) ?? session.nowMicros;
  session.reportUntil(nowMicros);
  const fork = engine.fork();
  const { explanation } = fork.explain(record.request, nowMicros);
  const search = smallestChange(engine, record.request, nowMicros, goalOf(job, explanation.decision));
  await io.stdout(
    job.json ? jsonOf(job, { explanation, search, nowMicros }) : textOf(job, { explanation, search, nowMicros }),
  );
  return EXIT.fine;
}

function readRequest({ policy, request }: ExplainJob): RequestRecord {
  const record = parseRequestLine(request, new Set(policy.clients.map(({ id }) => id)));
  if (isRecordError(record)) throw new CliProblem(`--request: ${record.error}`);
  return record;
}

function checkName({ policy, whyNot }: ExplainJob): void {
  const names = [...policy.rules, ...policy.limits].map(({ name }) => name);
  if (whyNot === null || names.includes(whyNot)) return;
  const close = closestName(whyNot, names);
  const hint = close === null ? "" : `; did you mean \`${close}\`?`;
  throw new CliProblem(`--why-not ${whyNot}: the policy has no rule or limit \`${whyNot}\`${hint}`);
}

/** The time asked for, else the request's own; null for that of the request before. */
function timeOf({ at }: ExplainJob, record: RequestRecord): number | null {
  if (at === null) return record.at;
  const millis = /^\d{1,15}$/.test(at) ? Number(at) : null;
  const micros = millis === null ? parseTimeText(at) : CLOCK_START_MICROS + millis * 1_000;
  if (micros !== null && Number.isSafeInteger(micros)) return micros;
  throw new CliProblem(`--at ${at}: neither an RFC 3339 time nor milliseconds from the start`);
}

async function decideHistory({ policy, history }: ExplainJob, session: Session, io: CliIo): Promise<void> {
  if (history === null) return;
  const clients = new Set(policy.clients.map(({ id }) => id));
  const bad = new BadLines(history.name, false, io, "mend the line, or take it out of the file");
  for await (const { record } of readRecords(history, clients, bad)) session.decide(record);
}

/** Another turn: let through instead of refused or the reverse; with a name, that it takes effect. */
function goalOf({ whyNot }: ExplainJob, { verdict }: Decision): ChangeGoal {
  if (whyNot === null) return (decision) => passes(decision.verdict) !== passes(verdict);
  return ({ by, matched, shadow }) => by === whyNot || matched.includes(whyNot) || shadow.includes(whyNot);
}

function passes(verdict: Decision["verdict"]): boolean {
  return verdict === "allow" || verdict === "slow";
}

function textOf({ sources, whyNot, history }: ExplainJob, { explanation, search, nowMicros }: Answer): string {
  const { verdict, by, matched, shadow } = explanation.decision;
  const whole = renderExplanation(explanation, sources);
  if (whyNot === null) {
    const turn = passes(verdict) ? "have it refused" : "let it through";
    return `${whole}\nsmallest change that would ${turn}\n${renderChanges(search, nowMicros)}`;
  }
  const taken = by === whyNot || matched.includes(whyNot) || shadow.includes(whyNot);
  const state = `why not ${whyNot}\n${renderWhyNot(explanation, whyNot, sources) ?? ""}`;
  const [headline = ""] = whole.split("\n", 1);
  if (taken) return `${headline}\n\n${state}\nit did take effect\n`;
  const unasked = history === null && search.changes.length === 0 && dependsOnHistory(explanation, whyNot);
  const hint = unasked ? "  it goes by earlier requests as well: --requests F decides them first\n" : "";
  return `${headline}\n\n${state}\nsmallest change that would make it take effect\n${renderChanges(search, nowMicros)}${hint}`;
}

function jsonOf({ sources }: ExplainJob, { explanation, search }: Answer): string {
  const changes = search.changes.map(({ attribute, from, to, nowMicros, decision }) => ({
    attribute,
    from,
    to,
    at: new Date(nowMicros / 1_000).toISOString(),
    decision,
  }));
  const { looked, complete } = search;
  return `${JSON.stringify({ ...explanationToJson(explanation, sources), changes, looked, complete })}\n`;
}
