/** Finds what a policy relies on and its callers do not show or carry. */
import type { Action, Policy, Refusal, Rollout, Span } from "../../engine/index.ts";
import { walk } from "../check/walk.ts";
import { Report } from "../check/report.ts";
import { CALLER_CODES } from "../codes/callers.ts";
import type { Diagnostic } from "../diagnostic.ts";
import type { LoadResult } from "../load.ts";
import { expressionsOf, writtenAttribute } from "../lints/places.ts";
import { durationLiteral } from "../rate-text.ts";
import { CALLER_TRAITS, type CallerName, type CallerTraits, type Showable } from "./caller.ts";

/** The callers that a policy is to be used by. */
export interface Callers {
  readonly via?: readonly CallerName[];
  /** What they have been made to show besides. */
  readonly shows?: readonly Showable[];
}

/** A load with what its callers do not show or carry; a policy that relies on it is none. */
export function loadForCallers(load: LoadResult, callers: Callers): LoadResult {
  const found = load.policy === null ? [] : checkCallers(load.policy, callers);
  return found.length === 0 ? load : { ...load, policy: null, diagnostics: [...load.diagnostics, ...found] };
}

/** Everything that `policy` relies on and a caller does not show or carry, as errors in the order of the text. */
export function checkCallers(policy: Policy, { via = [], shows = [] }: Callers): readonly Diagnostic[] {
  const report = new Report();
  for (const name of new Set(via)) {
    const traits = CALLER_TRAITS[name];
    if (!traits.outcomes && !shows.includes("outcomes")) reportOutcomes(policy, name, report);
    if (traits.bodies !== "always" && !shows.includes("bodies")) reportBodies(policy, name, traits, report);
    reportDelays(policy, name, traits, report);
    reportStatuses(policy, name, traits, report);
  }
  if (via.length > 0) reportAttributes(policy, report);
  return report.list();
}

function reportOutcomes({ signals, limits }: Policy, caller: CallerName, report: Report): void {
  const error = (span: Span, what: string): void =>
    report.error(CALLER_CODES.outcome, span, `${what}, and ${caller} does not show what the service answered`, {
      help: "stand inline (`serve --upstream`), or report outcomes and say `--shows outcomes`",
    });
  for (const { name, phase, span } of signals) {
    if (phase === "outcome") error(span, `the signal \`${name}\` waits for outcomes`);
  }
  for (const { name, amount, refund, span } of limits.filter(isOn)) {
    if (amount.kind === "leases") error(span, `the limit \`${name}\` counts requests at once until their outcome`);
    else if (refund !== null) error(span, `the limit \`${name}\` is refunded by outcomes`);
  }
}

function reportBodies(policy: Policy, caller: CallerName, { bodies, sizes }: CallerTraits, report: Report): void {
  const why = bodies === "never" ? "never sends bodies along" : "sends no bodies along unless it is configured to";
  const help =
    bodies === "never"
      ? "stand inline (`serve --upstream`), or use a caller that can send bodies"
      : "configure it to send bodies and say `--shows bodies`, or stand inline";
  for (const { span, written } of firstReadings(policy, (name) => name === "body")) {
    report.error(CALLER_CODES.body, span, `\`${written}\` is a field of the body, and ${caller} ${why}`, { help });
  }
  for (const { span } of sizes ? [] : firstReadings(policy, (name) => name === "body.size")) {
    report.error(
      CALLER_CODES.body,
      span,
      `the size of a body is read, and ${caller} ${why}, nor says how long they are`,
      {
        help,
      },
    );
  }
  for (const source of policy.identity) {
    if (source.kind !== "hmac") continue;
    const message = `\`hmac ${source.name}\` signs the body, and ${caller} ${why}`;
    report.error(CALLER_CODES.body, source.span, message, { help });
  }
}

function isOn({ rollout }: { readonly rollout: Rollout }): boolean {
  return rollout.mode !== "off";
}

function reportDelays({ rules, limits }: Policy, caller: CallerName, traits: CallerTraits, report: Report): void {
  const { patienceMicros } = traits;
  const check = (span: Span, what: string, micros: number): void => {
    if (micros <= patienceMicros) return;
    const message = `${what} up to ${durationLiteral(micros)}, and ${caller} waits ${durationLiteral(patienceMicros)}`;
    report.error(CALLER_CODES.delay, span, message, {
      help: `slow by at most \`${durationLiteral(patienceMicros)}\`, or throttle`,
    });
  };
  for (const { name, action, span } of rules.filter(isOn)) {
    if (action.kind === "slow") check(span, `the rule \`${name}\` holds requests back`, action.micros);
  }
  for (const { name, otherwise, span } of limits.filter(isOn)) {
    if (otherwise.kind === "slow") check(span, `the limit \`${name}\` holds requests back`, otherwise.upToMicros);
  }
}

function reportStatuses({ rules, limits }: Policy, caller: CallerName, traits: CallerTraits, report: Report): void {
  const { statuses } = traits;
  if (statuses === null) return;
  const check = (span: Span, what: string, does: Action | Refusal): void => {
    if (does.kind !== "block" || statuses.has(does.status)) return;
    report.error(CALLER_CODES.status, span, `${what} answers ${does.status}, which ${caller} cannot carry`, {
      help: `it carries ${statusesText(statuses)}`,
    });
  };
  for (const { name, action, span } of rules.filter(isOn)) check(span, `the rule \`${name}\``, action);
  for (const { name, otherwise, span } of limits.filter(isOn)) check(span, `the limit \`${name}\``, otherwise);
}

function statusesText(statuses: ReadonlySet<number>): string {
  const all = [...statuses];
  return all.length > 10 ? `${all[0]} to ${all.at(-1)}` : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}

const UNSHOWN: ReadonlySet<string> = new Set(["ip.asn", "ip.country", "tls.ja4"]);

function reportAttributes(policy: Policy, report: Report): void {
  for (const { span, written } of firstReadings(policy, (name) => UNSHOWN.has(name))) {
    report.error(CALLER_CODES.attribute, span, `no caller shows \`${written}\` by itself`, {
      help: `let a trusted proxy state it in a header, and read a \`fact\` from that`,
    });
  }
}

interface Reading {
  readonly span: Span;
  readonly written: string;
}

/** The first reading of each attribute that is meant. */
function firstReadings(policy: Policy, isMeant: (name: string) => boolean): readonly Reading[] {
  const found = new Map<string, Reading>();
  for (const expr of expressionsOf(policy)) {
    walk(expr, (part) => {
      if (part.kind !== "attribute" || !isMeant(part.name)) return;
      const written = writtenAttribute(part);
      if (!found.has(written)) found.set(written, { span: part.span, written });
    });
  }
  return [...found.values()];
}
