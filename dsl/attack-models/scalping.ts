/**
 * `scalping`: a product is polled until it is on sale; then baskets are filled and paid at machine speed until it is sold out.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `rate` | 1.7 M visitors within minutes of which at most 100,000 were people, and half of the basket requests were scalpers' (Queue-it) |
 * | `sources` | 16 M requests in five days, straight to the basket, at machine-precise intervals (DataDome, ticket scalping) |
 * | `stock` | what is on sale: the drop is over when it is gone |
 */
export const SCALPING = {
  name: "scalping",
  threats: ["OAT-005", "OAT-006", "API6"],
  about: "Waits for a sale and buys the stock at machine speed.",
  target: "only",
  clients: "optional",
  sources: 100,
  rate: { count: 50, perMicros: 1_000_000 },
  parameters: {
    drop: {
      type: "duration",
      default: 60_000_000,
      begins: "the sale",
      about: "from the attack's begin to the sale's",
    },
    stock: { type: "int", default: 500, least: 1, about: "units on sale" },
    poll: { type: "route", default: null, about: "a route that is asked before the sale, at a tenth of the rate" },
    checkout: { type: "route", default: null, about: "the route that pays for what `target` put into a basket" },
  },
} as const;
