/**
 * `account_creation`: accounts are registered by a program, with addresses that it makes up from a few mailboxes.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `rate` | 80,000 registrations in less than a week (Castle, 2026), one in 7.5 s; bursts are faster, as sign-up fraud is 23 % of all sign-ups (Auth0, 2022) and comes in waves |
 * | `inboxes`, `plus` | addresses enumerated by a few digits, and one mailbox under many names, are what services that judge addresses look for first (Arkose Labs); a mailbox is needed, because accounts are confirmed by mail |
 * | `sources` | the registrations are spread over proxies like sign-ins: 50 are a small pool |
 */
export const ACCOUNT_CREATION = {
  name: "account_creation",
  threats: ["OAT-019", "API6"],
  about: "Registers accounts far faster than people do, under numbered addresses and aliases of a few mailboxes.",
  target: "sign_in",
  clients: "never",
  sources: 50,
  rate: { count: 8, perMicros: 60_000_000 },
  parameters: {
    inboxes: { type: "int", default: 20, least: 1, most: 10_000, about: "mailboxes that its aliases lead to" },
    plus: {
      type: "percent",
      default: 50,
      about:
        "share of the addresses that are aliases of a mailbox (`name+0042@…`); the others are numbered (`name0042@…`)",
    },
  },
} as const;
