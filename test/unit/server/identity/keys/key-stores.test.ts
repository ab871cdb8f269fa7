import { expect, it, onTestFinished } from "vitest";
import { KeyStores } from "../../../../../server/identity/keys/key-stores.ts";
import { Metrics } from "../../../../../server/metrics.ts";

it("addresses that differ in what is not shown have metrics of their own: no sample comes twice", () => {
  const keys = new KeyStores({
    now: () => 0,
    report: () => {},
    fetch: () => Promise.resolve(new TextEncoder().encode('{"keys":[]}')),
  });
  onTestFinished(() => keys.close());
  const metrics = new Metrics();
  keys.addMetrics(metrics);
  for (const tenant of ["a", "b"]) keys.of(`https://id.example.com/keys?tenant=${tenant}`);
  keys.of("https://other.example.com/keys");
  const samples = metrics.render().match(/^edgepolicy_issuer_keys_fetches_total\{.*$/gm);
  expect(samples).toEqual([
    'edgepolicy_issuer_keys_fetches_total{source="https://id.example.com/keys"} 1',
    'edgepolicy_issuer_keys_fetches_total{source="https://id.example.com/keys (2)"} 1',
    'edgepolicy_issuer_keys_fetches_total{source="https://other.example.com/keys"} 1',
  ]);
});
