/** Many lines of results, written in pieces: one system call a line would take longer than deciding. */
import type { CliIo } from "./io.ts";

/** Characters written at once. */
const PIECE = 65_536;

export class Output {
  private readonly io: CliIo;
  private text = "";
  private scheduled = false;

  constructor(io: CliIo) {
    this.io = io;
  }

  /** Takes a line without its newline. Wait for the promise, if there is one, before the next. */
  add(line: string): Promise<void> | undefined {
    this.text += `${line}\n`;
    if (this.text.length >= PIECE) return this.flush();
    if (!this.scheduled) this.flushWhenIdle();
    return undefined;
  }

  /** Writes what is left. */
  flush(): Promise<void> | undefined {
    const { text } = this;
    this.text = "";
    return text === "" ? undefined : this.io.stdout(text);
  }

  /** Once the lines read so far are dealt with, so that a program at the other end of two pipes gets its answers. */
  private flushWhenIdle(): void {
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      void this.flush();
    });
  }
}
