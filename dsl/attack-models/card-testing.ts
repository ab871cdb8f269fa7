/**
 * `card_testing`: stolen cards are tried with small amounts to find those that still work.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `rate` | about 4 M authorisations in two days at one merchant, 23 a second |
 * | `valid` | declines rise from 5 % to 90 % while it lasts |
 * | `sources` | as of other distributed campaigns: hundreds for a small merchant |
 *
 * Amounts are at most two units of the currency.
 */
export const CARD_TESTING = {
  name: "card_testing",
  threats: ["OAT-001", "OAT-010"],
  about: "Tries stolen cards with small amounts.",
  target: "only",
  clients: "optional",
  sources: 300,
  rate: { count: 23, perMicros: 1_000_000 },
  parameters: {
    valid: { type: "percent", default: 10, about: "share of cards that are accepted; the others are answered 402" },
  },
} as const;
