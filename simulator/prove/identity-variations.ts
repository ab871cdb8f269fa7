/** What can be varied in who calls: claims and scopes of a token, the kind of proof, challenges that were answered. */
import {
  claimOf,
  CHALLENGES,
  EVIDENCE,
  type Evidence,
  memberAt,
  type Policy,
  type Read,
  type Request,
  type ScalarValue,
  withMemberAt,
} from "../../engine/index.ts";
import { refusalVariation } from "./credential-variations.ts";
import { turningValues } from "./values.ts";
import type { Variation } from "./variations.ts";

/** Where a declared field of tokens stands in their claims. */
export function claimPaths(name: string, { identity }: Policy): readonly (readonly string[])[] {
  const fields = identity.flatMap((source) => (source.kind === "jwt" ? source.claims : []));
  return fields.filter((field) => field.name === name).map(({ path }) => path);
}

/** A claim of a token. */
export function claimVariation(path: readonly string[], { attribute, constants }: Read): Variation {
  const { scalar } = attribute.type;
  return {
    attribute: `claim ${path.join(".")}`,
    values: turningValues(scalar, constants),
    text: scalar === "string",
    apply: (request, value) => {
      if (value === null && memberAt(request.claims, path) === undefined) return request;
      const claims = withMemberAt(request.claims ?? {}, path, claimOf(scalar, value));
      return { ...request, claims: claims as Request["claims"] };
    },
  };
}

/** No token, each single scope of the routes and conditions, all of them, none of them. */
export function scopeVariation({ constants }: Read, policy: Policy): Variation {
  const known: ScalarValue[] = [...new Set([...policy.routes.flatMap(({ scopes }) => scopes), ...constants])];
  const scopes = known.map(String);
  return {
    attribute: "scopes",
    values: [scopes, [], ...scopes.map((scope) => [scope]), null],
    text: false,
    apply: (request, value) => ({ ...request, scopes: value as readonly string[] | null }),
  };
}

/** How good the proof of a client is, challenges that were answered, and refusals where those pass. */
export function proofVariations(policy: Policy): readonly Variation[] {
  const actions = [...policy.rules.map(({ action }) => action), ...policy.limits.map(({ otherwise }) => otherwise)];
  const asked = new Set(actions.flatMap((each) => (each.kind === "challenge" ? [each.challenge] : [])));
  const evidence: Variation = {
    attribute: "evidence",
    values: [...EVIDENCE].reverse(),
    text: false,
    apply: (request, value) => (request.client === null ? request : { ...request, evidence: value as Evidence }),
  };
  const passes: Variation = {
    attribute: "pass",
    values: CHALLENGES.filter((kind) => asked.has(kind)),
    text: false,
    apply: (request, value) => ({ ...request, passes: [String(value)] }),
  };
  const refusals = policy.settings.refusedCredentials === "pass" ? [refusalVariation({ constants: [] })] : [];
  return [...(policy.clients.length > 0 ? [evidence] : []), ...(asked.size > 0 ? [passes] : []), ...refusals];
}
