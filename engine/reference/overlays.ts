/** Overlays as they bear on one request: who is killed, quarantined or spared, and what mode and factor names have. */
import type { Overlay, OverlaySubject } from "../overlay.ts";
import { LEAST_FACTOR, MAX_OVERLAYS, MOST_FACTOR } from "../overlay.ts";
import type { Policy } from "../policy.ts";
import { holds, parseNetwork } from "./address.ts";
import type { Facts } from "./facts.ts";
import type { Mode } from "./rollout.ts";
import { memberOf } from "./values.ts";

const QUARANTINE_FACTOR = 0.1;

/** What the overlays in force change for a request. */
export interface Overlaid {
  /** Ids of those in force, as they were set. */
  readonly ids: readonly string[];
  readonly killed: boolean;
  readonly quarantined: boolean;
  /** Modes of rules and limits by name. */
  readonly modes: ReadonlyMap<string, Mode>;
  /** The overlays that spare from rules and limits. */
  readonly spares: readonly { readonly name: string; readonly id: string }[];
  /** How many times as much a limit allows; null for as much as is written. */
  readonly factorOf: (limit: string) => number | null;
}

/** What no overlay changes. */
export const NOT_OVERLAID: Overlaid = {
  ids: [],
  killed: false,
  quarantined: false,
  modes: new Map(),
  spares: [],
  factorOf: () => null,
};

/** Refuses overlays that no engine takes. */
export function checkOverlays(overlays: readonly Overlay[]): void {
  if (overlays.length > MAX_OVERLAYS) throw new RangeError(`more than ${MAX_OVERLAYS} overlays`);
  for (const overlay of overlays) {
    if (overlay.kind === "factor" && !(overlay.factor >= LEAST_FACTOR && overlay.factor <= MOST_FACTOR)) {
      throw new RangeError(`the factor of overlay \`${overlay.id}\` is not within ${LEAST_FACTOR} to ${MOST_FACTOR}`);
    }
  }
}

function concerns(subject: OverlaySubject, { client, request, address }: Facts): boolean {
  if ("client" in subject) return client?.id === subject.client;
  if ("label" in subject) return client !== null && memberOf(client.labels, subject.label) === subject.value;
  if ("issuer" in subject) return memberOf(request.claims, "iss") === subject.issuer;
  if ("key" in subject) return request.credential !== null && request.credential.id === subject.key;
  const network = parseNetwork(subject.network);
  return network !== null && holds(network, { base: address, bits: 128 });
}

function isInForce(overlay: Overlay, policy: Policy, facts: Facts): boolean {
  if (facts.now >= overlay.endsMicros) return false;
  if ("subject" in overlay) return concerns(overlay.subject, facts);
  const ofLimit = policy.limits.some(({ name }) => name === overlay.name);
  return ofLimit || (overlay.kind === "mode" && policy.rules.some(({ name }) => name === overlay.name));
}

/** The overlays in force for a request and what they change. */
export function overlaidBy(overlays: readonly Overlay[], policy: Policy, facts: Facts): Overlaid {
  const live = overlays.filter((overlay) => isInForce(overlay, policy, facts));
  const quarantined = live.some(({ kind }) => kind === "quarantine");
  return {
    ids: live.map(({ id }) => id),
    killed: live.some(({ kind }) => kind === "kill"),
    quarantined,
    modes: new Map(live.flatMap((each) => (each.kind === "mode" ? [[each.name, each.mode] as const] : []))),
    spares: live.flatMap((each) => (each.kind === "spare" ? [{ name: each.name, id: each.id }] : [])),
    factorOf: (limit) => {
      const factors = live.flatMap((each) => (each.kind === "factor" && each.name === limit ? [each.factor] : []));
      if (quarantined) factors.push(QUARANTINE_FACTOR);
      if (factors.length === 0) return null;
      const product = factors.reduce((sum, factor) => sum * factor, 1);
      return Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, product));
    },
  };
}
