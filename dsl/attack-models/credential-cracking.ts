/**
 * `credential_cracking`: many passwords are tried on a few known accounts, the commonest passwords first.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `sources`, `rate` | 3.7 M tries in 19 h from 13,000 addresses (amazee.io, an API that checks mail addresses): 54 a second, 15 an address and hour |
 * | `accounts` | OAT-007 has one account or a few; administrators, and names that an enumeration has found |
 * | `dictionary` | in 70 M passwords of Yahoo's users the ten commonest open about 1 % of the accounts (below 10 bits against guessing online), and a million (about 20 bits) half of them (Bonneau, IEEE S&P 2012); between the two a power law, as CDF-Zipf of Wang et al. (IEEE TIFS 2017) |
 */
export const CREDENTIAL_CRACKING = {
  name: "credential_cracking",
  threats: ["OAT-007", "API2"],
  about: "Tries a dictionary of passwords on a few known accounts, the commonest first, on all of them in turn.",
  target: "sign_in",
  clients: "never",
  sources: 13_000,
  rate: { count: 54, perMicros: 1_000_000 },
  parameters: {
    accounts: { type: "int", default: 20, least: 1, most: 100_000, about: "accounts whose names it knows" },
    dictionary: {
      type: "int",
      default: 100_000,
      least: 1,
      about:
        "passwords that it tries on an account before it lets it be; half of all passwords are among the first million",
    },
  },
} as const;
