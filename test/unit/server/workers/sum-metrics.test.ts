import { expect, test } from "vitest";
import { increment, Metrics } from "../../../../server/metrics.ts";
import { addMetrics, counted, readMetrics, writeMetrics } from "../../../../server/workers/sum-metrics.ts";

function metricsOf(decided: readonly string[], held: number): Metrics {
  const metrics = new Metrics();
  for (const by of decided) {
    increment(metrics.deciders, by);
    metrics.decideSeconds.observe(0.000_5);
  }
  metrics.addGauge({ name: "held_requests", help: "Requests held by slow.", type: "gauge", read: () => held });
  metrics.addGauge({ whole: true, name: "state_age_seconds", help: "Age.", type: "gauge", read: () => 7 });
  metrics.addSeries({
    whole: true,
    name: "state_keys",
    help: "Keys.",
    type: "gauge",
    read: () => [[{ kind: "a b" }, 3]],
  });
  return metrics;
}

test("what is written is read as it was", () => {
  const text = metricsOf(["a", 'b "c" d'], 2).render();
  expect(writeMetrics(readMetrics(text))).toBe(text);
});

test("metrics of threads add up, sample by sample, and what is the whole server's is told once", () => {
  const sums = readMetrics(metricsOf(["a"], 1).render());
  addMetrics(sums, readMetrics(metricsOf(["a", "b"], 2).render(true)));
  const lines = writeMetrics(sums).split("\n");
  for (const line of [
    'edgepolicy_decided_by_total{by="a"} 2',
    'edgepolicy_decided_by_total{by="b"} 1',
    'edgepolicy_decide_seconds_bucket{le="0.0005"} 3',
    'edgepolicy_decide_seconds_bucket{le="0.00025"} 0',
    "edgepolicy_decide_seconds_count 3",
    "edgepolicy_held_requests 3",
    "edgepolicy_state_age_seconds 7",
    'edgepolicy_state_keys{kind="a b"} 3',
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines.filter((line) => line.startsWith("# TYPE edgepolicy_decided_by_total"))).toHaveLength(1);
});

test("a thread that is gone leaves what it counted, and nothing that it had", () => {
  const left = counted(readMetrics(metricsOf(["a"], 5).render(true)));
  expect(left.has("edgepolicy_held_requests")).toBe(false);
  expect(left.get("edgepolicy_decided_by_total")?.samples).toEqual(
    new Map([['edgepolicy_decided_by_total{by="a"}', 1]]),
  );
  expect(left.get("edgepolicy_decide_seconds")?.samples.get("edgepolicy_decide_seconds_count")).toBe(1);
});
