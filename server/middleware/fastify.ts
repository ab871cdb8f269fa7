/** `edgepolicy/fastify`: a policy as a plugin of Fastify. */
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from "fastify";
import type { Admission, EdgeControl } from "./core.ts";
import { Guard } from "./core.ts";
import { isGone, letThrough, peerOf, remember, viewOf, whenGone } from "./node-exchange.ts";
import type { MiddlewareOptions } from "./options.ts";

export type { EdgeControl, Passed } from "./core.ts";
export { decisionOf } from "./node-exchange.ts";
export type { IdentifiedCaller, MiddlewareOptions, VerifiedClient } from "./options.ts";

/** A plugin of Fastify, for all routes of the instance that it is registered with. */
export type FastifyEdge = FastifyPluginCallback & { readonly edge: EdgeControl };

/**
 * Makes the plugin. Requests are decided before their bodies are read, but for those whose fields the policy reads.
 *
 * @throws {ServerError} For a bad option or policy.
 */
export function edgepolicy(options: MiddlewareOptions<FastifyRequest>): FastifyEdge {
  const guard = new Guard(options, (request) => request.body);
  const peer = options.address ?? ((request: FastifyRequest): string => peerOf(request.raw));
  const decide = async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const admission = await guard.admit({
      native: request,
      view: shown(request, peer),
      isGone: () => reply.sent || isGone(reply.raw),
      onGone: (gone) => whenGone(reply.raw, gone),
    });
    return reply.sent ? reply : answer(admission, request, reply);
  };
  const plugin: FastifyPluginCallback = (instance, _options, done) => {
    instance.addHook("onRequest", async (request, reply) =>
      guard.readsBody(shown(request, peer)) ? undefined : decide(request, reply),
    );
    instance.addHook("preValidation", async (request, reply) =>
      guard.readsBody(shown(request, peer)) ? decide(request, reply) : undefined,
    );
    done();
  };
  // As fastify-plugin marks a plugin whose hooks are those of the instance around it.
  return Object.assign(plugin, { edge: guard, [Symbol.for("skip-override")]: true });
}

function shown(request: FastifyRequest, peer: (request: FastifyRequest) => string): ReturnType<typeof viewOf> {
  return viewOf(request.raw, request.originalUrl, () => peer(request));
}

function answer(admission: Admission, request: FastifyRequest, reply: FastifyReply): unknown {
  if ("refusal" in admission) {
    const { status, headers, body } = admission.refusal;
    void reply.code(status);
    for (let at = 0; at + 1 < headers.length; at += 2) void reply.header(headers[at] ?? "", headers[at + 1]);
    // Bytes, because Fastify would add a charset to the type of a text.
    return reply.send(Buffer.from(body));
  }
  remember(request, admission.passed);
  letThrough(reply.raw, admission, (name) => reply.getHeader(name));
  const { fields } = admission;
  for (let at = 0; at + 1 < fields.length; at += 2) void reply.header(fields[at] ?? "", fields[at + 1]);
  return undefined;
}
