/** The progress bar: on a terminal, for long work, and gone at the end. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CliIo } from "../../../cli/io.ts";
import { Progress } from "../../../cli/progress.ts";

function terminal(stderrIsTerminal = true, stderrColumns = 80): CliIo & { readonly printed: string[] } {
  const printed: string[] = [];
  return {
    printed,
    stdout: () => undefined,
    stderr: (text) => void printed.push(text),
    stdin: async function* () {},
    stdoutIsTerminal: false,
    stderrIsTerminal,
    stderrColumns,
    stdinIsTerminal: false,
    env: {},
  };
}

/** As many calls as surely look at the clock once. */
function showAll(progress: Progress, done: number): void {
  for (let call = 0; call < 256; call++) progress.show(done);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("shows nothing in the first second, then a bar at most ten times a second", () => {
  const io = terminal();
  const progress = new Progress("work", 200, io);
  showAll(progress, 10);
  vi.advanceTimersByTime(1_000);
  showAll(progress, 50);
  showAll(progress, 60);
  vi.advanceTimersByTime(100);
  showAll(progress, 200);
  progress.clear();
  expect(io.printed).toEqual([
    "\r\u001B[Kwork ████████░░░░░░░░░░░░░░░░░░░░░░ 25%",
    "\r\u001B[Kwork ██████████████████████████████ 100%",
    "\r\u001B[K",
  ]);
});

test("counts where it does not know how much there is", () => {
  const io = terminal();
  const progress = new Progress("work", 0, io);
  vi.advanceTimersByTime(1_000);
  showAll(progress, 12_345);
  expect(io.printed).toEqual(["\r\u001B[Kwork 12,345"]);
});

test.each([
  [60, "\r\u001B[K…/a-long-name.edgepolicy ███████████████░░░░░░░░░░░░░░░ 50%"],
  [40, "\r\u001B[K50%"],
])("stays on one line of a terminal of %i columns", (columns, line) => {
  const io = terminal(true, columns);
  const progress = new Progress("policies/a-long-name.edgepolicy", 2, io);
  vi.advanceTimersByTime(1_000);
  showAll(progress, 1);
  expect(io.printed).toEqual([line]);
});

test("shows nothing elsewhere than on a terminal", () => {
  const io = terminal(false);
  const progress = new Progress("work", 0, io);
  vi.advanceTimersByTime(5_000);
  showAll(progress, 1);
  progress.clear();
  expect(io.printed).toEqual([]);
});
