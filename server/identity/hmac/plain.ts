/**
 * `plain`: the scheme for clients that have none yet. `x-signature: key=ID, t=SECONDS, nonce=TEXT, v1=HEX`, HMAC-SHA256 over these
 * lines, without a newline at the end:
 *
 *     edgepolicy-hmac-v1
 *     t
 *     nonce
 *     METHOD
 *     host (lower case, with the port if it was sent)
 *     target (path and query as they are sent)
 *     SHA-256 of the body in hexadecimal digits
 *
 * No line can hold a newline, and nothing is written in another form than it was sent in, so there is one text for each request.
 */
import { createHmac, hash } from "node:crypto";
import { bodyOf } from "../presented.ts";
import type { HmacScheme } from "./scheme.ts";
import { hexBytes, microsOf } from "./scheme.ts";

const FIELD =
  /^key=([\x21-\x2b\x2d-\x7e]{1,256}), ?t=([0-9]{1,11}), ?nonce=([A-Za-z0-9_-]{8,128}), ?v1=([0-9a-f]{64})$/;

export const PLAIN: HmacScheme = {
  header: "x-signature",
  secretForm: "text",
  namesKey: true,
  isOffered: (value) => value !== "",
  read: (request, presented) => {
    const [, keyId = "", seconds = "", nonce = "", hex = ""] = FIELD.exec(presented.header("x-signature")) ?? [];
    const [signedAt, signature] = [microsOf(seconds), hexBytes(hex)];
    if (signedAt === null || signature === null) return "malformed_signature";
    const body = bodyOf(request, presented);
    if (typeof body === "string") return body;
    const { method, host, path } = request;
    const lines = ["edgepolicy-hmac-v1", seconds, nonce, method, host.toLowerCase(), path, hash("sha256", body, "hex")];
    const text = lines.join("\n");
    const macWith = (secret: Uint8Array): Uint8Array => createHmac("sha256", secret).update(text).digest();
    return { keyId, signedAt, scope: null, signatures: [signature], macWith, repeatable: false };
  },
};
