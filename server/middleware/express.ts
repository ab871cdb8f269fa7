/** `edgepolicy/express`: a policy as middleware of Express. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { EdgeControl } from "./core.ts";
import { Guard } from "./core.ts";
import { run } from "./node.ts";
import { peerOf } from "./node-exchange.ts";
import type { MiddlewareOptions } from "./options.ts";

export type { EdgeControl, Passed } from "./core.ts";
export { decisionOf } from "./node-exchange.ts";
export type { IdentifiedCaller, MiddlewareOptions, VerifiedClient } from "./options.ts";

/** The part of Express's request that is used. Its own type fits. */
export type ExpressRequest = IncomingMessage & { readonly originalUrl?: string; readonly body?: unknown };

/** Middleware of Express. */
export type ExpressMiddleware<Native extends ExpressRequest> = ((
  request: Native,
  response: ServerResponse,
  next: (problem?: unknown) => void,
) => void) & { readonly edge: EdgeControl };

/**
 * Makes the middleware. It stands before the routes, and behind what parses bodies where the policy reads their fields.
 *
 * @throws {ServerError} For a bad option or policy.
 */
export function edgepolicy<Native extends ExpressRequest = ExpressRequest>(
  options: MiddlewareOptions<Native>,
): ExpressMiddleware<Native> {
  const guard = new Guard(options, (request) => request.body);
  const peer = options.address ?? peerOf;
  const middleware = (request: Native, response: ServerResponse, next: (problem?: unknown) => void): void => {
    void run(guard, peer, request, response, next, request.originalUrl ?? request.url ?? "/");
  };
  return Object.assign(middleware, { edge: guard });
}
