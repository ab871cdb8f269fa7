/** Signs requests as clients do, written from the schemes' own descriptions and not from what verifies them. */
import { createHash, createHmac, type KeyObject, sign } from "node:crypto";
import type { Sent } from "./presented.ts";

const sha256 = (text: string | Uint8Array): string => createHash("sha256").update(text).digest("hex");
const bytesOf = (body: Sent["body"]): Uint8Array =>
  typeof body === "string" ? Buffer.from(body) : (body ?? Buffer.alloc(0));

/** Adds headers to a request. */
function withHeaders(sent: Sent, headers: Readonly<Record<string, string>>): Sent {
  return { ...sent, headers: [...(sent.headers ?? []), ...Object.entries(headers)] };
}

/** @param secret - As it is given out: `whsec_` and base64. */
export function signWebhook(sent: Sent, secret: string, id: string, seconds: number): Sent {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const mac = createHmac("sha256", key).update(`${id}.${seconds}.`).update(bytesOf(sent.body)).digest("base64");
  return withHeaders(sent, {
    "webhook-id": id,
    "webhook-timestamp": String(seconds),
    "webhook-signature": `v1,${mac}`,
  });
}

export function signStripe(sent: Sent, secret: string, seconds: number): Sent {
  const mac = createHmac("sha256", secret).update(`${seconds}.`).update(bytesOf(sent.body)).digest("hex");
  return withHeaders(sent, { "stripe-signature": `t=${seconds},v1=${mac}` });
}

export function signPlain(sent: Sent, secret: string, key: string, seconds: number, nonce: string): Sent {
  const { method = "GET", host = "api.example.com", target = "/" } = sent;
  const text = ["edgepolicy-hmac-v1", seconds, nonce, method, host, target, sha256(bytesOf(sent.body))].join("\n");
  const mac = createHmac("sha256", secret).update(text).digest("hex");
  return withHeaders(sent, { "x-signature": `key=${key}, t=${seconds}, nonce=${nonce}, v1=${mac}` });
}

/** Signature Version 4 of a request whose target needs no normalising. */
export function signSigv4(sent: Sent, secret: string, key: string, date: string, scope = "eu-south-1/orders"): Sent {
  const { method = "GET", host = "api.example.com", target = "/" } = sent;
  const digest = sha256(bytesOf(sent.body));
  const dated = withHeaders(sent, { "x-amz-date": date, "x-amz-content-sha256": digest });
  const headers = [["host", host] as const, ...(dated.headers ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const names = headers.map(([name]) => name).join(";");
  const [path = "", query = ""] = target.split("?");
  const sorted = query
    .split("&")
    .filter((pair) => pair !== "")
    .toSorted()
    .join("&");
  const lines = headers.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, " ")}`);
  const canonical = [method, path.replace(/%/g, "%25"), sorted, ...lines, "", names, digest].join("\n");
  const credential = `${date.slice(0, 8)}/${scope}/aws4_request`;
  const hmac = (with_: string | Buffer, text: string): Buffer => createHmac("sha256", with_).update(text).digest();
  const signing = credential
    .split("/")
    .reduce<string | Buffer>((derived, part) => hmac(derived, part), `AWS4${secret}`);
  const mac = hmac(signing, ["AWS4-HMAC-SHA256", date, credential, sha256(canonical)].join("\n")).toString("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${key}/${credential}, SignedHeaders=${names}, Signature=${mac}`;
  return withHeaders(dated, { authorization });
}

/** What an HTTP message signature covers and says. */
export interface MessageSigning {
  readonly key: KeyObject;
  readonly keyid: string;
  readonly created?: number;
  /** Component identifiers as they stand in the signature base, with their values. */
  readonly components: readonly (readonly [identifier: string, value: string])[];
  /** Further parameters, as `;name=value`. */
  readonly params?: string;
  readonly label?: string;
}

/** RFC 9421 §3.1, for Ed25519 keys. */
export function signMessage(
  sent: Sent,
  { key, keyid, created, components, params = "", label = "sig" }: MessageSigning,
): Sent {
  const time = created === undefined ? "" : `;created=${created}`;
  const input = `(${components.map(([identifier]) => identifier).join(" ")})${time};keyid="${keyid}"${params}`;
  const lines = components.map(([identifier, value]) => `${identifier}: ${value}\n`).join("");
  const signature = sign(null, Buffer.from(`${lines}"@signature-params": ${input}`), key).toString("base64");
  return withHeaders(sent, { "signature-input": `${label}=${input}`, signature: `${label}=:${signature}:` });
}

/** What this project asks a signature to cover of a request, by default. */
export function coveredOf({
  method = "GET",
  host = "api.example.com",
  target = "/",
  headers = [],
  body,
}: Sent): MessageSigning["components"] {
  const [path = "", query] = target.split("?");
  const digest = headers.find(([name]) => name === "content-digest")?.[1];
  const token = headers.find(([name]) => name === "authorization")?.[1];
  return [
    ['"@method"', method],
    ['"@authority"', host],
    ['"@path"', path],
    ...(query === undefined ? [] : [['"@query"', `?${query}`] as const]),
    ...(digest === undefined || body === undefined ? [] : [['"content-digest"', digest] as const]),
    ...(token === undefined ? [] : [['"authorization"', token] as const]),
  ];
}

/** Adds the digest of the body (RFC 9530). */
export function withDigest(sent: Sent): Sent {
  return withHeaders(sent, {
    "content-digest": `sha-256=:${createHash("sha256").update(bytesOf(sent.body)).digest("base64")}:`,
  });
}
