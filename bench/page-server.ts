/** The part of `docs/performance.md` that is about the enforcement point. What was not measured yet has no section. */
import type { AuthzFigures } from "./authz.ts";
import type { LimitedFigures } from "./limited.ts";
import type { ProxyFigures } from "./proxy.ts";
import { findResult } from "./result.ts";
import type { StreamFigures } from "./stream.ts";
import { markdown, thousands } from "./table.ts";

export function serverSections(): readonly string[] {
  return [authz(), limited(), proxy(), stream()].filter((section) => section !== "");
}

function authz(): string {
  const result = findResult<AuthzFigures>("authz");
  if (result === null) return "";
  const { rows, machine } = result;
  const cells = (rows ?? []).flatMap(({ adapter, edge, bare, cpuRatio }) => [
    [`\`/authz/${adapter}\``, thousands(edge.requestsPerSecond), `${edge.cpuMicrosARequest} µs`, `${cpuRatio}`],
    ["bare", thousands(bare.requestsPerSecond), `${bare.cpuMicrosARequest} µs`, ""],
  ]);
  return `## The enforcement point

Load by wrk: 64 connections kept alive, no pipelining, every request let through. "Bare" is a handler that reads the same fields and answers the same
bytes (\`npm run bench -- authz\`, commit ${machine.commit}). The aim is 0.9 of it.

${markdown(["", "requests/s", "CPU a request", "of bare (CPU)"], cells)}
`;
}

function limited(): string {
  const result = findResult<LimitedFigures>("limited");
  if (result === null) return "";
  const { rows, floods, flood, connections, missing, machine } = result;
  const speeds = rows.map(({ party, version, load, requestsPerSecond, cpuMicrosARequest, p99 }) => [
    party,
    version,
    load,
    thousands(requestsPerSecond),
    `${cpuMicrosARequest} µs`,
    p99,
  ]);
  const counts = floods.map(({ party, kind, asked, admitted, most, inAnyWindow }) => [
    party,
    kind,
    thousands(asked),
    thousands(admitted),
    thousands(most),
    thousands(inAnyWindow),
  ]);
  const left = missing.map(({ party, why }) => `Left out: ${party}, because ${why}.\n`).join("");
  return `## A limit, beside other servers

One limit by the key in a header, a thousand keys, ${connections} connections kept alive, every server on the same core (\`npm run bench -- limited\`, commit
${machine.commit}). A check before the timing shows that all give the same answers. nginx and HAProxy limit in their own process; edgepolicy is asked as they
would ask it, and what that costs the proxy in front comes on top.

${markdown(["", "version", "load", "requests/s", "CPU a request", "p99"], speeds)}

In a flood, the same connections ask as fast as they are answered, all under one key, limited to ${thousands(flood.most)} per ${flood.seconds} s, for ${flood.floodMs / 1_000} s. "At most" is what a
limit of its kind may let through in that time: a bucket its burst and then its rate, a sliding window the limit in any window, a fixed window the
limit in each. "In any window" is the most admitted within any ${flood.seconds} s, as the callers saw it, to within a few milliseconds.

${markdown(["", "kind", "asked", "admitted", "at most", "in any window"], counts)}
${left}`;
}

function proxy(): string {
  const result = findResult<ProxyFigures>("proxy");
  if (result === null) return "";
  const { rows, missing, machine } = result;
  const cells = rows.map(({ proxy: name, version, load, requestsPerSecond, cpuMicrosARequest, ofBare }) => [
    name,
    version,
    load,
    thousands(requestsPerSecond),
    `${cpuMicrosARequest} µs`,
    `${ofBare}`,
  ]);
  const left = missing.map((why) => `Left out: ${why}.\n`).join("");
  return `## The inline proxy

In front of one service, with 64 connections kept alive and every request let through. "Bare" is a forwarder made of the same libraries that neither decides
nor guards nor streams (\`npm run bench -- proxy\`, commit ${machine.commit}). The aim is 0.8 of it.

${markdown(["", "version", "load", "requests/s", "CPU a request", "of bare (CPU)"], cells)}
${left}`;
}

function stream(): string {
  const result = findResult<StreamFigures>("stream");
  if (result === null) return "";
  const { batch, decisionsACpuSecond, best, msgpackrRowsASecond, machine } = result;
  return `## The stream

A thousand clients read orders under the example policy, ${batch} requests to a frame (\`npm run bench -- stream\`, commit ${machine.commit}). One core makes
${thousands(decisionsACpuSecond)} decisions a second, ${thousands(best)} in the best round. The aim is a million. msgpackr alone reads and answers ${thousands(msgpackrRowsASecond)} rows a second.
`;
}
