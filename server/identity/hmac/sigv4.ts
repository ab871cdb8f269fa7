/**
 * AWS Signature Version 4 in the `Authorization` header. Stricter than its origin where that lets two requests have one signature: paths
 * are signed as they are sent and never normalised, a `+` in a query is refused, and so are values of one parameter that are not in
 * the order in which they are signed.
 */
import { createHmac, hash } from "node:crypto";
import type { Request } from "../../../engine/index.ts";
import { bodyOf, isTakenOff, linesOf } from "../presented.ts";
import type { Presented } from "../verifier.ts";
import { canonicalQuery, encodedAgain } from "./canonical.ts";
import type { HmacError, HmacScheme } from "./scheme.ts";
import { hexBytes } from "./scheme.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";
const FIELD =
  /^AWS4-HMAC-SHA256 +Credential=([^/,\s]{1,128})\/([0-9]{8})\/([^/,\s]{1,64})\/([^/,\s]{1,64})\/aws4_request, *SignedHeaders=([a-z0-9;!#$%&'*+.^_`|~-]{1,4096}), *Signature=([0-9a-f]{64})$/;

/** What `Authorization` says. */
interface Credential {
  readonly keyId: string;
  /** `YYYYMMDD`. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: Uint8Array;
}

export const SIGV4: HmacScheme = {
  header: "authorization",
  secretForm: "text",
  namesKey: true,
  isOffered: (value) => value.startsWith("AWS4-"),
  read: (request, presented) => {
    const value = presented.header("authorization");
    if (!value.startsWith(`${ALGORITHM} `)) return "alg_not_allowed";
    const credential = readCredential(value);
    if (credential === null) return "malformed_signature";
    const date = presented.header("x-amz-date");
    const signedAt = microsOfDate(date);
    if (signedAt === null) return date === "" ? "created_missing" : "malformed_signature";
    if (!date.startsWith(credential.day)) return "malformed_signature";
    const canonical = canonicalRequest(request, presented, credential);
    if (typeof canonical === "string") return canonical;
    const { keyId, day, region, service, signature } = credential;
    const toSign = [ALGORITHM, date, `${day}/${region}/${service}/aws4_request`, canonical.digest].join("\n");
    const macWith = (secret: Uint8Array): Uint8Array => hmac(signingKey(secret, credential), toSign);
    return {
      keyId,
      signedAt,
      scope: `${region}/${service}`,
      signatures: [signature],
      macWith,
      repeatable: isSafe(request),
    };
  },
};

/** Its dates have seconds, so an honest client that reads the same twice in one signs the same twice. */
function isSafe({ method }: Request): boolean {
  return method === "GET" || method === "HEAD" || method === "OPTIONS";
}

function readCredential(value: string): Credential | null {
  const [, keyId = "", day = "", region = "", service = "", names = "", hex = ""] = FIELD.exec(value) ?? [];
  const signature = hexBytes(hex);
  return signature === null ? null : { keyId, day, region, service, signedHeaders: names.split(";"), signature };
}

const DATE = /^([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z$/;

function microsOfDate(date: string): number | null {
  const iso = date.replace(DATE, "$1-$2-$3T$4:$5:$6.000Z");
  const millis = DATE.test(date) ? Date.parse(iso) : Number.NaN;
  return Number.isNaN(millis) ? null : millis * 1_000;
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function signingKey(secret: Uint8Array, { day, region, service }: Credential): Buffer {
  const first = Buffer.concat([Buffer.from("AWS4"), secret]);
  return hmac(hmac(hmac(hmac(first, day), region), service), "aws4_request");
}

// ── the canonical request ───────────────────────────────────────────────────

/** Headers that have to be signed where they are there, besides `host` and `x-amz-date`, which always are. */
const SIGNED_IF_SENT: readonly string[] = ["x-amz-content-sha256", "x-amz-security-token"];

function canonicalRequest(
  request: Request,
  presented: Presented,
  credential: Credential,
): { digest: string } | HmacError {
  const headers = canonicalHeaders(request, presented, credential.signedHeaders);
  if (headers === null) return "component_missing";
  const payload = payloadDigest(request, presented);
  if ("error" in payload) return payload.error;
  const mark = request.path.indexOf("?");
  const path = mark < 0 ? request.path : request.path.slice(0, mark);
  const query = canonicalQuery(mark < 0 ? "" : request.path.slice(mark + 1));
  if (query === null) return "query_ambiguous";
  const uri = credential.service === "s3" ? path : encodedAgain(path);
  const names = credential.signedHeaders.join(";");
  const text = [request.method, uri, query, headers, names, payload.digest].join("\n");
  return { digest: hash("sha256", text, "hex") };
}

/** Null where a name is not in its place, or a header is missing that has to be signed, or that was. */
function canonicalHeaders(request: Request, presented: Presented, names: readonly string[]): string | null {
  const required = SIGNED_IF_SENT.filter((name) => presented.header(name) !== "");
  if (!["host", "x-amz-date", ...required].every((name) => names.includes(name))) return null;
  if (names.some((name, index) => index > 0 && name <= (names[index - 1] ?? ""))) return null;
  let text = "";
  for (const name of names) {
    const values = name === "host" ? [request.host] : linesOf(presented, name);
    if (values.length === 0 || isTakenOff(presented, name)) return null;
    text += `${name}:${values.map(trimmed).join(",")}\n`;
  }
  return text;
}

function trimmed(value: string): string {
  return value
    .split(/[ \t]+/)
    .filter((word) => word !== "")
    .join(" ");
}

function payloadDigest(
  request: Request,
  presented: Presented,
): { readonly digest: string } | { readonly error: HmacError } {
  const stated = presented.header("x-amz-content-sha256");
  if (stated === "UNSIGNED-PAYLOAD" || stated.startsWith("STREAMING-")) return { error: "payload_unsigned" };
  const body = bodyOf(request, presented);
  if (typeof body === "string") return { error: body };
  const digest = hash("sha256", body, "hex");
  return stated === "" || stated === digest ? { digest } : { error: "digest_mismatch" };
}
