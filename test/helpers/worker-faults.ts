/**
 * To be loaded with `--import` before a server with workers: SIGUSR2 plants a fault in its first worker, one that nobody catches; with
 * `?hang` after the file's name, it stands still for some seconds instead; with `?leak` it keeps some 30 MB a second from then on.
 */
import { BroadcastChannel, isMainThread, workerData } from "node:worker_threads";
import type { Assignment } from "../../server/workers/messages.ts";

const channel = new BroadcastChannel("planted faults");
channel.unref();
// oxlint-disable-next-line unicorn/require-post-message-target-origin
if (isMainThread) process.on("SIGUSR2", () => channel.postMessage(null));
else if ((workerData as Assignment).worker === 1) {
  // oxlint-disable-next-line unicorn/prefer-add-event-listener
  channel.onmessage = (): void => {
    if (import.meta.url.endsWith("?hang")) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_000);
    else if (import.meta.url.endsWith("?leak")) setInterval(leak, 20);
    else setImmediate(throwFault);
  };
}

const kept: object[] = [];
function leak(): void {
  for (let n = 0; n < 6_000; n++) kept.push({ n, more: [n] });
}

function throwFault(): never {
  throw new Error("planted fault");
}
