/** What a fit leaves out, said with each fit: a scenario that did not mention it would look as if the traffic had none. */
export const NOT_FITTED: readonly { readonly what: string; readonly instead: string }[] = [
  { what: "drift of a rate over hours", instead: "each rate is the mean over the whole log" },
  { what: "when a client first appears", instead: "each sends from the start, unless `joins` says otherwise" },
  { what: "retries of clients", instead: "they count as requests, and every population is `retries none`" },
];
