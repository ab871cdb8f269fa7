/** Generated overlays: every effect and subject, on names that policies have and on one that none has. */
import fc from "fast-check";
import type { Overlay, OverlaySubject } from "../../engine/index.ts";
import * as words from "./generators-vocabulary.ts";

const subject: fc.Arbitrary<OverlaySubject> = fc.oneof(
  fc.constantFrom<OverlaySubject>(
    { client: "acme" },
    { client: "a|b" },
    { client: "nobody" },
    { label: "vendor", value: "acme" },
    { label: "vendor", value: "other" },
    { issuer: "https://issuer.example" },
    { key: "k1" },
  ),
  fc.constantFrom(...words.NETWORKS).map((network): OverlaySubject => ({ network })),
);

const rule: fc.Arbitrary<string> = fc.constantFrom(0, 0, 1, 1, 2, 3, 4).map((index) => `rule_${index}`);
const limit: fc.Arbitrary<string> = fc.constantFrom("limit_0", "limit_0", "limit_1", "limit_2", "renamed_limit_0");
const name: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: rule },
  { weight: 4, arbitrary: limit },
  { weight: 1, arbitrary: fc.constant("nothing") },
);

/** Ends before, during and after traces. */
const ends: fc.Arbitrary<number> = fc.oneof(
  { weight: 2, arbitrary: fc.constant(Number.MAX_SAFE_INTEGER) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 1_000_000, 10_000_000, 3_600_000_000).map((at) => words.EPOCH + at) },
);

const effect = fc.oneof(
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom("kill" as const, "quarantine" as const), subject }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("spare" as const), subject, name }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("mode" as const),
      name,
      mode: fc.constantFrom("off" as const, "shadow" as const, "on" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("factor" as const),
      name: fc.oneof({ weight: 3, arbitrary: limit }, { weight: 1, arbitrary: name }),
      factor: fc.constantFrom(0.01, 0.1, 0.5, 1, 1.5, 3, 100, 1 / 3),
    }),
  },
);

/** A few overlays at a time. */
export const arbitraryOverlays: fc.Arbitrary<readonly Overlay[]> = fc
  .array(fc.record({ effect, endsMicros: ends }), { maxLength: 4 })
  .map((list) =>
    list.map(({ effect: each, endsMicros }, index) => ({
      ...each,
      id: `overlay_${index}`,
      author: "generated",
      reason: "generated",
      endsMicros,
    })),
  );
