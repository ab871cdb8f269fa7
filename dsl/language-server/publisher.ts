/** Sends diagnostics once typing pauses, for every file of the policies that open documents belong to. */
import type { Diagnostic } from "vscode-languageserver";
import type { Analysis } from "./analysis.ts";
import { diagnosticsByFile } from "./diagnostics.ts";
import { toUri } from "./paths.ts";
import type { Workspace } from "./workspace.ts";

/** Takes the diagnostics of a file; an empty list clears them. */
export type Send = (uri: string, diagnostics: readonly Diagnostic[]) => void;

/**
 * Milliseconds without a change before diagnostics are made: hardly any where they were quick the last time, so that one sees them
 * while typing, and more where they were not.
 */
const SHORT_PAUSE = 5;
const LONG_PAUSE = 100;
const QUICK = 100;
/** The most that changes can put them off. */
const LONGEST_WAIT = 500;

interface Published {
  readonly analysis: Analysis;
  readonly files: ReadonlyMap<string, readonly Diagnostic[]>;
}

export class Publisher {
  readonly #workspace: Workspace;
  readonly #send: Send;
  readonly #failed: (problem: unknown) => void;
  /** By main file. */
  #published = new Map<string, Published>();
  /** What was sent last, by path, as JSON. */
  readonly #sent = new Map<string, string>();
  #timer: NodeJS.Timeout | null = null;
  #waitingSince = 0;
  /** Milliseconds that the diagnostics took the last time. */
  #took = 0;

  constructor(workspace: Workspace, send: Send, failed: (problem: unknown) => void) {
    this.#workspace = workspace;
    this.#send = send;
    this.#failed = failed;
  }

  /** Something changed: diagnostics are made after a pause, and a further change begins the pause anew. */
  schedule(): void {
    const now = performance.now();
    if (this.#timer === null) this.#waitingSince = now;
    else clearTimeout(this.#timer);
    const left = LONGEST_WAIT - (now - this.#waitingSince);
    const pause = this.#took <= QUICK ? SHORT_PAUSE : LONG_PAUSE;
    this.#timer = setTimeout(() => this.#run(), Math.max(0, Math.min(pause, left)));
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #run(): void {
    this.#timer = null;
    const began = performance.now();
    try {
      this.publish();
    } catch (problem) {
      this.#failed(problem);
    }
    this.#took = performance.now() - began;
  }

  /** Makes and sends what has changed since the last time. */
  publish(): void {
    const analyses = this.#workspace.policyDocuments().flatMap(({ path }) => this.#workspace.analysesOf(path));
    const next = new Map<string, Published>();
    for (const analysis of analyses) {
      const known = this.#published.get(analysis.main);
      const fresh = known?.analysis === analysis ? known : { analysis, files: diagnosticsByFile(analysis) };
      next.set(analysis.main, fresh);
    }
    this.#published = next;
    this.#sendChanges(mergedByFile(next.values()));
  }

  #sendChanges(files: ReadonlyMap<string, readonly Diagnostic[]>): void {
    for (const path of this.#sent.keys()) {
      if (files.has(path)) continue;
      this.#sendOne(path, []);
      this.#sent.delete(path);
    }
    for (const [path, diagnostics] of files) this.#sendOne(path, diagnostics);
  }

  #sendOne(path: string, diagnostics: readonly Diagnostic[]): void {
    const text = JSON.stringify(diagnostics);
    const before = this.#sent.get(path);
    // A file that was never wrong and that nobody looks at need not be spoken of.
    const unknown = before === undefined && diagnostics.length === 0 && !this.#workspace.isOpen(path);
    if (before === text || unknown) return;
    this.#sent.set(path, text);
    this.#send(this.#workspace.openUri(path) ?? toUri(path), diagnostics);
  }
}

/** A file that several policies import has the diagnostics of all, each once. */
function mergedByFile(all: Iterable<Published>): ReadonlyMap<string, readonly Diagnostic[]> {
  const merged = new Map<string, Map<string, Diagnostic>>();
  for (const { files } of all) {
    for (const [path, diagnostics] of files) {
      const known = merged.get(path) ?? new Map<string, Diagnostic>();
      for (const one of diagnostics) known.set(JSON.stringify([one.range, one.code, one.message]), one);
      merged.set(path, known);
    }
  }
  return new Map([...merged].map(([path, diagnostics]) => [path, [...diagnostics.values()]]));
}
