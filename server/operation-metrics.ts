/** What operation shows in the metrics. Labels are names of the policy and fixed words, so there are not many. */
import type { DecisionCounts } from "./decision-counts.ts";
import type { Metrics } from "./metrics.ts";
import type { Operation } from "./operation.ts";

type Counted = readonly (readonly [name: string, count: number])[];

export function addOperationMetrics(metrics: Metrics, operation: Operation): void {
  const { audit, containment, counts } = operation;
  addDecisionCounts(metrics, counts);
  metrics.addSeries({
    name: "overlays",
    help: "Overlays in force, by what set them.",
    type: "gauge",
    read: () =>
      (["overlay", "client", "ban", "guard"] as const).map(
        (kind) => [{ kind }, containment.inForce(kind).length] as const,
      ),
  });
  metrics.addSeries({
    name: "contained_clients",
    help: "Clients that are contained, by how.",
    type: "gauge",
    read: () => [...containment.clientCounts()].map(([state, count]) => [{ state }, count] as const),
  });
  const gauge = (name: string, help: string, type: "gauge" | "counter", read: () => number): void =>
    metrics.addGauge({ name, help, type, read });
  gauge("revocations", "Revocations in force.", "gauge", () => containment.revocations.all.length);
  gauge(
    "ban_guard_trips_total",
    "Rules put to shadow because they banned too many clients.",
    "counter",
    () => operation.tripped,
  );
  const warned = "Times that a rule was said to have banned many callers that are no clients.";
  gauge("ban_guard_warnings_total", warned, "counter", () => operation.warned);
  gauge("audit_entries_total", "Entries of the audit log since its beginning.", "counter", () => audit.head.size);
  gauge("audit_failures_total", "Entries that could not be written.", "counter", () => audit.failures);
}

/** Counts of decisions by rule and limit. */
export function addDecisionCounts(metrics: Metrics, counts: DecisionCounts): void {
  const byName = (name: string, help: string, label: string, read: () => Counted): void =>
    metrics.addSeries({
      name,
      help,
      type: "counter",
      read: () => read().map(([of, count]) => [{ [label]: of }, count] as const),
    });
  byName("rule_matches_total", "Decisions in which a rule took effect.", "rule", () => counts.matched());
  byName("limit_near_total", "Decisions at which four fifths of a limit were used.", "limit", () => counts.near());
  byName("limit_over_total", "Decisions that a limit did not admit.", "limit", () => counts.over());
}
