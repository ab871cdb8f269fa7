/**
 * Overlays made ready for a program: what they force on rules and limits stands in arrays, and the subjects of the others in look-up
 * tables, so that a request costs the same with one kill as with a thousand. They are made anew when one of them ends.
 */
import { Numbers } from "./decision-record.ts";
import type { Context } from "./facts/context.ts";
import { memberOf } from "./facts/json-field.ts";
import { NetworkTable } from "./facts/network-table.ts";
import { canonicalNetwork } from "./facts/networks.ts";
import { ipOf } from "./facts/read-request.ts";
import { LEAST_FACTOR, MAX_OVERLAYS, MOST_FACTOR, type Overlay, type OverlaySubject } from "./overlay.ts";
import type { Client, Policy } from "./policy.ts";
import { METHODS } from "./policy.ts";
import { type Program, Rollout } from "./program.ts";

const QUARANTINE_FACTOR = 0.1;
const NOBODY: readonly number[] = [];
const SAFE: ReadonlySet<number> = new Set([
  METHODS.indexOf("GET"),
  METHODS.indexOf("HEAD"),
  METHODS.indexOf("OPTIONS"),
]);

/** Refuses overlays that no engine takes. Throws as `PolicyEngine.setOverlays` does. */
export function checkOverlays(overlays: readonly Overlay[]): void {
  if (overlays.length > MAX_OVERLAYS) throw new RangeError(`more than ${MAX_OVERLAYS} overlays`);
  for (const overlay of overlays) {
    if (overlay.kind !== "factor" || (overlay.factor >= LEAST_FACTOR && overlay.factor <= MOST_FACTOR)) continue;
    throw new RangeError(`the factor of overlay \`${overlay.id}\` is not within ${LEAST_FACTOR} to ${MOST_FACTOR}`);
  }
}

/** Which states of rules and limits, by name, overlays call for: enforced (false) and shadow (true). */
export function statesForced(overlays: readonly Overlay[]): ReadonlyMap<string, readonly boolean[]> {
  const states = new Map<string, readonly boolean[]>();
  for (const overlay of overlays) {
    if (overlay.kind !== "mode" || overlay.mode === "off") continue;
    states.set(overlay.name, [...(states.get(overlay.name) ?? []), overlay.mode === "shadow"]);
  }
  return states;
}

/** Overlays by whom they concern; each value lists places in the array of overlays. */
class Subjects {
  private readonly clients: readonly (readonly number[])[];
  private readonly issuers = new Map<string, number[]>();
  private readonly keys = new Map<string, number[]>();
  private readonly byNetwork: readonly (readonly number[])[];
  private readonly networks: NetworkTable;
  private readonly found: Int32Array;

  constructor(overlays: readonly Overlay[], clients: readonly Client[]) {
    const byId = new Map<string, number[]>();
    const byLabel = new Map<string, number[]>();
    const byNetwork = new Map<string, number[]>();
    for (const [index, overlay] of overlays.entries()) {
      if (!("subject" in overlay)) continue;
      const { subject } = overlay;
      if ("client" in subject) file(byId, subject.client, index);
      else if ("label" in subject) file(byLabel, JSON.stringify([subject.label, subject.value]), index);
      else if ("issuer" in subject) file(this.issuers, subject.issuer, index);
      else if ("key" in subject) file(this.keys, subject.key, index);
      else fileNetwork(byNetwork, subject, index);
    }
    this.clients = clients.map(({ id, labels }) => [
      ...(byId.get(id) ?? []),
      ...Object.entries(labels).flatMap((label) => byLabel.get(JSON.stringify(label)) ?? []),
    ]);
    this.byNetwork = [...byNetwork.values()];
    this.networks = new NetworkTable([...byNetwork.keys()], [...this.byNetwork.keys()]);
    this.found = new Int32Array(this.networks.most);
  }

  /** Adds the overlays that concern a request. */
  collect(c: Context, out: Numbers): void {
    const { request } = c;
    if (c.client >= 0) pushAll(out, this.clients[c.client]!);
    const issuer = this.issuers.size === 0 ? null : memberOf(request.claims, "iss");
    if (typeof issuer === "string") pushAll(out, this.issuers.get(issuer) ?? NOBODY);
    const key = request.credential === null ? null : request.credential.id;
    if (key !== null) pushAll(out, this.keys.get(key) ?? NOBODY);
    if (this.byNetwork.length === 0) return;
    const count = this.networks.collect(ipOf(c), 0, this.found, 0);
    for (let index = 0; index < count; index++) pushAll(out, this.byNetwork[this.found[index]!]!);
  }
}

function file(places: Map<string, number[]>, name: string, index: number): void {
  const known = places.get(name);
  if (known === undefined) places.set(name, [index]);
  else known.push(index);
}

/** A text that is no network concerns nobody. */
function fileNetwork(
  places: Map<string, number[]>,
  { network }: Extract<OverlaySubject, { network: string }>,
  index: number,
): void {
  const canonical = canonicalNetwork(network);
  if (canonical !== null) file(places, canonical, index);
}

function pushAll(out: Numbers, items: readonly number[]): void {
  for (let index = 0; index < items.length; index++) out.push(items[index]!);
}

/** The overlays that have not ended, for one program. */
export class LiveOverlays {
  /** When the first of them ends. Microseconds. */
  readonly nextEnd: number;
  /** Mode that is forced, by place in the order of declaration; -1 for none. */
  readonly modes: Int8Array;
  /** How many times as much each limit allows; 1 for as much as is written. */
  readonly factors: Float64Array;
  /** The same for a caller in quarantine. */
  readonly quarantineFactors: Float64Array;
  /** Rules and limits that the request at hand is spared from. */
  readonly sparedRules: Numbers;
  readonly sparedLimits: Numbers;
  killed = false;
  quarantined = false;
  readonly all: readonly Overlay[];
  private readonly subjects: Subjects;
  private readonly ruleNames: ReadonlyMap<string, number>;
  private readonly limitNames: ReadonlyMap<string, number>;
  /** Overlays of the policy's rules and limits, which are in force for every request. */
  private readonly general: readonly number[];
  /** Overlays that concern the request at hand. */
  private readonly hits: Numbers;

  constructor(overlays: readonly Overlay[], { policy }: Program) {
    this.all = overlays;
    this.nextEnd = Math.min(...overlays.map(({ endsMicros }) => endsMicros));
    this.subjects = new Subjects(overlays, policy.clients);
    this.ruleNames = new Map(policy.rules.map(({ name }, index) => [name, index]));
    this.limitNames = new Map(policy.limits.map(({ name }, index) => [name, index]));
    this.general = [...overlays.keys()].filter((index) => this.isGeneral(overlays[index]!));
    this.modes = modesOf(overlays, policy);
    const products = policy.limits.map(({ name }) => productOf(overlays, name));
    this.factors = Float64Array.from(products, clamped);
    this.quarantineFactors = Float64Array.from(products, (product) => clamped(product * QUARANTINE_FACTOR));
    this.hits = new Numbers(overlays.length);
    this.sparedRules = new Numbers(overlays.length);
    this.sparedLimits = new Numbers(overlays.length);
  }

  private isGeneral(overlay: Overlay): boolean {
    if (overlay.kind === "factor") return this.limitNames.has(overlay.name);
    return overlay.kind === "mode" && (this.limitNames.has(overlay.name) || this.ruleNames.has(overlay.name));
  }

  /** Finds what concerns the request in the context. */
  meet(c: Context): void {
    const { hits, all, sparedRules, sparedLimits } = this;
    this.killed = false;
    this.quarantined = false;
    hits.count = 0;
    sparedRules.count = 0;
    sparedLimits.count = 0;
    this.subjects.collect(c, hits);
    for (let index = 0; index < hits.count; index++) {
      const overlay = all[hits.items[index]!]!;
      if (overlay.kind === "kill") this.killed = true;
      else if (overlay.kind === "quarantine") this.quarantined = true;
      else if (overlay.kind === "spare") this.spare(overlay.name);
    }
  }

  private spare(name: string): void {
    const rule = this.ruleNames.get(name) ?? -1;
    const limit = this.limitNames.get(name) ?? -1;
    if (rule >= 0) this.sparedRules.push(rule);
    if (limit >= 0) this.sparedLimits.push(limit);
  }

  /** Why the request ends before the rules: `killed`, `quarantined` if its method is not a safe one; null if it goes on. */
  endOf(c: Context): string | null {
    if (this.killed) return "killed";
    return this.quarantined && !SAFE.has(c.method) ? "quarantined" : null;
  }

  /** Ids of the overlays in force for the request that was met last, as they were set. */
  ids(): string[] {
    const { hits, all } = this;
    const places = [...this.general, ...hits.items.subarray(0, hits.count)];
    return places.sort((a, b) => a - b).map((place) => all[place]!.id);
  }
}

/** The last of several for one name counts. */
function modesOf(overlays: readonly Overlay[], { order, rules, limits }: Policy): Int8Array {
  const forced = new Map(overlays.flatMap((each) => (each.kind === "mode" ? [[each.name, each.mode] as const] : [])));
  return Int8Array.from(order, ({ kind, index }) => {
    const mode = forced.get((kind === "rule" ? rules : limits)[index]!.name);
    return mode === undefined ? -1 : Rollout[mode];
  });
}

function productOf(overlays: readonly Overlay[], limit: string): number {
  return overlays.reduce(
    (product, each) => (each.kind === "factor" && each.name === limit ? product * each.factor : product),
    1,
  );
}

function clamped(factor: number): number {
  return Math.min(MOST_FACTOR, Math.max(LEAST_FACTOR, factor));
}

/** Makes ready those of `overlays` that have not ended; null where there are none. */
export function liveOverlays(overlays: readonly Overlay[], program: Program, nowMicros: number): LiveOverlays | null {
  const live = overlays.filter(({ endsMicros }) => nowMicros < endsMicros);
  return live.length === 0 ? null : new LiveOverlays(live, program);
}
