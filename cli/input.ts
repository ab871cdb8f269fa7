/** Lines of a file or of standard input, with progress shown as they are read. */
import { statSync } from "node:fs";
import { type InputLine, readFileLines, readLines } from "../traffic/index.ts";
import type { CliIo } from "./io.ts";
import { fileProblem } from "./problem.ts";
import { Progress } from "./progress.ts";

/** What messages call standard input. */
const STDIN_NAME = "standard input";

export interface Input {
  /** As shown in messages. */
  readonly name: string;
  readonly lines: AsyncIterable<InputLine>;
}

/** Opens a file, or standard input for null and `-`. Opening problems come when the first line is asked for. */
export function openLines(path: string | null, io: CliIo): Input {
  if (path !== null && path !== "-") return { name: path, lines: fileLines(path, io) };
  if (io.stdinIsTerminal) io.stderr("reading from the terminal; end with Ctrl-D\n");
  return { name: STDIN_NAME, lines: readLines(io.stdin()) };
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

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
