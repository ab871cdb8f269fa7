/**
 * `id_enumeration`: identifiers are guessed, mostly with one valid credential, and those that exist are read although they
 * are somebody else's.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `rate` | 5,000 a minute from each of a few self-registered partner accounts, for three weeks: 49 M records (Dell partner API, 2024) |
 * | `hits` | codes of seven random characters are sparse; a numeric key is dense |
 * | `random` | 100 % in the Dell case, 0 % for the common walk by ones |
 * | `sources` | 13,000 addresses and 15 requests an hour of each where no account was needed (amazee.io, a service that checks e-mail addresses) |
 */
export const ID_ENUMERATION = {
  name: "id_enumeration",
  threats: ["API1", "OAT-018"],
  about: "Guesses identifiers, by ones or at random, and reads those that exist.",
  target: "only",
  clients: "optional",
  sources: 5,
  rate: { count: 5_000, perMicros: 60_000_000 },
  parameters: {
    hits: { type: "percent", default: 5, about: "share of guesses that exist; the others are answered 404" },
    random: { type: "percent", default: 0, about: "share of guesses drawn at random instead of the next number" },
    space: {
      type: "int",
      default: 1_000_000,
      least: 2,
      most: 1_000_000_000,
      about: "identifiers that are guessed from",
    },
  },
} as const;
