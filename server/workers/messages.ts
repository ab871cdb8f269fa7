/** What the main thread and its workers say to each other, and what a worker is started with. */
import type { Outcome, SharedState } from "../../engine/index.ts";
import type { ServerOptions } from "../config.ts";
import type { OutcomeAnswer } from "../gate.ts";
import type { SharedReplays } from "../replay/server-replays.ts";
import type { JournalTurns } from "../state/ban-journal.ts";
import type { DecisionFilter, DecisionShown } from "../recent-decisions.ts";
import type { Told } from "./broadcast.ts";
import type { Sighted } from "./worker-watch.ts";
import type { ReportEvent } from "../report.ts";

/** What a worker is started with, as `workerData`. */
export interface Assignment {
  /** Those of the server, without functions. */
  readonly options: ServerOptions;
  /** Its number, from 1; the main thread is 0. */
  readonly worker: number;
  readonly workers: number;
  /** What the names of all decisions of this server begin with, and those of this thread. */
  readonly serverPrefix: string;
  readonly prefix: string;
  /** Everything that was told to workers and still holds, the policy first. */
  readonly told: readonly Told[];
  readonly state: SharedState;
  /** Proofs, signatures and answers that were used. */
  readonly replays: SharedReplays;
  /** What networks are hashed with where they are counted. */
  readonly seed: number;
  /** Requests held and forwarded, a word for each worker. */
  readonly held: Int32Array;
  readonly forwarded: Int32Array;
  /** Whether decisions are logged. */
  readonly logs: boolean;
  /** Where bans are noted; null where the state is not kept. */
  readonly bans: JournalTurns | null;
}

/** What can be asked, by either side, and what is answered. */
export interface Questions {
  /** The worker's metrics, as text. */
  metrics: { question: null; answer: string };
  /** Its latest decisions. */
  decisions: { question: DecisionFilter; answer: readonly DecisionShown[] };
  outcome: { question: { readonly id: string; readonly outcome: Outcome }; answer: OutcomeAnswer | null };
}

export type Ask = {
  [K in keyof Questions]: {
    readonly kind: "ask";
    readonly number: number;
    readonly of: K;
    readonly question: Questions[K]["question"];
  };
}[keyof Questions];

export interface Answer {
  readonly kind: "answer";
  readonly number: number;
  readonly answer: unknown;
}

export type ToWorker =
  | { readonly kind: "told"; readonly told: Told }
  /** So many characters of its log lines were taken. */
  | { readonly kind: "logged"; readonly length: number }
  /** Closes connections after their answers, and tells how many requests are in flight until there are none. */
  | { readonly kind: "drain" }
  /** Ends, at the latest `graceMs` after this whatever is in flight. No connection comes any more. */
  | { readonly kind: "end"; readonly graceMs: number }
  | Ask
  | Answer;

export type ToMain =
  | { readonly kind: "ready"; readonly descriptor: number }
  /** All that was told up to this version is in force. */
  | { readonly kind: "took"; readonly version: number }
  | { readonly kind: "log"; readonly lines: readonly string[]; readonly length: number }
  | { readonly kind: "report"; readonly line: string; readonly event: ReportEvent | undefined }
  | { readonly kind: "inFlight"; readonly count: number }
  | { readonly kind: "sighted"; readonly sighted: Sighted }
  /** It fetched a key set in which keys are other ones than before. */
  | { readonly kind: "keys"; readonly url: string; readonly bytes: Uint8Array }
  /** Something went wrong in it: it wants no more connections, and to be told to end. */
  | { readonly kind: "leaving" }
  /** Its last words: what it counted. */
  | { readonly kind: "farewell"; readonly metrics: string }
  | Ask
  | Answer;
