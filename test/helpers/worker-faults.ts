/**
 * To be loaded with `--import` before a server with workers: SIGUSR2 plants a fault in its first worker, one that nobody catches; with
 * `?hang` after the file's name, it stands still for some seconds instead, with `?stuck` for ever, and with `?hold` it keeps everybody else out of the state for as
 * long, with `?hold-on` until the next SIGUSR2; with `?leak` it keeps some 30 MB a second from then on.
 */
import { BroadcastChannel, isMainThread, workerData } from "node:worker_threads";
import { Sharing } from "../../engine/state/shared/shared-state.ts";
import type { Assignment } from "../../server/workers/messages.ts";

const channel = new BroadcastChannel("planted faults");
channel.unref();
if (isMainThread) plantOnSignal();
else if ((workerData as Assignment).worker === 1) {
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  channel.onmessage = (): void => {
    if (import.meta.url.endsWith("?hang")) standStill();
    else if (import.meta.url.endsWith("?stuck")) standStill(Number.POSITIVE_INFINITY);
    else if (import.meta.url.endsWith("?hold")) holdState(workerData as Assignment);
    else if (import.meta.url.endsWith("?hold-on")) holdState(workerData as Assignment, waitForWord);
    else if (import.meta.url.endsWith("?leak")) setInterval(leak, 20);
    else setImmediate(throwFault);
  };
}

/** The second signal, where the worker waits for one, is a word to go on. */
function plantOnSignal(): void {
  let awaited: Int32Array | null = null;
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  channel.onmessage = ({ data }): void => void (awaited = data as Int32Array);
  process.on("SIGUSR2", () => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    if (awaited === null) channel.postMessage(null);
    else Atomics.notify(awaited, 0);
  });
}

function waitForWord(): void {
  const word = new Int32Array(new SharedArrayBuffer(4));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  channel.postMessage(word);
  Atomics.wait(word, 0, 0);
}

function standStill(ms = 3_000): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function holdState({ state, worker }: Assignment, wait: () => void = standStill): void {
  const sharing = new Sharing(state, worker);
  sharing.enter(0);
  process.stderr.write("holds the state\n");
  wait();
  sharing.leave();
}

const kept: object[] = [];
function leak(): void {
  for (let n = 0; n < 6_000; n++) kept.push({ n, more: [n] });
}

function throwFault(): never {
  throw new Error("planted fault");
}
