/** What the `/authz/*` adapters share: who may call, and how a request is put together without making objects for it. */
import type { Request } from "../../engine/index.ts";
import { makeRequest } from "../../engine/index.ts";
import type { PolicyView } from "../policy-view.ts";
import type { RequestView } from "../transport.ts";

const NO_PASSES: Request["passes"] = Object.freeze([]);
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({});

/** A request to fill again and again. */
export function reusableRequest(): Request {
  return makeRequest({});
}

/** Forgets who sent the last request that `request` described. */
export function forgetIdentity(request: Request): void {
  request.client = null;
  request.evidence = null;
  request.identityError = null;
  request.credential = null;
  request.scopes = null;
  request.claims = null;
  request.passes = NO_PASSES;
}

/**
 * The headers that the policy reads. One with an empty value counts as absent: the transport cannot tell the two apart
 * without reading every header.
 *
 * @param values - First values of headers by lower-case name, empty if absent: `from`, or who has read it already.
 * @param isOwn - Names of the adapter's own headers, which are no headers of the request it describes.
 */
export function readHeaders(
  from: RequestView,
  values: Pick<RequestView, "header">,
  view: PolicyView,
  isOwn: (name: string) => boolean,
): Readonly<Record<string, string>> {
  if (view.needs.headerCount) return readAllHeaders(from, isOwn);
  if (view.headers.length === 0) return NO_HEADERS;
  const headers: Record<string, string> = {};
  for (const name of view.headers) {
    const value = values.header(name);
    if (value !== "") headers[name] = value;
  }
  return headers;
}

function readAllHeaders(from: RequestView, isOwn: (name: string) => boolean): Readonly<Record<string, string>> {
  const headers = Object.create(null) as Record<string, string>;
  from.eachHeader((name, value) => {
    if (value !== "" && !isOwn(name)) headers[name] ??= value;
  });
  return headers;
}

/**
 * The header whose lines are counted, and how many there are. One visitor serves all requests, since making one for each takes longer than
 * visiting.
 */
let counted = "";
let lines = 0;
let filled = false;
function count(name: string, value: string): void {
  if (name !== counted) return;
  lines++;
  filled ||= value !== "";
}

/**
 * Whether a header came more than once that may come only once: others could read another line than we do, even if the first line is empty,
 * which some readers pass over and some do not.
 */
export function hasDuplicate(from: RequestView, headers: Iterable<string>): boolean {
  for (const header of headers) {
    counted = header;
    lines = 0;
    filled = false;
    from.eachHeader(count);
    if (lines > 1 && filled) return true;
  }
  return false;
}
