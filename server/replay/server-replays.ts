/**
 * What a server remembers as used: the same whatever becomes of its policy, since a reload that forgot would let everything in again, and the
 * same for all its threads.
 */
import type { Config } from "../config.ts";
import { makeReplayMemory, type ReplayBounds, type ReplayMemory } from "./replay-memory.ts";
import { ReplayStore } from "./replay-store.ts";

/** Of DPoP proofs, one key has an eighth of the room; of signed requests, one client a quarter. */
const SHARE_OF_KEY = 8;
const SHARE_OF_CLIENT = 4;

/** DPoP proofs, signatures of requests, and answers to challenges by their kind. */
type Kind = "proofs" | "signatures" | "pow" | "nonce";

export type Replays = Readonly<Record<Kind, ReplayStore>>;
/** What all threads of a server remember together. It can be cloned. */
export type SharedReplays = Readonly<Record<Kind, ReplayMemory>>;
type Bounds = Pick<Config, "challenges" | "signedRequests" | "tokens">;

const OF_SERVERS = new WeakMap<object, Replays>();

/** What the server with these options remembers. */
export function replaysOf(config: Bounds): Replays {
  return OF_SERVERS.get(config) ?? keep(config, (bounds) => new ReplayStore(bounds));
}

/** Makes what the server remembers shared, before anything is. */
export function shareReplays(config: Bounds): SharedReplays {
  const shared = ofEach((kind) => makeReplayMemory(boundsOf(config)[kind], true));
  keep(config, (bounds, kind) => new ReplayStore(bounds, shared[kind]));
  return shared;
}

/** Makes what another thread shares that of the server with these options. */
export function joinReplays(config: Bounds, shared: SharedReplays): void {
  keep(config, (bounds, kind) => new ReplayStore(bounds, shared[kind], true));
}

function keep(config: Bounds, make: (bounds: ReplayBounds, kind: Kind) => ReplayStore): Replays {
  const bounds = boundsOf(config);
  const replays = ofEach((kind) => make(bounds[kind], kind));
  OF_SERVERS.set(config, replays);
  return replays;
}

function boundsOf({ challenges, signedRequests, tokens }: Bounds): Readonly<Record<Kind, ReplayBounds>> {
  const { dpopProofsMax } = tokens;
  const { replaysMax } = signedRequests;
  const answers = { most: challenges.answersMax, mostOfOwner: challenges.answersMax };
  return {
    proofs: { most: dpopProofsMax, mostOfOwner: Math.max(1, Math.floor(dpopProofsMax / SHARE_OF_KEY)) },
    signatures: { most: replaysMax, mostOfOwner: Math.ceil(replaysMax / SHARE_OF_CLIENT) },
    pow: answers,
    nonce: answers,
  };
}

function ofEach<T>(make: (kind: Kind) => T): Readonly<Record<Kind, T>> {
  return { proofs: make("proofs"), signatures: make("signatures"), pow: make("pow"), nonce: make("nonce") };
}
