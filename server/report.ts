/** What the server says of itself while it runs: in sentences for people, or as JSON for programs. */

import { StateHeldError } from "../engine/index.ts";

/** Whether something is to be known, looked at, or mended. */
export type ReportLevel = "info" | "warning" | "error";

/** What is told. `notice` is what has no name of its own. */
export type ReportEvent =
  | "audit_log.failing"
  | "bans.failing"
  | "challenges.secret_random"
  | "clock.parted"
  | "clock.rejoined"
  | "containment.failing"
  | "decision_log.failing"
  | "decision_log.recovered"
  | "decision_log.rotation_failing"
  | "fault"
  | "guard.tripped"
  | "guard.warned"
  | "identity.none"
  | "keys.changed"
  | "keys.failing"
  | "keys.incomplete"
  | "keys.recovered"
  | "keys.unkept"
  | "notice"
  | "outcomes.unreadable"
  | "peppers.short"
  | "reload.applied"
  | "reload.refused"
  | "server.started"
  | "state.failing"
  | "state.interval"
  | "state.recovered"
  | "state.refused"
  | "state.restored"
  | "watch.failing"
  | "worker.ended"
  | "worker.late"
  | "worker.up";

const LEVELS: Readonly<Record<ReportEvent, ReportLevel>> = {
  "audit_log.failing": "error",
  "bans.failing": "error",
  "challenges.secret_random": "warning",
  "clock.parted": "warning",
  "clock.rejoined": "info",
  "containment.failing": "error",
  "decision_log.failing": "error",
  "decision_log.recovered": "info",
  "decision_log.rotation_failing": "warning",
  fault: "error",
  "guard.tripped": "warning",
  "guard.warned": "warning",
  "identity.none": "warning",
  "keys.changed": "info",
  "keys.failing": "warning",
  "keys.incomplete": "warning",
  "keys.recovered": "info",
  "keys.unkept": "warning",
  notice: "warning",
  "outcomes.unreadable": "warning",
  "peppers.short": "warning",
  "reload.applied": "info",
  "reload.refused": "error",
  "server.started": "info",
  "state.failing": "error",
  "state.interval": "info",
  "state.recovered": "info",
  "state.refused": "error",
  "state.restored": "info",
  "watch.failing": "warning",
  "worker.ended": "error",
  "worker.late": "warning",
  "worker.up": "info",
};

/** Told what happens, as a sentence and, where it has a name, with what kind of thing it is. */
export type Report = (message: string, event?: ReportEvent) => void;

/** `text` is the sentence alone; `json` one object a line with `time`, `level`, `event` and `message`. */
export type ReportFormat = "text" | "json";

/**
 * Writes what is told.
 *
 * @param write - Gets whole lines, with their newlines.
 * @param nowMs - Milliseconds since the Unix epoch.
 */
export function reportTo(write: (text: string) => void, format: ReportFormat, nowMs: () => number = Date.now): Report {
  if (format === "text") return (message) => write(`${message}\n`);
  return (message, event = "notice") => {
    const time = new Date(nowMs()).toISOString();
    write(`${JSON.stringify({ time, level: LEVELS[event], event, message })}\n`);
  };
}

/**
 * Reports what went wrong with something that another must not suffer from. That a worker holds the state is said where it was waited for, and
 * not of each that came meanwhile.
 *
 * @param where - Begins the sentence.
 */
export function reportFault(report: Report, where: string, fault: unknown): void {
  if (!(fault instanceof StateHeldError)) report(`${where}: ${describeFault(fault)}`, "fault");
  else if (fault.waited) report(`${where}: ${fault.message}`, "worker.late");
}

/** A fault as it is reported: with its place where it has one. */
export function describeFault(fault: unknown): string {
  return fault instanceof Error ? (fault.stack ?? fault.message) : String(fault);
}
