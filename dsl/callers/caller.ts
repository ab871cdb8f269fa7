/**
 * What each caller of the enforcement point shows of a request and carries of a decision, with its documented configuration
 * (nginx ngx_http_auth_request_module, Envoy ext_authz over HTTP, Traefik ForwardAuth, Caddy forward_auth, APISIX forward-auth, HAProxy SPOE).
 */
export const CALLERS = ["nginx", "envoy", "traefik", "caddy", "haproxy", "apisix", "inline"] as const;

/** One of {@link CALLERS}. */
export type CallerName = (typeof CALLERS)[number];

/** What callers can be made to show that by themselves do not. */
export const SHOWABLE = ["outcomes", "bodies"] as const;
export type Showable = (typeof SHOWABLE)[number];

export interface CallerTraits {
  /** Whether what the service answered is seen. */
  readonly outcomes: boolean;
  /** Whether bodies come along: always, where it is configured to, or never. */
  readonly bodies: "always" | "configured" | "never";
  /** Whether it tells how long a body is that does not come along. */
  readonly sizes: boolean;
  /** Longest answer that it waits for, with room to spare, in microseconds. */
  readonly patienceMicros: number;
  /** Statuses of refusals that reach its client as they are; null for all of them. */
  readonly statuses: ReadonlySet<number> | null;
}

const SECOND = 1_000_000;
const ALL_BUT_5XX: ReadonlySet<number> = new Set(Array.from({ length: 100 }, (_, index) => 400 + index));

export const CALLER_TRAITS: Readonly<Record<CallerName, CallerTraits>> = {
  nginx: {
    outcomes: false,
    bodies: "never",
    sizes: true,
    patienceMicros: 60 * SECOND,
    statuses: new Set([400, 401, 403, 429]),
  },
  envoy: {
    outcomes: false,
    bodies: "configured",
    sizes: false,
    patienceMicros: 0.15 * SECOND,
    statuses: ALL_BUT_5XX,
  },
  traefik: { outcomes: false, bodies: "configured", sizes: false, patienceMicros: 25 * SECOND, statuses: null },
  caddy: { outcomes: false, bodies: "never", sizes: true, patienceMicros: 60 * SECOND, statuses: null },
  haproxy: {
    outcomes: true,
    bodies: "configured",
    sizes: true,
    patienceMicros: 4 * SECOND,
    statuses: new Set([400, 401, 403, 404, 429, 503]),
  },
  apisix: { outcomes: false, bodies: "configured", sizes: false, patienceMicros: 2.5 * SECOND, statuses: null },
  inline: { outcomes: true, bodies: "always", sizes: true, patienceMicros: Number.POSITIVE_INFINITY, statuses: null },
};
