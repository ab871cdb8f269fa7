/**
 * `key_spray`: API keys from a list, leaked or guessed, are tried one after the other; nearly none of them is valid here.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `success` | keys of all vendors leak alike, 29 M new ones on GitHub in 2025 (GitGuardian), so a list that is tried on one API holds few of its own; guessing alone finds none: a key of 128 bits is beyond any rate |
 * | `dead` | 81 % of leaked secrets still stand where they leaked 16 days later (Meli et al., NDSS 2019), so most of those that an owner has noticed are revoked before they are tried |
 * | `clients` | the owners whose keys leaked; a leaked key is first tried within minutes (Comparitech, Orca), 82 % of them sooner or later (Spacecrab) |
 */
export const KEY_SPRAY = {
  name: "key_spray",
  threats: ["API2", "OAT-007"],
  about:
    "Tries API keys from a list that is leaked or guessed; nearly all are unknown, a few were revoked, and very few are valid.",
  target: "only",
  clients: "optional",
  sources: 100,
  rate: { count: 10, perMicros: 1_000_000 },
  parameters: {
    success: {
      type: "percent",
      default: 0.1,
      about: "share of the tried keys that are a valid one of `clients`; none where no clients are named",
    },
    dead: { type: "percent", default: 1, about: "share of the tried keys that were once valid and are revoked" },
  },
} as const;
