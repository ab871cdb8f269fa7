/** A whole input decided: read, decided, printed, and compared where two engines decide. */
import { explanationToJson, renderExplanation, type SourceFile } from "../../dsl/index.ts";
import type { Decision, Explanation, Overlay, Policy } from "../../engine/index.ts";
import { decisionLine, isRecordError, lineProblem, parseRequestLine, type RequestRecord } from "../../traffic/index.ts";
import { BadLines, withoutControl } from "../bad-lines.ts";
import type { Input } from "../input.ts";
import type { CliIo } from "../io.ts";
import { Output } from "../output.ts";
import { CliProblem, EXIT } from "../problem.ts";
import {
  type Decided,
  type Difference,
  type MakeEngine,
  MOST_COMPARED_KEYS,
  MOST_PENDING,
  Session,
  TooManyPending,
} from "./session.ts";

/** What is decided, and how. */
export interface DecideJob {
  readonly policy: Policy;
  readonly overlays: readonly Overlay[];
  /** One, or two that are compared. */
  readonly engines: readonly MakeEngine[];
  readonly input: Input;
  /** Whether lines that are no requests are passed over and counted. */
  readonly skipBad: boolean;
  /** JSON for programs, else a line for people. */
  readonly json: boolean;
  /** Sources of the policy, where every decision is to be explained. */
  readonly explain: readonly SourceFile[] | null;
}

/** Characters of a request shown beside a difference. */
const LONGEST_SHOWN = 2_000;

/**
 * Decides every request of an input, in order, and prints one line for each.
 *
 * @returns The exit status: 1 where the engines differ, whose first difference is printed.
 * @throws {@link CliProblem} at a line that is no request (unless those are skipped), and where too many outcomes wait.
 */
export async function decideInput(job: DecideJob, io: CliIo): Promise<number> {
  const { policy, overlays, engines, input, skipBad, explain } = job;
  const session = new Session(policy, engines, { overlays, explain: explain !== null });
  const bad = new BadLines(input.name, skipBad, io);
  const clients = new Set(policy.clients.map(({ id }) => id));
  const spell = spellerOf(job);
  const output = new Output(io);
  try {
    const difference = await decideAll(readRecords(input, clients, bad), session, input.name, (n, decided) =>
      output.add(spell(n, decided)),
    );
    if (difference !== null) return tellDifference(difference, io);
  } finally {
    await output.flush();
  }
  return finish(session, io);
}

/** Decides until the end, or until the engines differ. */
async function decideAll(
  records: AsyncIterable<ReadRecord>,
  session: Session,
  name: string,
  tell: (n: number, decided: Decided) => Promise<void> | undefined,
): Promise<LocatedDifference | null> {
  let decided = 0;
  for await (const { record, number, text } of records) {
    const answer = decideOne(session, record, `${name}:${number}`);
    const { difference } = answer;
    await tell(++decided, answer);
    if (difference !== null) return { ...difference, where: `at ${name}:${number}\n  request:   ${shown(text)}` };
  }
  return null;
}

interface LocatedDifference extends Difference {
  readonly where: string;
}

/** A request of an input and its line. */
export interface ReadRecord {
  readonly number: number;
  readonly text: string;
  readonly record: RequestRecord;
}

/** Requests with their line; blank lines are none and no fault. */
export async function* readRecords(
  input: Input,
  clients: ReadonlySet<string>,
  bad: BadLines,
): AsyncGenerator<ReadRecord> {
  let lines = 0;
  for await (const { number, text, problem } of input.lines) {
    lines = number;
    if (problem === null && text.trim() === "") continue;
    const record = problem === null ? parseRequestLine(text, clients) : { error: lineProblem(problem), field: null };
    if (isRecordError(record)) bad.report(number, record.error, text);
    else yield { number, text, record };
  }
  bad.summarize(lines);
}

function shown(text: string): string {
  return withoutControl(text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text);
}

function decideOne(session: Session, record: RequestRecord, place: string): Decided {
  try {
    return session.decide(record);
  } catch (problem) {
    if (!(problem instanceof TooManyPending)) throw problem;
    throw new CliProblem(`${place}: more than ${MOST_PENDING} outcomes wait at once`, "shorten `response.after`");
  }
}

function finish(session: Session, io: CliIo): number {
  const difference = session.finish();
  if (session.keysLeftOut) io.stderr(`state was compared for the first ${MOST_COMPARED_KEYS} keys\n`);
  return difference === null ? EXIT.fine : tellDifference({ ...difference, where: "after the last request" }, io);
}

function tellDifference({ of, compiled, reference, where }: LocatedDifference, io: CliIo): number {
  io.stderr(`edgepolicy: the engines differ in ${of}, ${where}\n  compiled:  ${compiled}\n  reference: ${reference}\n`);
  return EXIT.no;
}

/** How a decision is printed: a line, or with its explanation below it. */
function spellerOf({ json, explain }: DecideJob): (n: number, decided: Decided) => string {
  const spell = json ? decisionLine : decisionText;
  return (n, { decision, explanation }) => {
    if (explain === null || explanation === null) return spell(n, decision);
    return json
      ? decisionLineExplained(n, explanation, explain)
      : `${spell(n, decision)}\n${renderExplanation(explanation, explain)}`;
  };
}

/** The decision's line with its conditions, signals and facts. */
function decisionLineExplained(n: number, explanation: Explanation, sources: readonly SourceFile[]): string {
  const { rules, limits, scores, signals, facts } = explanationToJson(explanation, sources);
  const more = JSON.stringify({ conditions: { rules, limits, scores }, signals, facts });
  return `${decisionLine(n, explanation.decision).slice(0, -1)},${more.slice(1)}`;
}

/** A decision for people, on one line. */
function decisionText(n: number, { verdict, status, by, reason, delay, retryAfter }: Decision): string {
  const parts = [`${n} ${verdict} ${status}`];
  if (by !== null) parts.push(`by ${by}`);
  if (reason !== "" && reason !== by) parts.push(`(${withoutControl(reason)})`);
  if (delay > 0) parts.push(`delayed ${delay} s`);
  if (retryAfter > 0) parts.push(`retry after ${retryAfter} s`);
  return parts.join(" ");
}
