/**
 * Says in time that a worker's heap will soon be full. V8 ends a thread that has no memory left wherever it is, and in the middle of a
 * request uWebSockets.js takes the whole process with it; a worker that is told can answer what it has in flight and be replaced.
 */
import { constants, type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";

const LOOK_MS = 100;
/**
 * The share of the heap's limit that counts as full. The limit includes room for young objects that old ones cannot use, a fifth of a small
 * heap. In a healthy worker live objects take less than this, because state is outside the heap; garbage may take more until it is
 * collected.
 */
const FULL_SHARE = 0.7;

/** Bytes of a heap. */
export interface HeapUse {
  readonly used: number;
  readonly limit: number;
}

function readHeap(): HeapUse {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return { used, limit };
}

/** Stops watching. */
export type StopWatching = () => void;

/** @param onFull - Told once that so much of the heap is used after garbage was collected. */
export function watchHeap(onFull: (use: HeapUse) => void): StopWatching {
  const isFull = ({ used, limit }: HeapUse): boolean => used > FULL_SHARE * limit;
  // Collections are observed only while the heap seems full, because observing one costs an object.
  let observing = false;
  const observer = new PerformanceObserver((list) => {
    if (!list.getEntries().some(isWhole) || !observing) return;
    const use = readHeap();
    if (!isFull(use)) return;
    stop();
    onFull(use);
  });
  const timer = setInterval(() => {
    const seemsFull = isFull(readHeap());
    if (seemsFull && !observing) observer.observe({ entryTypes: ["gc"] });
    if (!seemsFull && observing) observer.disconnect();
    observing = seemsFull;
  }, LOOK_MS).unref();
  const stop = (): void => {
    observing = false;
    clearInterval(timer);
    observer.disconnect();
  };
  return stop;
}

/** Whether it collected the whole heap, and not young objects alone. */
function isWhole(entry: PerformanceEntry): boolean {
  const { detail } = entry as { readonly detail?: { readonly kind?: number } };
  return detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
