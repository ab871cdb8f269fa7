/** A bar on the terminal for work that takes more than a second. */
import { type CliIo, colorOnStderr } from "./io.ts";

const FIRST_SHOWN_MS = 1_000;
const BETWEEN_MS = 100;
const CELLS = 30;
/** Characters of a label that are worth showing. */
const SHORTEST_LABEL = 4;
/** Calls between two looks at the clock: it costs more than a call. */
const LOOK_EVERY = 256;

export class Progress {
  private readonly label: string;
  private readonly total: number;
  private readonly io: CliIo;
  private readonly enabled: boolean;
  private next = Date.now() + FIRST_SHOWN_MS;
  private calls = 0;
  private shown = false;

  /** @param total - What `done` counts up to; 0 if that is not known. */
  constructor(label: string, total: number, io: CliIo) {
    this.label = label;
    this.total = total;
    this.io = io;
    this.enabled = colorOnStderr(io);
  }

  /** Draws the bar, if it is time to. */
  show(done: number): void {
    if (this.enabled && this.calls++ % LOOK_EVERY === 0) this.look(done);
  }

  /** As {@link show}, of work that comes in pieces which take longer than a look at the clock. */
  look(done: number): void {
    const now = Date.now();
    if (!this.enabled || now < this.next) return;
    this.next = now + BETWEEN_MS;
    this.shown = true;
    this.io.stderr(`\r\u001B[K${this.line(done)}`);
  }

  /** Takes the bar away. */
  clear(): void {
    if (this.shown) this.io.stderr("\r\u001B[K");
    this.shown = false;
  }

  /** No wider than the terminal: of a line that is broken in two, taking it back takes the second half. */
  private line(done: number): string {
    const bar = this.bar(done);
    const room = (this.io.stderrColumns ?? Infinity) - 1;
    if (this.label.length + 1 + bar.length <= room) return `${this.label} ${bar}`;
    const forLabel = room - bar.length - 2;
    // The end of a path tells files apart.
    if (forLabel >= SHORTEST_LABEL) return `…${this.label.slice(-forLabel)} ${bar}`;
    return bar.slice(bar.lastIndexOf(" ") + 1).slice(0, room);
  }

  private bar(done: number): string {
    if (this.total === 0) return done.toLocaleString("en-US");
    const share = Math.min(1, done / this.total);
    const full = Math.round(share * CELLS);
    return `${"█".repeat(full)}${"░".repeat(CELLS - full)} ${Math.floor(share * 100)}%`;
  }
}
