/** Lines that are not what they should be: the first stops the run, or each is counted and shown. */
import type { CliIo } from "./io.ts";
import { counted } from "./policy-file.ts";
import { CliProblem } from "./problem.ts";

/** Lines shown before the rest is only counted. */
const MOST_SHOWN = 20;
/** Characters of a line shown with its reason. */
const LONGEST_SHOWN = 100;

export class BadLines {
  count = 0;
  private readonly file: string;
  private readonly skip: boolean;
  private readonly io: CliIo;
  private readonly remedy: string;

  /**
   * @param file - As shown in messages.
   * @param skip - Whether `--skip-bad` was given.
   * @param remedy - What to do about the first, where it stops the run.
   */
  constructor(
    file: string,
    skip: boolean,
    io: CliIo,
    remedy = "mend the line, or pass over such lines with --skip-bad",
  ) {
    this.file = file;
    this.skip = skip;
    this.io = io;
    this.remedy = remedy;
  }

  /**
   * Takes note of a bad line.
   *
   * @param text - The line, to show the start of; empty where it cannot be shown.
   * @throws {@link CliProblem} with exit status 2, unless bad lines are skipped.
   */
  report(number: number, reason: string, text: string): void {
    const place = `${this.file}:${number}: ${withoutControl(reason)}`;
    if (!this.skip) throw new CliProblem(place, this.remedy);
    this.count++;
    if (this.count <= MOST_SHOWN) this.io.stderr(`skipped ${place}${excerpt(text)}\n`);
    else if (this.count === MOST_SHOWN + 1) this.io.stderr("further lines are skipped and only counted\n");
  }

  /** Says how many were skipped, if any. */
  summarize(lines: number): void {
    if (this.count > 0)
      this.io.stderr(`${this.file}: skipped ${counted(this.count, "line")} of ${counted(lines, "line")}\n`);
  }
}

function excerpt(text: string): string {
  if (text === "") return "";
  const shown = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return `\n    ${withoutControl(shown)}`;
}

/** A log is written by strangers: nothing of it may steer the terminal. */
export function withoutControl(text: string): string {
  // biome-ignore lint: control characters are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, "\uFFFD");
}
