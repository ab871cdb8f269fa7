/** The protected service as a scenario states it: what it answers to honest requests that reach it. */
import { attackModel, type Scenario } from "../dsl/index.ts";
import type { Route } from "../engine/index.ts";
import type { RandomStream } from "./random.ts";
import { signsIn } from "./request-body.ts";

/** Answers by route. */
export class Service {
  /** Time from letting a request through to its answer. */
  readonly latencyMicros: number;
  readonly #success: Float64Array;
  readonly #failure: Int32Array;

  constructor(routes: readonly Route[], scenario: Scenario) {
    this.latencyMicros = scenario.service.latencyMicros;
    this.#success = new Float64Array(routes.length).fill(1);
    for (const { route, weight } of scenario.service.succeeds) this.#success[route] = weight / 100;
    const signIns = scenario.attacks.filter(({ model }) => attackModel(model)?.target === "sign_in");
    const targets = new Set(signIns.map((attack) => attack.target));
    this.#failure = Int32Array.from(routes, (route, i) => failureStatus(route, targets.has(i)));
  }

  /** Draws the status of an honest request's answer: 200, or the route's failure. Always takes one number of `stream`. */
  answer(route: number, stream: RandomStream): number {
    return stream.unit() < (this.#success[route] ?? 1) ? 200 : (this.#failure[route] ?? 400);
  }

  /** Status of a sign-in with a pair that is or is not valid. */
  signIn(valid: boolean): number {
    return valid ? 200 : 401;
  }
}

/** A failed sign-in is 401, an object that is not there 404, anything else a request that the service finds wrong, 400. */
function failureStatus(route: Route, signInTarget: boolean): number {
  if (signInTarget || signsIn(route)) return 401;
  return route.segments.some((segment) => segment.kind === "parameter") ? 404 : 400;
}
