/**
 * Limiters that a Node user would pick, each as its package is meant to be used with a key a client: ten of a kind an hour, or
 * however many are asked for. All of them admit the first so many of a key at once.
 */
import { importRival, requireRival } from "./load.ts";

/** A limiter by key. */
export interface RivalLimiter {
  readonly name: string;
  /** Whether a call of the key is admitted now; it is charged if so. */
  readonly admits: (key: string) => boolean | Promise<boolean>;
  /** Stops what would keep the process running. */
  readonly stop: () => void;
}

/** Makes a limiter of `most` an hour. */
export type MakeLimiter = (most: number) => RivalLimiter | Promise<RivalLimiter>;

const HOUR_SECONDS = 3_600;

interface Flexible {
  readonly RateLimiterMemory: new (options: {
    readonly points: number;
    readonly duration: number;
  }) => {
    consume(key: string): Promise<unknown>;
    delete(key: string): Promise<boolean>;
  };
}

function nothing(): void {}

/** `rate-limiter-flexible`, in memory: a window that begins with a key's first call. It refuses by rejecting. */
export const rateLimiterFlexible: MakeLimiter = (most) => {
  const { RateLimiterMemory } = requireRival("rate-limiter-flexible") as Flexible;
  const limiter = new RateLimiterMemory({ points: most, duration: HOUR_SECONDS });
  const admitted = (): boolean => true;
  const refused = (): boolean => false;
  return {
    name: "rate-limiter-flexible",
    admits: (key) => limiter.consume(key).then(admitted, refused),
    stop: nothing,
  };
};

interface Express {
  readonly MemoryStore: new () => {
    init(options: { readonly windowMs: number }): void;
    increment(key: string): Promise<{ readonly totalHits: number }>;
    shutdown(): void;
  };
}

/** The memory store of `express-rate-limit` alone, without the middleware around it that sets headers. */
export const expressRateLimit: MakeLimiter = async (most) => {
  const { MemoryStore } = await importRival<Express>("express-rate-limit");
  const store = new MemoryStore();
  store.init({ windowMs: HOUR_SECONDS * 1_000 });
  return {
    name: "express-rate-limit",
    admits: async (key) => (await store.increment(key)).totalHits <= most,
    stop: () => store.shutdown(),
  };
};

interface Limiter {
  readonly RateLimiter: new (options: {
    readonly tokensPerInterval: number;
    readonly interval: string;
  }) => {
    tryRemoveTokens(count: number): boolean;
  };
}

/** `limiter`: a bucket a key, in a map, as its page says to do it. */
export const limiter: MakeLimiter = async (most) => {
  const { RateLimiter } = await importRival<Limiter>("limiter");
  const buckets = new Map<string, InstanceType<Limiter["RateLimiter"]>>();
  const admits = (key: string): boolean => {
    let bucket = buckets.get(key);
    if (bucket === undefined) {
      bucket = new RateLimiter({ tokensPerInterval: most, interval: "hour" });
      buckets.set(key, bucket);
    }
    return bucket.tryRemoveTokens(1);
  };
  return { name: "limiter", admits, stop: nothing };
};
