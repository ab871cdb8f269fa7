/** A place in the text of a pattern, and the flags that hold there. */
import { PatternError } from "./error.ts";

/** Inline flags change what follows them in their group. `U` makes no difference to whether there is a match. */
export interface PatternFlags {
  readonly ignoreCase: boolean;
  /** `.` is a newline, too. */
  readonly anyNewline: boolean;
  /** `^` and `$` are the ends of a line. */
  readonly lines: boolean;
}

export class PatternCursor {
  readonly source: string;
  at = 0;
  flags: PatternFlags;

  constructor(source: string, ignoreCase: boolean) {
    this.source = source;
    this.flags = { ignoreCase, anyNewline: false, lines: false };
  }

  get done(): boolean {
    return this.at >= this.source.length;
  }

  peek(ahead = 0): string {
    return this.source.charAt(this.at + ahead);
  }

  next(): string {
    return this.source.charAt(this.at++);
  }

  /** Passes a text where it stands here; whether it does. */
  takes(text: string): boolean {
    if (!this.source.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  /** Passes what a sticky expression finds here; null where it finds nothing. */
  takesMatch(sticky: RegExp): RegExpExecArray | null {
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.source);
    if (found !== null) this.at += found[0].length;
    return found;
  }

  fail(code: string, message: string, help: string, start: number, end: number = this.at): never {
    throw new PatternError(code, message, help, start, end);
  }
}
