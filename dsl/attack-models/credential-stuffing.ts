/**
 * `credential_stuffing`: stolen user name and password pairs are tried, one try for each, from many networks.
 *
 * | parameter | realistic values and their source |
 * |---|---|
 * | `sources` | 16,600 addresses in 15 h (DataDome, cashback login); 2.2 M residential ones in 6 days (Castle, US finance); 172,000 in 21 days (DataDome, gaming) |
 * | `rate` | 36 to 42 a second over the whole campaign in the cashback case, that is 8.8 tries an address and hour |
 * | `ramp` | 7.4 M tries in a week began with a low rate of probing and reached 350,000 in three hours, where the mean was 132,000 (DataDome, fintech, 2025); 208,000 an hour at the most, 21 times what was usual (Castle). None by default: the cashback case was a plateau |
 * | `success` | 0.1 to 0.2 % (Azion), up to 2 % |
 */
export const CREDENTIAL_STUFFING = {
  name: "credential_stuffing",
  threats: ["OAT-008", "API2"],
  about: "Tries stolen user name and password pairs, each once, from many networks.",
  target: "sign_in",
  clients: "never",
  sources: 16_600,
  rate: { count: 40, perMicros: 1_000_000 },
  parameters: {
    success: { type: "percent", default: 0.5, about: "share of the tried pairs that are valid" },
    ramp: { type: "duration", default: 0, about: "time in which its rate rises from nothing to the full one, evenly" },
  },
} as const;
