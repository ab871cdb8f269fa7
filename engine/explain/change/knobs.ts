/**
 * The attributes of a request that are changed one at a time, in the order of preference: what a caller sends along, then where it comes
 * from, then who it is, and what it calls last, because that is what it wants. Derived attributes (`client.plan`, `granted`, `ip.network`)
 * change with what they derive from.
 */
import { canonicalPath } from "../../facts/canonical-path.ts";
import { CHALLENGES, type Client, type Evidence, type Policy, type Route, type ScalarType } from "../../policy.ts";
import type { Facts } from "../../reference/facts.ts";
import type { Request, RequestCredential } from "../../request.ts";
import { claimOf, memberAt, withMemberAt, withPath, withSegment } from "./edits.ts";
import { asValue, type Place, placeOf } from "./places.ts";
import type { Read } from "./reads.ts";
import { type AttributeValue, evidenceToTry, methodsToTry, valuesToTry } from "./values.ts";

/** One attribute that can be changed. */
export interface Knob {
  /** As policies write it, such as `query["next"]`. */
  readonly attribute: string;
  readonly type: ScalarType;
  readonly current: AttributeValue;
  /** Values to try, the best first. */
  readonly values: readonly AttributeValue[];
  readonly change: (value: AttributeValue) => Request;
}

/** What knobs are made of. */
export interface KnobSource {
  readonly policy: Policy;
  readonly reads: readonly Read[];
  readonly facts: Facts;
}

/** Clients of the inventory that are tried, and whose networks are. */
const MOST_CLIENTS = 200;

/** What a caller sends along. */
const SENT = ["query", "query.raw", "query.count", "header", "cookie", "body", "body.size"];
/** Where it comes from. */
const SOURCE = ["host", "fact", "ip", "ip.asn", "ip.country", "tls.ja4"];

/** What reads the path. */
const PATHS: ReadonlySet<string> = new Set(["path", "path.raw", "path.with_query"]);

/** Every attribute that can be changed, the most preferred first. */
export function knobsOf(source: KnobSource): readonly Knob[] {
  return [
    ...passKnobs(source),
    ...readKnobs(SENT, source),
    ...parameterKnobs(source),
    ...readKnobs(SOURCE, source),
    ...tokenKnobs(source),
    ...credentialKnobs(source),
    ...clientKnobs(source),
    methodKnob(source),
    pathKnob(source),
  ];
}

/** Challenges of the policy that the caller could have answered. */
function passKnobs({ policy, facts: { request } }: KnobSource): readonly Knob[] {
  const actions = [...policy.rules.map(({ action }) => action), ...policy.limits.map(({ otherwise }) => otherwise)];
  const asked = new Set(actions.flatMap((each) => (each.kind === "challenge" ? [each.challenge] : [])));
  return CHALLENGES.filter((kind) => asked.has(kind) && !request.passes.includes(kind)).map((kind) => ({
    attribute: `pass ${kind}`,
    type: "bool",
    current: false,
    values: [true],
    change: () => ({ ...request, passes: [...request.passes, kind] }),
  }));
}

/** Attributes of these names that the policy reads, each once. */
function readKnobs(names: readonly string[], source: KnobSource): readonly Knob[] {
  const knobs = new Map<string, Knob>();
  for (const name of names) {
    for (const read of source.reads.filter(({ attribute }) => sameKind(attribute.name, name))) {
      const place = placeOf(read.attribute, source.policy, source.facts);
      const known = place === null ? undefined : knobs.get(place.attribute);
      if (place === null) continue;
      const knob = knobOf(place, read, name === "ip" ? networksOf(source.policy.clients) : []);
      const values = known === undefined ? knob.values : [...new Set([...known.values, ...knob.values])];
      knobs.set(place.attribute, { ...knob, values });
    }
  }
  return [...knobs.values()];
}

/** An address is read by itself and as its network, a query by itself and behind its path. */
function sameKind(name: string, wanted: string): boolean {
  if (wanted === "query.raw" && name === "path.with_query") return true;
  return name === wanted || (wanted === "ip" && name === "ip.network");
}

function networksOf(clients: readonly Client[]): readonly string[] {
  return clients.slice(0, MOST_CLIENTS).flatMap(({ networks }) => networks);
}

function knobOf(place: Place, { constants }: Read, more: readonly string[]): Knob {
  const { attribute, type, current, optional, range, change } = place;
  const values = valuesToTry(type, [...constants, ...more], current, optional);
  const within = (value: AttributeValue): boolean =>
    typeof value !== "number" || (value >= range[0] && value <= range[1]);
  return { attribute, type, current, values: values.filter(within), change };
}

function methodKnob({ facts: { request } }: KnobSource): Knob {
  const change = (method: AttributeValue): Request => ({ ...request, method: String(method) });
  return { attribute: "method", type: "enum", current: request.method, values: methodsToTry(request.method), change };
}

/** Parameters of the route that the request takes. */
function parameterKnobs({ policy, reads, facts }: KnobSource): readonly Knob[] {
  return (policy.routes[facts.route]?.segments ?? []).flatMap((segment, index): readonly Knob[] => {
    if (segment.kind !== "parameter") return [];
    const current = facts.parameters.get(segment.name) ?? "";
    const compared = reads.find(({ attribute: { name, args } }) => name === "param" && args[0] === segment.name);
    const values = valuesToTry("string", compared?.constants ?? [], current, false).filter((value) => value !== "");
    const change = (value: AttributeValue): Request => withSegment(facts.request, index, String(value));
    return [{ attribute: segment.name, type: "string", current, values, change }];
  });
}

/** Paths that conditions name, and one for every route. */
function pathKnob({ policy, reads, facts }: KnobSource): Knob {
  const compared = reads.filter(({ attribute: { name } }) => PATHS.has(name));
  const named = compared.flatMap(({ constants }) => constants.map(String)).filter((text) => text.startsWith("/"));
  const joined = compared.flatMap(({ constants }) => constants.map((text) => `${facts.path}${String(text)}`));
  const current = facts.path;
  const paths = [...policy.routes.map((route) => pathOf(route)), ...named, ...joined, "/x"];
  const values = [...new Set(paths)].filter((path) => path !== current && !canonicalPath(path).ambiguous);
  return { attribute: "path", type: "path", current, values, change: (path) => withPath(facts.request, String(path)) };
}

function pathOf({ segments }: Route): string {
  return `/${segments.map((segment) => (segment.kind === "literal" ? segment.text : "1")).join("/")}`;
}

/** Scopes, and the claims that the policy reads, where there is a token. */
function tokenKnobs(source: KnobSource): readonly Knob[] {
  const { request } = source.facts;
  const claims = request.claims === null ? [] : claimKnobs(source, request.claims);
  return request.scopes === null ? claims : [...scopeKnobs(source, request.scopes), ...claims];
}

/** One scope more, and one less. */
function scopeKnobs({ policy, reads, facts: { request } }: KnobSource, scopes: readonly string[]): readonly Knob[] {
  const compared = reads.find(({ attribute }) => attribute.name === "token.scopes")?.constants ?? [];
  const known = new Set([...policy.routes.flatMap((route) => route.scopes), ...compared.map(String)]);
  const more = [...known].filter((scope) => !scopes.includes(scope)).map((scope) => [...scopes, scope]);
  const less = scopes.map((scope) => scopes.filter((each) => each !== scope));
  const change = (value: AttributeValue): Request => ({ ...request, scopes: value as readonly string[] });
  return [{ attribute: "token.scopes", type: "string", current: scopes, values: [...more, ...less], change }];
}

function claimKnobs({ policy, reads, facts: { request } }: KnobSource, claims: object): readonly Knob[] {
  return reads.flatMap(({ attribute: { name, args, type }, constants }) => {
    const path =
      name === "token.claim" ? [String(args[0])] : name === "token.field" ? fieldPath(policy, args[0]) : null;
    if (path === null) return [];
    const stated = asValue(memberAt(claims, path));
    const current = type.scalar === "time" && typeof stated === "number" ? Math.round(stated * 1_000_000) : stated;
    const change = (value: AttributeValue): Request => ({
      ...request,
      claims: withMemberAt(claims, path, claimOf(type.scalar, value)) as Request["claims"],
    });
    const values = valuesToTry(type.scalar, constants, current, current !== null);
    return [{ attribute: `claim ${path.join(".")}`, type: type.scalar, current, values, change }];
  });
}

function fieldPath({ identity }: Policy, name: string | number | undefined): readonly string[] | null {
  const fields = identity.flatMap((source) => (source.kind === "jwt" ? source.claims : []));
  return fields.find((field) => field.name === name)?.path ?? null;
}

/** How good the proof is, how old the credential, and whether it was refused. */
function credentialKnobs({ reads, facts }: KnobSource): readonly Knob[] {
  const { request, now } = facts;
  const proof: Knob = {
    attribute: "evidence",
    type: "enum",
    current: facts.evidence,
    values: evidenceToTry(facts.evidence),
    change: (evidence) => ({ ...request, evidence: evidence as Evidence }),
  };
  const aged = reads.flatMap(({ attribute, constants }) => {
    const place = agePlace(attribute.name, request, now);
    return place === null ? [] : [knobOf(place, { attribute, constants }, [])];
  });
  if (request.identityError === null) return [...aged, proof];
  const change = (value: AttributeValue): Request => ({
    ...request,
    identityError: value === null ? null : String(value),
  });
  const accepted: Knob = {
    attribute: "identity.error",
    type: "string",
    current: request.identityError,
    values: [null],
    change,
  };
  return [...aged, proof, accepted];
}

function agePlace(name: string, request: Request, now: number): Place | null {
  const { credential } = request;
  const change = (fields: Partial<RequestCredential>): Request => ({
    ...request,
    credential: { id: null, issued: null, expires: null, ...credential, ...fields },
  });
  const base = { attribute: name, type: "duration", optional: false, range: [0, now] } as const;
  if (name === "credential.age" && credential?.issued != null)
    return { ...base, current: now - credential.issued, change: (age) => change({ issued: now - Number(age) }) };
  if (name === "credential.expires_in" && credential?.expires != null)
    return { ...base, current: credential.expires - now, change: (left) => change({ expires: now + Number(left) }) };
  if (name !== "credential.id" || credential === null) return null;
  const { id } = credential;
  return {
    ...base,
    type: "string",
    current: id,
    optional: id !== null,
    change: (to) => change({ id: to === null ? null : String(to) }),
  };
}

/** Another client, or none. A client comes with its own kind of proof only if the request states one. */
function clientKnobs({ policy, facts: { request } }: KnobSource): readonly Knob[] {
  const ids = policy.clients.slice(0, MOST_CLIENTS).map(({ id }) => id);
  const values = [...ids, ...(request.client === null ? [] : [null])].filter((id) => id !== request.client);
  const change = (id: AttributeValue): Request => ({ ...request, client: id === null ? null : String(id) });
  return [{ attribute: "client", type: "string", current: request.client, values, change }];
}
