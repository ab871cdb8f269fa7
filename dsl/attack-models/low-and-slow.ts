/**
 * `low_and_slow`: every source is used as seldom as the crowd allows, each with a face of its own, so that no counter for an
 * address ever fills; at a sign-in it tries stolen pairs, elsewhere it reads objects.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `sources` | 1.7 to 5.3 tries an address over a whole campaign (DataDome 2025, 4.4 M addresses; Castle, 2.2 M) |
 * | `rate` | low probing first; some 14,000 accounts from April to September (23andMe, 2023) |
 * | `success` | 0.1 to 0.2 % (Azion), up to 2 %; reading has no failures |
 */
export const LOW_AND_SLOW = {
  name: "low_and_slow",
  threats: ["OAT-008", "OAT-011"],
  about: "Uses each of its sources as seldom as it can, so that no counter for an address fills.",
  target: "only",
  clients: "optional",
  sources: 2_000,
  rate: { count: 1, perMicros: 2_000_000 },
  parameters: {
    success: { type: "percent", default: 0.5, about: "share of the tried pairs that are valid, at a sign-in" },
    objects: { type: "int", default: 10_000, least: 1, about: "objects that are read, elsewhere" },
  },
} as const;
