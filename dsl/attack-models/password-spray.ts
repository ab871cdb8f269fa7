/**
 * `password_spray`: one common password is tried on every account of a list, then nothing for hours, then the next one.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `passwords`, `every` | one or two tries an account in each round, over months; addresses, user agents and client applications change between tries (Microsoft Threat Intelligence on low and slow sprays, 2022) |
 * | `success` | 1 % of the accounts that are not kept from common passwords (Microsoft, 2020) |
 * | `sources` | thousands of addresses against many organisations at once, so that one of them sees few of each (Microsoft, 2020) |
 * | `accounts` | a directory's worth; breadth before depth never trips a lock of single accounts (Herley and Schechter, NDSS 2019) |
 */
export const PASSWORD_SPRAY = {
  name: "password_spray",
  threats: ["OAT-007", "API2"],
  about:
    "Tries one common password on all accounts of a list, in rounds with long pauses, with another face and source each time.",
  target: "sign_in",
  clients: "never",
  sources: 1_000,
  rate: { count: 1, perMicros: 1_000_000 },
  parameters: {
    accounts: { type: "int", default: 1_000, least: 1, about: "accounts of the list, each tried in every round" },
    passwords: { type: "int", default: 1, least: 1, most: 10, about: "passwords tried on each account in a round" },
    every: {
      type: "duration",
      default: 7_200_000_000,
      about: "from the start of one round to that of the next, which waits for a round that takes longer",
    },
    success: { type: "percent", default: 1, about: "share of the accounts that one of the tried passwords opens" },
  },
} as const;
