/** What each attribute of the language means, for hover and completion. Types stand in the checker's table. */

/** By the dotted name. */
export const ATTRIBUTE_TEXTS: Readonly<Record<string, string>> = {
  method: "The request's method.",
  host: "The host asked for, in lower case and without port.",
  path: "The canonical path: unreserved characters decoded once, dot segments removed, repeated slashes merged.",
  "path.raw": "The path as received, without query.",
  "path.with_query": "The whole request target as received: the path and, behind a `?`, the query.",
  "path.ambiguous": "Whether servers could read the path in two ways.",
  route: "The declared route that matched; missing where none did.",
  query: "First value of a query parameter, decoded once. An empty value is present.",
  header: "First value of a header; names are written in lower case.",
  cookie: "Value of a cookie.",
  "query.raw": "The query as received, without its `?`; empty where there is none.",
  "query.count": "How many pairs the query has.",
  "header.count": "How many header lines the request has.",
  "body.size": "Bytes of the body, declared or counted, whichever is larger.",
  ip: "Address of the caller, after `trust proxy`.",
  "ip.network": "The caller's network: /24 of IPv4, /64 of IPv6; `ip.network(16, 48)` for other lengths.",
  "ip.asn": "Number of the autonomous system that announces the address.",
  "ip.country": "Country of the address, as a two-letter code.",
  "tls.ja4": "JA4 fingerprint of the TLS handshake, from a trusted proxy.",
  client: "The inventory's record of the caller; missing for strangers. As a key it is the client's id.",
  "client.id": "Id of the client in the inventory.",
  "client.kind": "What sort of program the client is.",
  "client.status": "Stage of the client's life. Only `active` and `quarantined` clients are let in.",
  "client.owner.team": "Team that owns the client.",
  "client.owner.accountable": "Person who answers for the client; empty where nobody does.",
  "client.environment": "Where the client runs.",
  "client.plan": "The client's commercial plan; empty where it has none.",
  "client.tags": "Free tags of the client.",
  "client.operations": "Routes that the inventory grants the client.",
  "client.scopes": "Scopes that the client may hold.",
  "client.networks": "Networks that the client calls from; empty for anywhere.",
  "client.rate": "Rate agreed with the client: `N per D [burst B]`.",
  "client.expires": "When the client ends.",
  "client.review_by": "When the client is to be reviewed.",
  "client.labels": "A text that the inventory labels the client with.",
  "client.expect": "A number that the inventory expects of the client.",
  evidence: "How the caller proved itself, from `none` to `bound_token`; ordered, so that `>=` works.",
  "identity.error": "Why the credential that was offered was refused; missing where none was.",
  "credential.id": "Id of the credential that the caller proved.",
  "credential.age": "Time since the credential was issued.",
  "credential.expires_in": "Time until the credential ends.",
  "token.scopes": "Scopes of a verified token.",
  "token.claim": "A text claim of a verified token.",
  granted:
    "Whether the inventory grants the route to the client, with the evidence and scopes that the route asks for.",
  now: "Time of the request.",
  "now.hour": "Hour of the day in a time zone, 0 to 23.",
  "now.weekday": "Day of the week in a time zone.",
  "response.status": "Status that the service answered; in `where` and arguments of signals and in `refund when`.",
  "response.size": "Bytes of the service's answer.",
  "response.latency": "How long the service took.",
  "response.header": "A header of the service's answer.",
  served: "Whether the request was let through; only in `where` of signals.",
};

/** Why an attribute can be missing, by the checker's word for it. */
export const MISSING_TEXTS = {
  never: "",
  maybe: "can be missing",
  client: "missing where there is no client",
  client_maybe: "missing where there is no client, or where its record does not state it",
} as const;

/** Functions of conditions, by name. */
export const FUNCTION_TEXTS: Readonly<Record<string, { readonly form: string; readonly about: string }>> = {
  used: {
    form: "used(LIMIT)",
    about: "How much of a limit this key had used before this request, as a percentage. Rules and scores read it.",
  },
  ratio: { form: "ratio(a, b)", about: "`a` of `b` as a percentage; 0% where `b` is 0." },
};
