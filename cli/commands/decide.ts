/** `edgepolicy decide`: requests as data in, decisions as data out. */
import type { Decision } from "../../engine/index.ts";
import { decisionLine, isRecordError, lineProblem, parseRequestLine, type RequestRecord } from "../../traffic/index.ts";
import { BadLines, withoutControl } from "../bad-lines.ts";
import type { Command } from "../command.ts";
import {
  type Difference,
  type EngineChoice,
  ENGINES,
  MOST_COMPARED_KEYS,
  MOST_PENDING,
  Session,
  TooManyPending,
} from "../decide/session.ts";
import { type Input, openLines } from "../input.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { Output } from "../output.ts";
import { loadGood } from "../policy-file.ts";
import { CliProblem, EXIT } from "../problem.ts";

const CHOICES: readonly EngineChoice[] = ["compiled", "reference", "both"];

export const decide: Command = {
  usage: "FILE [--requests F] [--engine compiled|reference|both] [--skip-bad] [--format text|json]",
  about: `Decides requests, one JSON object a line, at the times they state, and prints one decision a line. With \`both\` the
compiled engine and the reference interpreter run side by side; the first difference is shown and the exit status is 1.`,
  options: [
    { name: "requests", value: "F", help: "file of requests (default: standard input)" },
    {
      name: "engine",
      value: CHOICES.join("|"),
      choices: CHOICES,
      help: "which engine decides (default compiled)",
    },
    { name: "skip-bad", value: null, help: "pass over lines that are no requests, and count them" },
    formatOption("json"),
  ],
  planned: ["explain"],
  examples: [
    "decide orders.edgepolicy --requests requests.ndjson",
    `decide orders.edgepolicy <<< '{"method":"POST","path":"/v1/login","ip":"203.0.113.9"}'`,
  ],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [file = ""] = args.exactly("FILE");
  const { policy } = loadGood(file, io);
  const input = openLines(args.text("requests"), io);
  const session = new Session(policy, ENGINES[(args.text("engine") ?? "compiled") as EngineChoice]);
  const bad = new BadLines(input.name, args.has("skip-bad"), io);
  const clients = new Set(policy.clients.map(({ id }) => id));
  const spell = args.json("json") ? decisionLine : decisionText;
  const output = new Output(io);
  try {
    const difference = await decideAll(readRecords(input, clients, bad), session, input.name, (n, decision) =>
      output.add(spell(n, decision)),
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
  tell: (n: number, decision: Decision) => Promise<void> | undefined,
): Promise<LocatedDifference | null> {
  let decided = 0;
  for await (const { record, number, text } of records) {
    const { decision, difference } = decideOne(session, record, `${name}:${number}`);
    await tell(++decided, decision);
    if (difference !== null) return { ...difference, where: `at ${name}:${number}\n  request:   ${text}` };
  }
  return null;
}

interface LocatedDifference extends Difference {
  readonly where: string;
}

interface ReadRecord {
  readonly number: number;
  readonly text: string;
  readonly record: RequestRecord;
}

/** Requests with their line; blank lines are none and no fault. */
async function* readRecords(input: Input, clients: ReadonlySet<string>, bad: BadLines): AsyncGenerator<ReadRecord> {
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

function decideOne(session: Session, record: RequestRecord, place: string): ReturnType<Session["decide"]> {
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

/** A decision for people, on one line. */
function decisionText(n: number, { verdict, status, by, reason, delay, retryAfter }: Decision): string {
  const parts = [`${n} ${verdict} ${status}`];
  if (by !== null) parts.push(`by ${by}`);
  if (reason !== "" && reason !== by) parts.push(`(${withoutControl(reason)})`);
  if (delay > 0) parts.push(`delayed ${delay} s`);
  if (retryAfter > 0) parts.push(`retry after ${retryAfter} s`);
  return parts.join(" ");
}
