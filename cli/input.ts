/** Lines of a file or of standard input, with progress shown as they are read. */
import { createReadStream, statSync } from "node:fs";
import { CompressionError, type InputLine, READ_BYTES, readFileLines, readLines, readLog } from "../traffic/index.ts";
import type { CliIo } from "./io.ts";
import { CliProblem, fileProblem } from "./problem.ts";
import { Progress } from "./progress.ts";

/** What messages call standard input. */
const STDIN_NAME = "standard input";
const AT_TERMINAL = "reading from the terminal; end with Ctrl-D\n";

export interface Input {
  /** As shown in messages. */
  readonly name: string;
  readonly lines: AsyncIterable<InputLine>;
}

/** Opens a file, or standard input for null and `-`. Opening problems come when the first line is asked for. */
export function openLines(path: string | null, io: CliIo): Input {
  if (path !== null && path !== "-") return { name: path, lines: fileLines(path, io) };
  if (io.stdinIsTerminal) io.stderr(AT_TERMINAL);
  return { name: STDIN_NAME, lines: readLines(io.stdin()) };
}

/**
 * All of standard input.
 *
 * @param remedy - What to do where it is larger.
 * @throws {@link CliProblem} where it is larger than `mostBytes`, some whole MiB.
 */
export async function readStdin(io: CliIo, mostBytes: number, remedy: string): Promise<Uint8Array> {
  if (io.stdinIsTerminal) io.stderr(AT_TERMINAL);
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of io.stdin()) {
    total += chunk.length;
    if (total > mostBytes) throw new CliProblem(`${STDIN_NAME} is larger than ${mostBytes / 1024 ** 2} MiB`, remedy);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A log: its lines in batches. */
export interface LogInput {
  readonly name: string;
  readonly source: AsyncIterable<readonly InputLine[]>;
}

/**
 * Opens logs, `-` being standard input, which may be compressed with gzip or zstd. Opening problems come when the first lines are asked for.
 * The progress that is shown is of all of them together.
 */
export function openLogs(paths: readonly string[], io: CliIo): readonly LogInput[] {
  const files = paths.filter((path) => path !== "-");
  if (paths.length - files.length > 1) throw new CliProblem("`-` is given twice", "standard input can be read once");
  const total = files.length < paths.length ? 0 : files.reduce((sum, path) => sum + sizeOf(path), 0);
  const progress = new Progress(files.length === 1 ? (files[0] ?? "") : `${paths.length} logs`, total, io);
  if (files.length < paths.length && io.stdinIsTerminal) io.stderr(AT_TERMINAL);
  let done = 0;
  const read = async function* (path: string): AsyncGenerator<Uint8Array> {
    for await (const chunk of path === "-" ? io.stdin() : createReadStream(path, { highWaterMark: READ_BYTES })) {
      done += (chunk as Uint8Array).length;
      progress.look(done);
      yield chunk as Uint8Array;
    }
  };
  return paths.map((path) => {
    const name = path === "-" ? STDIN_NAME : path;
    return { name, source: logLines(name, read(path), progress) };
  });
}

async function* logLines(
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  progress: Progress,
): AsyncGenerator<readonly InputLine[]> {
  try {
    yield* readLog(bytes);
  } catch (problem) {
    if (!(problem instanceof CompressionError)) throw fileProblem(name, problem);
    throw new CliProblem(
      `${name}: ${problem.message}`,
      "decompress it first, and give it as standard input: … | edgepolicy replay FILE -",
    );
  } finally {
    progress.clear();
  }
}

async function* fileLines(path: string, io: CliIo): AsyncGenerator<InputLine> {
  const progress = new Progress(path, sizeOf(path), io);
  let done = 0;
  try {
    for await (const line of readFileLines(path)) {
      done += line.text.length + 1;
      progress.show(done);
      yield line;
    }
  } catch (problem) {
    // What the reader of the lines throws does not come here: a generator sees only its own source's errors.
    throw fileProblem(path, problem);
  } finally {
    progress.clear();
  }
}

/** For the progress alone: what keeps a file from being read is told when it is opened. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}
