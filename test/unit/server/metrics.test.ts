import { describe, expect, it } from "vitest";
import { Histogram, increment, Metrics } from "../../../server/metrics.ts";

describe("Histogram", () => {
  it("puts a value into the bucket whose bound it does not pass", () => {
    const histogram = new Histogram([0.1, 1]);
    for (const value of [0.05, 0.1, 0.5, 7]) histogram.observe(value);
    expect([...histogram.counts]).toEqual([2, 1, 1]);
    expect(histogram.sum).toBeCloseTo(7.65);
  });
});

describe("Metrics.render", () => {
  it("is Prometheus text with cumulative buckets", () => {
    const metrics = new Metrics();
    metrics.verdicts[4] = 3;
    increment(metrics.deciders, "stuffing");
    increment(metrics.deciders, "stuffing");
    metrics.decideSeconds.observe(3e-6);
    metrics.decideSeconds.observe(0.5);
    metrics.addGauge({ name: "held_requests", help: "Held.", type: "gauge", read: () => 7 });
    const text = metrics.render();
    expect(text).toContain('edgepolicy_decisions_total{verdict="block"} 3\n');
    expect(text).toContain('edgepolicy_decided_by_total{by="stuffing"} 2\n');
    expect(text).toContain('edgepolicy_decide_seconds_bucket{le="0.000005"} 1\n');
    expect(text).toContain('edgepolicy_decide_seconds_bucket{le="+Inf"} 2\n');
    expect(text).toContain("edgepolicy_decide_seconds_count 2\n");
    expect(text).toContain("edgepolicy_held_requests 7\n");
    for (const line of text.trimEnd().split("\n")) {
      expect(line).toMatch(/^(# (HELP|TYPE) edgepolicy_\w+ .+|edgepolicy_\w+(\{\w+="[^"]*"\})? [\d.e+-]+)$/);
    }
  });
});
