/**
 * `flood`: as many requests as can be had, from a crowd in which no single address is loud, past every cache.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `rate`, `sources` | 2.45 G requests in five hours, 136,000 a second in the mean and 205,344 at the most, from 1.2 M addresses: one in nine seconds from each (DataDome, 2026). A simulation takes a thousandth |
 * | `ramp` | a botnet needs seconds to start |
 * | `unique` | a random query makes each request one that no cache holds |
 */
export const FLOOD = {
  name: "flood",
  threats: ["OAT-015", "API4"],
  about: "Sends as much as it can from a crowd in which no address is loud.",
  target: "only",
  clients: "optional",
  sources: 1_200,
  rate: { count: 136, perMicros: 1_000_000 },
  parameters: {
    ramp: { type: "duration", default: 10_000_000, about: "time until it sends at its full rate" },
    unique: { type: "percent", default: 50, about: "share of requests with a random query" },
    faces: {
      type: "int",
      default: 1,
      least: 1,
      most: 72,
      about: "faces of browsers that it takes turns with; 1 is that of one tool",
    },
  },
} as const;
