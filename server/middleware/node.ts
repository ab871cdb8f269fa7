/** `edgepolicy/node`: a policy in front of a handler of `node:http`. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { EdgeControl } from "./core.ts";
import { Guard } from "./core.ts";
import { isGone, letThrough, peerOf, remember, sendRefusal, setFields, viewOf, whenGone } from "./node-exchange.ts";
import type { MiddlewareOptions } from "./options.ts";

export type { EdgeControl, Passed } from "./core.ts";
export { decisionOf } from "./node-exchange.ts";
export type { IdentifiedCaller, MiddlewareOptions, VerifiedClient } from "./options.ts";

/** Puts the policy in front of a handler. */
export type EdgeWrapper = ((handler: RequestListener) => RequestListener) & { readonly edge: EdgeControl };

/**
 * Makes what puts a policy in front of handlers of `node:http`. Nothing parses bodies there: the option `body` says where a parsed one is,
 * or an earlier step has put it on the request as `body`.
 *
 * @throws {ServerError} For a bad option or policy.
 */
export function edgepolicy(options: MiddlewareOptions<IncomingMessage>): EdgeWrapper {
  const guard = new Guard(options, (request) => (request as { body?: unknown }).body);
  const peer = options.address ?? peerOf;
  const wrap =
    (handler: RequestListener): RequestListener =>
    (request, response) =>
      void run(guard, peer, request, response, () => handler(request, response));
  return Object.assign(wrap, { edge: guard });
}

/** Decides, and runs `next` or answers. */
export async function run<Native extends IncomingMessage>(
  guard: Guard<Native>,
  peer: (request: Native) => string,
  request: Native,
  response: ServerResponse,
  next: () => void,
  target: string = request.url ?? "/",
): Promise<void> {
  const admission = await guard.admit({
    native: request,
    view: viewOf(request, target, () => peer(request)),
    isGone: () => isGone(response),
    onGone: (gone) => whenGone(response, gone),
  });
  if ("refusal" in admission) return sendRefusal(response, admission.refusal, request.method ?? "GET");
  remember(request, admission.passed);
  setFields(response, admission.fields);
  letThrough(response, admission);
  next();
}
