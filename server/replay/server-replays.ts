/**
 * What a server remembers as used: the same whatever becomes of its policy, since a reload that forgot would let everything in again, and the
 * same for all its threads.
 */
import { answerBounds } from "../challenge/options.ts";
import type { Config } from "../config.ts";
import { makeReplayMemory, type ReplayBounds, type ReplayMemory } from "./replay-memory.ts";
import { ReplayStore } from "./replay-store.ts";

/** Of DPoP proofs, one key has an eighth of the room; of signed requests, one client a quarter. */
const SHARE_OF_KEY = 8;
const SHARE_OF_CLIENT = 4;

/** DPoP proofs, signatures of requests, and answers to challenges by their kind. */
const KINDS = ["proofs", "signatures", "pow", "nonce"] as const;
type Kind = (typeof KINDS)[number];

export type Replays = Readonly<Record<Kind, ReplayStore>>;
/** What all threads of a server remember together. It can be cloned. */
export type SharedReplays = Readonly<Record<Kind, ReplayMemory>>;
/** A memory that is kept over a restart. */
export interface KeptKind {
  /** As the file and reports call it. */
  readonly name: string;
  readonly bounds: ReplayBounds;
  /** Whether other threads use it too. */
  readonly shared: boolean;
  /** Null where nothing was used. */
  readonly memoryOf: () => ReplayMemory | null;
  /** Puts one in its place, before anything is used. */
  readonly adopt: (memory: ReplayMemory) => void;
}
type Served = Pick<Config, "challenges" | "signedRequests" | "tokens" | "workers">;

interface Remembered {
  readonly replays: Replays;
  /** Null where one thread does everything. */
  readonly shared: Record<Kind, ReplayMemory> | null;
}

const OF_SERVERS = new WeakMap<object, Remembered>();

/** What the server with these options remembers. */
export function replaysOf(config: Served): Replays {
  return rememberedOf(config).replays;
}

/** What workers of the server with these options join. */
export function sharedReplaysOf(config: Served): SharedReplays {
  const { shared } = rememberedOf(config);
  if (shared === null) throw new Error("a server without workers shares nothing");
  return shared;
}

/** What a server with these options keeps over a restart. */
export function keptReplaysOf(config: Served): readonly KeptKind[] {
  const { replays, shared } = rememberedOf(config);
  const bounds = boundsOf(config);
  return KINDS.map((kind) => ({
    name: kind,
    bounds: bounds[kind],
    shared: shared !== null,
    memoryOf: () => replays[kind].memory,
    adopt: (memory) => {
      replays[kind].adopt(memory);
      if (shared !== null) shared[kind] = memory;
    },
  }));
}

/** Makes what the main thread shares that of a worker with these options, before anything is remembered. */
export function joinReplays(config: Served, shared: SharedReplays): void {
  if (OF_SERVERS.has(config)) throw new Error("a worker remembers already");
  const bounds = boundsOf(config);
  const replays = ofEach((kind) => new ReplayStore(bounds[kind], shared[kind], true));
  OF_SERVERS.set(config, { replays, shared: { ...shared } });
}

function rememberedOf(config: Served): Remembered {
  const known = OF_SERVERS.get(config);
  if (known !== undefined) return known;
  const bounds = boundsOf(config);
  const shared = config.workers > 1 ? ofEach((kind) => makeReplayMemory(bounds[kind], true)) : null;
  const remembered = { replays: ofEach((kind) => new ReplayStore(bounds[kind], shared?.[kind])), shared };
  OF_SERVERS.set(config, remembered);
  return remembered;
}

function boundsOf({ challenges, signedRequests, tokens }: Served): Readonly<Record<Kind, ReplayBounds>> {
  const { dpopProofsMax } = tokens;
  const { replaysMax } = signedRequests;
  const answers = answerBounds(challenges);
  return {
    proofs: { most: dpopProofsMax, mostOfOwner: Math.max(1, Math.floor(dpopProofsMax / SHARE_OF_KEY)) },
    signatures: { most: replaysMax, mostOfOwner: Math.ceil(replaysMax / SHARE_OF_CLIENT) },
    pow: answers,
    nonce: answers,
  };
}

function ofEach<T>(make: (kind: Kind) => T): Record<Kind, T> {
  return { proofs: make("proofs"), signatures: make("signatures"), pow: make("pow"), nonce: make("nonce") };
}
