/** Collects the diagnostics of a load, in order and with a bound. */
import type { Span } from "../../engine/index.ts";
import type { CodeEntry } from "../codes/entry.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Diagnostic, Fix, Note, Severity } from "../diagnostic.ts";

/** At most this many diagnostics are listed; one more says how many were left out. */
const MAX_DIAGNOSTICS = 200;

/** At most this many are kept until they are listed; errors come before warnings then. */
const MAX_STORED = 10_000;

/** What a diagnostic may carry besides its message. */
export interface Extras {
  readonly help?: string;
  readonly notes?: readonly Note[];
  readonly fix?: Fix;
}

/** The diagnostics of one load. */
export class Report {
  readonly #diagnostics: Diagnostic[] = [];
  readonly #seen = new Set<string>();
  /** Spans that an earlier stage found fault with; nothing more is said about exactly these. */
  readonly #settled = new Set<string>();
  /** By file: what is done to texts that speak of it. */
  readonly #masks = new Map<number, (text: string) => string>();
  #omitted = 0;
  #failed = false;

  /** Whether an error was reported; warnings do not count. */
  get failed(): boolean {
    return this.#failed;
  }

  /** How many there were so far. */
  get count(): number {
    return this.#diagnostics.length + this.#omitted;
  }

  /** Passes messages about a file through `mask`, because they quote what stands there. Call it before any of them. */
  mask(file: number, mask: (text: string) => string): void {
    this.#masks.set(file, mask);
  }

  error(entry: CodeEntry, span: Span, message: string, extras: Extras = {}): void {
    this.#add("error", entry, span, message, extras);
  }

  warning(entry: CodeEntry, span: Span, message: string, extras: Extras = {}): void {
    this.#add("warning", entry, span, message, extras);
  }

  /** Takes over diagnostics of an earlier stage. */
  take(diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) {
      this.#push(diagnostic);
      if (diagnostic.severity === "error") this.#settled.add(placeOf(diagnostic.span));
    }
  }

  /** All diagnostics in the order of files and places; when there are too many, the first ones and a count of the rest. */
  list(): readonly Diagnostic[] {
    const sorted = this.#diagnostics.toSorted(inPlaceOrder);
    if (sorted.length <= MAX_DIAGNOSTICS) return sorted;
    const errors = sorted.filter((diagnostic) => diagnostic.severity === "error");
    const warnings = sorted.filter((diagnostic) => diagnostic.severity === "warning");
    const kept = [...errors, ...warnings].slice(0, MAX_DIAGNOSTICS).toSorted(inPlaceOrder);
    return [...kept, omission(sorted.length - kept.length + this.#omitted, kept)];
  }

  #add(severity: Severity, entry: CodeEntry, span: Span, message: string, extras: Extras): void {
    if (this.#settled.has(placeOf(span))) return;
    const mask = this.#masks.get(span.file) ?? ((text: string): string => text);
    this.#push({
      code: entry.code,
      severity,
      message: mask(message),
      span,
      help: mask(extras.help ?? ""),
      notes: extras.notes ?? [],
      fix: extras.fix ?? null,
    });
  }

  /** An expression that stands once but is checked for several uses is reported once. */
  #push(diagnostic: Diagnostic): void {
    const identity = `${placeOf(diagnostic.span)} ${diagnostic.code} ${diagnostic.message}`;
    if (this.#seen.has(identity)) return;
    if (diagnostic.severity === "error") this.#failed = true;
    if (this.#diagnostics.length >= MAX_STORED) {
      this.#omitted += 1;
      return;
    }
    this.#seen.add(identity);
    this.#diagnostics.push(diagnostic);
  }
}

function placeOf(span: Span): string {
  return `${span.file} ${span.start} ${span.end}`;
}

function inPlaceOrder(a: Diagnostic, b: Diagnostic): number {
  return a.span.file - b.span.file || a.span.start - b.span.start;
}

function omission(count: number, kept: readonly Diagnostic[]): Diagnostic {
  const span = kept[kept.length - 1]?.span ?? { file: 0, start: 0, end: 0 };
  return {
    code: SEMANTICS.tooMany.code,
    severity: kept.some((diagnostic) => diagnostic.severity === "error") ? "error" : "warning",
    message: `${count} more ${count === 1 ? "problem is" : "problems are"} not listed`,
    span,
    help: "mend these first, then check again",
    notes: [],
    fix: null,
  };
}
