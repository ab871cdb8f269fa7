/** `edgepolicy audit log` and `audit verify`: a server's audit log, read and checked. */
import { statSync } from "node:fs";
import {
  anchorsOf,
  type AuditEntry,
  isBroken,
  keyBeside,
  readAuditLog,
  readPublicKey,
  ServerError,
  type Verified,
  verifyAudit,
} from "../../server/index.ts";
import type { CliIo } from "../io.ts";
import type { Arguments } from "../options.ts";
import { CliProblem, EXIT, fileProblem } from "../problem.ts";

const WHERE_LOGS_ARE = "name the folder of --data, or a file of what /v1/audit gave";

/** What is asked of a log. */
export type LogAction = "log" | "verify";

/** Runs `audit ACTION PATH`. */
export async function runOnLog(action: LogAction, path: string, args: Arguments, io: CliIo): Promise<number> {
  for (const each of [path, args.text("key"), args.text("earlier")]) if (each !== null) lookFor(each);
  try {
    return action === "log" ? await printLog(path, args, io) : await verifyLog(path, args, io);
  } catch (problem) {
    if (problem instanceof ServerError) throw new CliProblem(problem.message, problem.help);
    throw problem;
  }
}

function lookFor(path: string): void {
  try {
    statSync(path);
  } catch (problem) {
    throw fileProblem(path, problem);
  }
}

/** As lines of JSON, or one line an entry for people. */
async function printLog(path: string, args: Arguments, io: CliIo): Promise<number> {
  let [lines, entries] = [0, 0];
  for await (const line of readAuditLog(path)) {
    lines++;
    if (parsed(line) !== null) entries++;
    const text = args.json() ? line : entryText(line);
    if (text !== null) await io.stdout(`${text}\n`);
  }
  if (entries > 0 || lines === 0) return EXIT.fine;
  throw new CliProblem(`${path} is not an audit log: none of its lines is an entry`, WHERE_LOGS_ARE);
}

/** Null for a checkpoint; what is no entry is shown as it is. What stands in an entry is shown as JSON, so that it stays one line and moves no terminal. */
function entryText(line: string): string | null {
  const value = parsed(line);
  if (value === null) return quiet(line);
  if (value.seq === undefined) return null;
  const { seq, at, event, author = "", reason = "", what } = value;
  return `${seq}  ${at}  ${event}  ${quiet(author)}: ${quiet(reason)}  ${quiet(JSON.stringify(what))}`;
}

function parsed(line: string): Partial<AuditEntry> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

function quiet(text: string): string {
  return text.replace(/\p{C}/gu, "?");
}

async function verifyLog(path: string, args: Arguments, io: CliIo): Promise<number> {
  const [keyFile, earlier] = [args.text("key"), args.text("earlier")];
  const result = await verifyAudit(readAuditLog(path), {
    key: keyFile === null ? keyBeside(path) : readPublicKey(keyFile),
    part: args.has("part"),
    earlier: earlier === null ? new Map() : await earlierOf(earlier),
  });
  if (isBroken(result)) {
    const { seq, problem } = result;
    await io.stdout(
      args.json()
        ? `${JSON.stringify({ ok: false, seq, problem })}\n`
        : `${path} is not whole: entry ${seq} ${problem}\n`,
    );
    return EXIT.no;
  }
  await io.stdout(args.json() ? `${JSON.stringify({ ok: true, ...result })}\n` : wholeText(path, result, keyFile));
  return EXIT.fine;
}

/** A file in which there is nothing would be the beginning of every log. */
async function earlierOf(path: string): Promise<ReadonlyMap<number, string>> {
  const anchors = await anchorsOf(readAuditLog(path));
  if (anchors.size > 0) return anchors;
  throw new CliProblem(`--earlier ${path}: none of its lines is an entry or a checkpoint`, WHERE_LOGS_ARE);
}

function wholeText(path: string, result: Verified, keyFile: string | null): string {
  const { entries, first, size, head, checkpoints, signed, keys } = result;
  const lines = [
    `${path} is whole: ${counted(entries, "entry", "entries")}${entries === 0 ? "" : ` (${first} to ${size})`}, ${counted(checkpoints, "checkpoint", "checkpoints")}, head ${head}`,
  ];
  if (size > signed) lines.push(`  entries after ${signed} are chained and not signed yet`);
  if (keyFile === null && keys.length > 0) {
    lines.push(`  signed by ${keys.join(", ")}; --key with a copy kept elsewhere makes sure of it`);
  }
  return `${lines.join("\n")}\n`;
}

function counted(count: number, one: string, several: string): string {
  return `${count} ${count === 1 ? one : several}`;
}
