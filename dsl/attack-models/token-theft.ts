/**
 * `token_theft`: a client's credential is used from elsewhere: a few calls to see what it opens, a pause, then the export.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `recon`, `wait` | one day of looking around, then exports for five days, with tokens of 700 organisations (Salesloft Drift, August 2025; Cloudflare's account of it) |
 * | `sources` | few: new autonomous systems and a new user agent, with the same token |
 * | `rate` | low enough not to stand out from what the client itself sends |
 */
export const TOKEN_THEFT = {
  name: "token_theft",
  threats: ["API2", "NHI2"],
  about: "Uses a client's credential from elsewhere: looks around, waits, and exports.",
  target: "only",
  clients: "required",
  sources: 3,
  rate: { count: 5, perMicros: 1_000_000 },
  parameters: {
    recon: { type: "int", default: 20, about: "calls over all routes before the export, at a tenth of the rate" },
    wait: { type: "duration", default: 60_000_000, about: "pause between looking around and the export" },
    objects: { type: "int", default: 10_000, least: 1, about: "objects that are exported, in order" },
  },
} as const;
