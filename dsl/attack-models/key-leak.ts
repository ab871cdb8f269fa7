/**
 * `key_leak`: a client's key was published, and strangers find it one after the other; each tries it from where it is.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `found` | first use about a minute (Comparitech), under two (Orca), eleven (canary tokens) or thirty (Spacecrab, 82 % of the keys) after the push |
 * | `finders` | a secret stays public: 81 % were still there after 16 days (Meli et al., NDSS 2019) |
 * | `sources` | one for each finder, so `sources` is not less than `finders` |
 */
export const KEY_LEAK = {
  name: "key_leak",
  threats: ["API2", "NHI2"],
  about: "A client's key is public: strangers find it one after the other and use it.",
  target: "only",
  clients: "required",
  sources: 20,
  rate: { count: 5, perMicros: 1_000_000 },
  parameters: {
    finders: { type: "int", default: 20, least: 1, most: 10_000, about: "strangers that find the key" },
    found: { type: "duration", default: 60_000_000, about: "mean time until the next one finds it" },
  },
} as const;
