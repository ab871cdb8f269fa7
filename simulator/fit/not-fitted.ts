/** What a fit leaves out, told with each: a scenario that is silent of it looks as if the traffic had none. */
export const NOT_FITTED: readonly { readonly what: string; readonly instead: string }[] = [
  { what: "drift of a rate over hours", instead: "each rate is the mean over the whole log" },
  { what: "when a client first appears", instead: "each sends from the start, unless `joins` says otherwise" },
  { what: "retries of clients", instead: "they count as requests, and every population is `retries none`" },
];
