/** Where a worker's thread begins: `crew.ts` starts it by this file's name. */
import { parentPort, workerData } from "node:worker_threads";
import type { Assignment } from "./messages.ts";
import { serveAsWorker } from "./worker.ts";

if (parentPort !== null) await serveAsWorker(parentPort, workerData as Assignment);
