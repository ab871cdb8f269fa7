/**
 * Replays the events of a log through an engine and tells when a rule turns against their source.
 *
 * An overflow of a rule is an event after which the rule holds for the event's source, and just before which it did not. Both are asked by a
 * probe: a request from the same address to the same host at the same time, of which no signal counts anything. Rules stand in shadow, since
 * CrowdSec's tests read logs of traffic that nothing was kept from.
 */
import type { Policy, PolicyEngine, Request } from "../../engine/index.ts";
import { makeRequest } from "../../engine/index.ts";
import type { RequestRecord } from "../../traffic/index.ts";

/** An overflow: the rule, and the event's address, time in microseconds and place among the events. */
export interface Overflow {
  readonly rule: string;
  readonly source: string;
  readonly at: number;
  readonly event: number;
}

export interface Replayed {
  readonly overflows: readonly Overflow[];
  /** Every decision as text, probes included, to compare engines by. */
  readonly decisions: readonly string[];
}

/** In the order of time, and at one time in that of the file, as `edgepolicy replay` orders a log. */
export function inTimeOrder(events: readonly RequestRecord[]): readonly RequestRecord[] {
  return events.toSorted((a, b) => (a.at ?? 0) - (b.at ?? 0));
}

/** Replays events in the order in which they are given. */
export function replay(
  policy: Policy,
  make: (policy: Policy) => PolicyEngine,
  events: readonly RequestRecord[],
): Replayed {
  const engine = make(policy);
  const overflows: Overflow[] = [];
  const decisions: string[] = [];
  const decide = (request: Request, at: number): { readonly token: number; readonly shadow: readonly string[] } => {
    const record = engine.decide(request, at);
    const { token } = record;
    const decision = record.toDecision();
    decisions.push(JSON.stringify(decision));
    return { token, shadow: decision.shadow };
  };
  for (const [event, { request, response, at: recorded }] of events.entries()) {
    const at = recorded ?? 0;
    const probe = makeRequest({ ip: request.ip, host: request.host });
    const before = new Set(decide(probe, at).shadow);
    const { token } = decide(request, at);
    if (response !== null && token !== 0) engine.observe(token, response.outcome, at);
    const turned = decide(probe, at).shadow.filter((rule) => !before.has(rule));
    overflows.push(...turned.map((rule) => ({ rule, source: request.ip, at, event })));
  }
  return { overflows, decisions };
}
