/** What limits allow, for hover and completion: the algorithm and what it guarantees. */

export interface AmountText {
  readonly form: string;
  readonly algorithm: string;
  /** Holds for unit cost and no refund, while the key is resident; a delayed request counts at its release. */
  readonly guarantee: string;
}

/** By the kind of amount in the tree; `exact` is a rate with a log. */
export const AMOUNT_TEXTS: Readonly<Record<"rate" | "exact" | "calendar" | "leases", AmountText>> = {
  rate: {
    form: "N per D [burst B]",
    algorithm: "GCRA, exact in integers",
    guarantee:
      "In any window W at most B + ⌈W·N/D⌉ − 1 requests; a caller that sends at most N in every window D is never refused when B ≥ N. B is N where it is left out.",
  },
  exact: {
    form: "N per D exact",
    algorithm: "a sliding log of at most 1,024 entries",
    guarantee: "Never more than N in any window D; a conforming caller is never refused.",
  },
  calendar: {
    form: 'N per day|hour|month "ZONE"',
    algorithm: "a calendar quota in a time zone",
    guarantee: "At most N in each calendar unit.",
  },
  leases: {
    form: "N at once",
    algorithm: "leases, freed by the outcome or after 60s",
    guarantee: "Never more than N in flight.",
  },
};
