/** Decisions of the running enforcement point as lines for people, and their count. */
import type { Verdict } from "../../engine/index.ts";
import type { Paint } from "./terminal.ts";

/** What is read of a line of the decision log. */
interface LoggedDecision {
  readonly method: string;
  readonly path: string;
  readonly ip: string;
  readonly client: string | null;
  readonly verdict: Verdict;
  readonly status: number;
  readonly by: string | null;
  readonly reason: string;
}

/** Decisions about one kind of caller. */
export interface Counts {
  let: number;
  refused: number;
}

/** Everything decided so far: known clients, and everybody else. */
export class DecisionCounts {
  readonly clients: Counts = { let: 0, refused: 0 };
  readonly strangers: Counts = { let: 0, refused: 0 };
  /** Refusals by the rule, limit or reason that decided. */
  readonly by: Map<string, number> = new Map();

  add({ client, verdict, by, reason }: LoggedDecision): void {
    const counts = client === null ? this.strangers : this.clients;
    if (verdict === "allow" || verdict === "slow") counts.let++;
    else {
      counts.refused++;
      const decider = by ?? reason;
      this.by.set(decider, (this.by.get(decider) ?? 0) + 1);
    }
  }
}

/** Reads a line of the decision log. */
export function parseDecision(line: string): LoggedDecision {
  return JSON.parse(line) as LoggedDecision;
}

/** One decision in one line. `elapsedMs` counts from the start of the traffic. */
export function renderDecision(decision: LoggedDecision, elapsedMs: number, paint: Paint): string {
  const { client, ip, method, path } = decision;
  const time = `${(elapsedMs / 1_000).toFixed(1).padStart(6)} s`;
  const what = `${(client ?? ip).padEnd(16)} ${method.padEnd(4)} ${path.slice(0, 22).padEnd(22)}`;
  return `  ${paint.dim(time)}  ${what} ${renderVerdict(decision, paint)}`;
}

function renderVerdict({ verdict, status, by, reason }: LoggedDecision, paint: Paint): string {
  if (verdict === "allow") return paint.good("allow");
  const why = by === null ? reason : by === reason ? by : `${by}: ${reason}`;
  const text = `${`${verdict} ${status}`.padEnd(12)} ${why}`;
  return verdict === "block" ? paint.bad(text) : paint.warn(text);
}
