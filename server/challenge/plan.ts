/**
 * Which challenges a policy can pose, and for which routes an answer is good: those that the rule or limit is `on`, named as the policy
 * names them, so that a reload which leaves them alone leaves passes good.
 */
import { hash } from "node:crypto";
import type { ChallengeKind, Policy } from "../../engine/index.ts";

/** Routes that one answer is good for. */
export interface RouteGroup {
  /** Stands in tokens. */
  readonly id: number;
  /** The policy's name and the routes' in one spelling; what follows it cannot be taken for a part of it. */
  readonly binding: string;
  /** Indices of routes; null for every request. */
  readonly routes: ReadonlySet<number> | null;
}

/** What a rule or limit asks for. */
export interface Posed {
  readonly kind: ChallengeKind;
  readonly group: RouteGroup;
}

/**
 * What a policy can pose.
 *
 * @internal
 */
export interface ChallengePlan {
  /** By the rule's or limit's name. */
  readonly posed: ReadonlyMap<string, Posed>;
  readonly groups: ReadonlyMap<number, RouteGroup>;
  /** Whether one of them is answered with a token, and earns a pass. */
  readonly sealed: boolean;
  /** Message components that a signature has to cover (RFC 9421), by the policy's first `signature` source; empty without one. */
  readonly components: readonly string[];
}

/** Kinds that a token is sent for. The others are met by a request that carries the proof itself. */
export function isSealed(kind: ChallengeKind): boolean {
  return kind === "pow" || kind === "nonce";
}

/**
 * The plan of a policy; null where nothing in it challenges. A shadow rule counts: an overlay may set it on.
 *
 * @internal
 */
export function planChallenges(policy: Policy): ChallengePlan | null {
  const groups = new Map<number, RouteGroup>();
  const posed = new Map<string, Posed>();
  const add = (name: string, kind: ChallengeKind, on: readonly number[] | null): void => {
    const group = groupOf(policy, on);
    groups.set(group.id, group);
    posed.set(name, { kind, group });
  };
  for (const { name, action, on } of policy.rules) if (action.kind === "challenge") add(name, action.challenge, on);
  for (const { name, otherwise, on } of policy.limits) {
    if (otherwise.kind === "challenge") add(name, otherwise.challenge, on);
  }
  if (posed.size === 0) return null;
  const sealed = [...posed.values()].some(({ kind }) => isSealed(kind));
  return { posed, groups, sealed, components: componentsOf(policy) };
}

function groupOf(policy: Policy, on: readonly number[] | null): RouteGroup {
  const names = on?.map((index) => policy.routes[index]?.name ?? "").sort() ?? null;
  const binding = JSON.stringify([policy.name, names]);
  const id = hash("sha256", binding, "buffer").readUInt32BE(0);
  return { id, binding, routes: on === null ? null : new Set(on) };
}

function componentsOf({ identity }: Policy): readonly string[] {
  const source = identity.find(({ kind }) => kind === "signature");
  return source?.kind === "signature" ? source.components : [];
}
