/**
 * `inventory_hoarding`: units are held in baskets, renewed just before each hold runs out, and never bought.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `hold` | 5 to 20 minutes are the usual lives of a basket |
 * | `units` | enough that honest buyers find none: a stock-out without sales (OWASP OAT-021) |
 * | `rate` | a part of 21.5 % of all add-to-cart requests that are automated (F5 Labs, 2025) |
 */
export const INVENTORY_HOARDING = {
  name: "inventory_hoarding",
  threats: ["OAT-021", "API6"],
  about: "Holds units, renews each hold just before it runs out, and never buys.",
  target: "only",
  clients: "optional",
  sources: 20,
  rate: { count: 2, perMicros: 1_000_000 },
  parameters: {
    units: { type: "int", default: 100, least: 1, most: 100_000, about: "units that it holds at once" },
    hold: { type: "duration", default: 600_000_000, about: "how long the service holds a unit" },
  },
} as const;
