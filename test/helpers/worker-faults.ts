/**
 * To be loaded with `--import` before a server with workers: SIGUSR2 plants a fault in its first worker, one that nobody catches; with
 * `?hang` after the file's name, it stands still for some seconds instead, with `?stuck` for ever, and with `?hold` it keeps everybody else out of the state for as
 * long; with `?leak` it keeps some 30 MB a second from then on.
 */
import { BroadcastChannel, isMainThread, workerData } from "node:worker_threads";
import { Sharing } from "../../engine/state/shared/shared-state.ts";
import type { Assignment } from "../../server/workers/messages.ts";

const channel = new BroadcastChannel("planted faults");
channel.unref();
// oxlint-disable-next-line unicorn/require-post-message-target-origin
if (isMainThread) process.on("SIGUSR2", () => channel.postMessage(null));
else if ((workerData as Assignment).worker === 1) {
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  channel.onmessage = (): void => {
    if (import.meta.url.endsWith("?hang")) standStill();
    else if (import.meta.url.endsWith("?stuck")) standStill(Number.POSITIVE_INFINITY);
    else if (import.meta.url.endsWith("?hold")) holdState(workerData as Assignment);
    else if (import.meta.url.endsWith("?leak")) setInterval(leak, 20);
    else setImmediate(throwFault);
  };
}

function standStill(ms = 3_000): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function holdState({ state, worker }: Assignment): void {
  const sharing = new Sharing(state, worker);
  sharing.enter(0);
  process.stderr.write("holds the state\n");
  standStill();
  sharing.leave();
}

const kept: object[] = [];
function leak(): void {
  for (let n = 0; n < 6_000; n++) kept.push({ n, more: [n] });
}

function throwFault(): never {
  throw new Error("planted fault");
}
