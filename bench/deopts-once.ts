/**
 * A process that V8 tells of each deoptimisation of (`--trace-deopt`): the example's traffic so many times, then so many times more.
 * `node --trace-deopt bench/deopts-once.ts WARM-UP MEASURED`, in decisions. V8 writes through a buffer of its own, so the end of the warm-up is
 * marked by what V8 writes itself: the deoptimisation of a function.
 */
import { createEngine } from "../engine/index.ts";
import { ordersPolicy, ordersTraffic } from "./orders-traffic.ts";

const ARRIVALS = 8_192;
const SEED = 20_260_101;
/** 2026-01-01T00:00:00Z. */
const START_MICROS = Date.UTC(2026, 0, 1) * 1_000;
/** Calls after which any function is optimised. */
const MANY = 2_000_000;

/** Deoptimised by a text where it has met numbers alone; `bench/deopts.ts` looks for its name. */
function endOfWarmUp(left: number | string, right: number | string): number | string {
  return (left as number) + (right as number);
}

function sender(): (decisions: number) => void {
  const engine = createEngine(ordersPolicy());
  const traffic = ordersTraffic(ARRIVALS, SEED);
  const span = traffic.at(-1)?.afterMicros ?? 0;
  let base = START_MICROS;
  let at = 0;
  const sendNext = (): void => {
    const { request, afterMicros, outcome } = traffic[at]!;
    const now = base + afterMicros;
    const { token } = engine.decide(request, now);
    if (token !== 0) engine.observe(token, outcome, now);
    at++;
    if (at < traffic.length) return;
    at = 0;
    base += span;
  };
  return (decisions) => {
    for (let sent = 0; sent < decisions; sent++) sendNext();
  };
}

function main([warmUp = "0", measured = "0"]: readonly string[]): void {
  let sum: number | string = 0;
  for (let index = 0; index < MANY; index++) sum = endOfWarmUp(index & 7, index & 3);
  const send = sender();
  send(Number(warmUp));
  sum = endOfWarmUp("the", " end");
  send(Number(measured));
  process.exitCode = sum === "the end" ? 0 : 1;
}

main(process.argv.slice(2));
