/** What the stream's client is told, asked and answers. */
import type { Outcome, Request, Verdict } from "../../../engine/index.ts";
import { CHALLENGE_HEADERS } from "../../challenge/headers.ts";

/** A request to be decided; what is left out is not known. */
export type StreamRequest = Pick<Request, "method" | "path" | "ip"> & Partial<Omit<Request, "method" | "path" | "ip">>;

/**
 * Why a decision was not made by the server: there is no connection, no answer came within the deadline, too many wait, the request
 * does not fit a frame or is none (the reason says why), the client was closed.
 */
export type StreamFailure = "not_connected" | "deadline" | "queue_full" | "rejected" | "closed";

/** A refusal as the server would answer it itself. */
export interface StreamRefusal {
  /** Header fields, names and values alternating. */
  readonly headers: readonly string[];
  /** `application/problem+json`. */
  readonly body: string;
}

/** What to do with a request. */
export interface StreamDecision {
  /** The decision's name, for logs and {@link StreamClient.report}; empty where the server made none. */
  readonly id: string;
  readonly verdict: Verdict;
  /** Status of a refusal; 200 for what is let through. */
  readonly status: number;
  /** Rule or limit that decided, or null. */
  readonly by: string | null;
  readonly reason: string;
  /** Seconds to hold the request, for `slow`. */
  readonly delay: number;
  /** Seconds after which a retry can succeed; 0 where nothing times it. */
  readonly retryAfter: number;
  /** The client: as the request states it, or as the server identified it. */
  readonly client: string | null;
  /** Of a refusal, where the option `refusals` asks for it, and of a challenge, where `challenges` does; else null. */
  readonly refusal: StreamRefusal | null;
  /** Value of the field `Edge-Pass` for the answer to the caller, who answered a challenge; left out where no pass was earned. */
  readonly pass?: string;
  /** Null for a decision of the server; else why the fail mode decided. */
  readonly failure: StreamFailure | null;
}

/** What is done with a request that the server does not decide: let through, refused with 503, or what a function says. */
export type FailMode = "open" | "closed" | ((request: StreamRequest, failure: StreamFailure) => StreamDecision);

/** Whether there is a connection: being made, there, lost and tried again later, closed for good. */
export type StreamState = "connecting" | "open" | "waiting" | "closed";

/** Options of {@link connectStream}. */
export interface StreamClientOptions {
  /** `ws://HOST:PORT/authz/stream`. */
  readonly url: string;
  /** Default `closed`. */
  readonly failMode?: FailMode;
  /** Milliseconds that a decision may take, waiting included. Default 100. */
  readonly deadlineMs?: number;
  /** Names of the request headers to send. Default: all that a request has. Fewer are faster: name what the policy reads. */
  readonly headers?: readonly string[];
  /** Whether refusals come with header fields and body. Default false. */
  readonly refusals?: boolean;
  /**
   * Whether callers may answer challenges: the server takes `edge-answer` and `edge-pass` among the headers, which are sent too where
   * `headers` names others, challenges come with their `refusal`, and a decision has the `pass` that was earned. Default false.
   */
  readonly challenges?: boolean;
  /** Requests, and outcomes, that may wait here; past that the fail mode decides, and outcomes are dropped. Default 8,192. */
  readonly queueMax?: number;
  /** Least and most milliseconds between two attempts to connect. Defaults 100 and 10,000. */
  readonly retryLeastMs?: number;
  readonly retryMostMs?: number;
  /** Told of each change, and why. What it throws is passed over. */
  readonly onState?: (state: StreamState, reason: string) => void;
}

/** What the service answered. */
export type StreamOutcome = Pick<Outcome, "status"> & Partial<Outcome>;

/** The options, with nothing left open. */
export type Settings = Required<Omit<StreamClientOptions, "headers" | "onState">> & {
  readonly headers: readonly string[] | null;
  readonly onState: (state: StreamState, reason: string) => void;
};

/** Names of the headers to send, each once; null for all. */
function headersOf({ headers, challenges = false }: StreamClientOptions): readonly string[] | null {
  if (headers === undefined) return null;
  const names = headers.map((name) => name.toLowerCase());
  return [...new Set([...names, ...(challenges ? CHALLENGE_HEADERS : [])])];
}

const FAIL_MODES: readonly unknown[] = ["open", "closed"];

/** @throws RangeError for a number that is not positive, TypeError for a URL or fail mode that is none. */
export function settingsOf(options: StreamClientOptions): Settings {
  const settings = {
    url: options.url,
    failMode: options.failMode ?? "closed",
    deadlineMs: options.deadlineMs ?? 100,
    headers: headersOf(options),
    refusals: options.refusals ?? false,
    challenges: options.challenges ?? false,
    queueMax: options.queueMax ?? 8_192,
    retryLeastMs: options.retryLeastMs ?? 100,
    retryMostMs: options.retryMostMs ?? 10_000,
    onState: options.onState ?? ((): void => {}),
  };
  for (const name of ["deadlineMs", "queueMax", "retryLeastMs", "retryMostMs"] as const) {
    if (!(settings[name] > 0)) throw new RangeError(`option ${name}: ${settings[name]} is not a positive number`);
  }
  const { url, failMode } = settings;
  if (!URL.canParse(url) || !/^wss?:$/.test(new URL(url).protocol)) {
    throw new TypeError(`option url: \`${url}\` is not ws://HOST:PORT/authz/stream`);
  }
  if (!FAIL_MODES.includes(failMode) && typeof failMode !== "function") {
    throw new TypeError(`option failMode: \`${failMode}\` is not open, closed or a function`);
  }
  return settings;
}
