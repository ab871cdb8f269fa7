/** An issuer for tests, whose tokens and proofs are made with jose (which shares no code with what verifies them), and a server that verifies them. */
import { createHash, webcrypto } from "node:crypto";
import * as jose from "jose";
import { loadPolicyText, memoryFiles } from "../../dsl/index.ts";
import type { Policy, Request } from "../../engine/index.ts";
import { makeRequest } from "../../engine/index.ts";
import { type Config, readConfig } from "../../server/config.ts";
import { identifyCaller } from "../../server/identity/identify.ts";
import { jwtVerifiers } from "../../server/identity/jwt/make-verifiers.ts";
import type { CertificateOf } from "../../server/identity/jwt/possession.ts";
import type { TokenOptions } from "../../server/identity/token-options.ts";
import { type TokenState, tokenStateOf } from "../../server/identity/token-state.ts";
import type { Verifier } from "../../server/identity/verifier.ts";

/** Now, in seconds since the Unix epoch, unless a test says otherwise. */
export const NOW = 1_800_000_000;
export const ISSUER = "https://id.example.com";
export const AUDIENCE = "orders-api";

/** A key pair of an issuer or a client. */
export interface TestPair {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: jose.CryptoKey;
  readonly publicJwk: Readonly<Record<string, unknown>>;
}

export async function makePair(alg: string, kid: string): Promise<TestPair> {
  const { privateKey, publicKey } = await jose.generateKeyPair(alg, { extractable: true, modulusLength: 2048 });
  return { kid, alg, privateKey, publicJwk: { ...(await jose.exportJWK(publicKey)), kid, alg, use: "sig" } };
}

export function keySetOf(...pairs: readonly TestPair[]): string {
  return JSON.stringify({ keys: pairs.map(({ publicJwk }) => publicJwk) });
}

/** Claims of a token that is good at {@link NOW}. */
export function claims(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: "service-17",
    azp: "acme-sync",
    scope: "orders.read orders.write",
    iat: NOW - 60,
    exp: NOW + 600,
    jti: "token-1",
    ...changes,
  };
}

/** Signs `payload`, a text or JSON, with a header that may say anything. */
export async function sign(
  pair: TestPair,
  payload: Readonly<Record<string, unknown>> | string | Uint8Array,
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const text = typeof payload === "object" && !(payload instanceof Uint8Array) ? JSON.stringify(payload) : payload;
  return signParts(pair, JSON.stringify({ alg: pair.alg, kid: pair.kid, typ: "at+jwt", ...header }), text);
}

/** Signs exactly these bytes of header and payload. */
export async function signParts(
  { privateKey, alg }: TestPair,
  header: string | Uint8Array,
  payload: string | Uint8Array,
): Promise<string> {
  const input = `${jose.base64url.encode(header)}.${jose.base64url.encode(payload)}`;
  const bytes = new TextEncoder().encode(input);
  const signature = await webcrypto.subtle.sign(SIGNING[alg] ?? alg, privateKey, bytes);
  return `${input}.${jose.base64url.encode(new Uint8Array(signature))}`;
}

/** By `alg`, as WebCrypto is told. */
const SIGNING: Readonly<Record<string, Parameters<webcrypto.SubtleCrypto["sign"]>[0]>> = {
  ES256: { name: "ECDSA", hash: "SHA-256" },
  ES384: { name: "ECDSA", hash: "SHA-384" },
  ES512: { name: "ECDSA", hash: "SHA-512" },
  EdDSA: "Ed25519",
  Ed25519: "Ed25519",
  PS256: { name: "RSA-PSS", saltLength: 32 },
  PS384: { name: "RSA-PSS", saltLength: 48 },
  PS512: { name: "RSA-PSS", saltLength: 64 },
  RS256: "RSASSA-PKCS1-v1_5",
  RS384: "RSASSA-PKCS1-v1_5",
  RS512: "RSASSA-PKCS1-v1_5",
};

/** What a proof is about, where it is not what the request is. */
export interface ProofChanges {
  readonly payload?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** A DPoP proof by `pair` for `GET https://api.example.com/v1/orders` with `token`. */
export async function prove(pair: TestPair, token: string, { payload, header }: ProofChanges = {}): Promise<string> {
  const { kty, crv, x, y, n, e } = pair.publicJwk;
  const ath = createHash("sha256").update(token).digest("base64url");
  const jti = crypto.randomUUID();
  return sign(
    pair,
    { jti, htm: "GET", htu: "https://api.example.com/v1/orders", iat: NOW, ath, ...payload },
    { kid: undefined, typ: "dpop+jwt", jwk: { kty, crv, x, y, n, e }, ...header },
  );
}

export async function thumbprint({ publicJwk }: TestPair): Promise<string> {
  return jose.calculateJwkThumbprint(publicJwk as jose.JWK);
}

/** An inventory whose client `acme` the issuer calls `acme-sync`. */
export function inventoryWith({ expires = "2030-01-01" }: { readonly expires?: string } = {}): string {
  return `teams:
  - { id: edge, contact: "mailto:edge@example.com", people: [m.rossi] }
people:
  - { id: m.rossi, active: true }
clients:
  - id: acme
    kind: service
    purpose: nightly export of orders
    owner: { team: edge, accountable: m.rossi }
    environment: prod
    status: active
    plan: gold
    operations: [orders]
    scopes: [orders.read]
    credentials:
      - { id: acme-idp, type: jwt, issuer: "${ISSUER}", value: acme-sync, expires: "${expires}" }
`;
}

/** Ids of a policy's inventory. */
export function idsOf({ clients }: Pick<Policy, "clients">): ReadonlySet<string> {
  return new Set(clients.map(({ id }) => id));
}

export interface TokenServerSetup {
  /** Members of the source beside issuer, audience and client claim. */
  readonly source?: string;
  /** The whole `identity` block instead. */
  readonly identity?: string;
  /** Texts of files beside the policy; `keys.json` are the issuer's keys. */
  readonly files?: Readonly<Record<string, string>>;
  readonly clients?: string;
  readonly tokens?: TokenOptions;
  readonly certificateOf?: CertificateOf;
  readonly report?: (line: string) => void;
}

/** What verifies tokens, with a clock of its own. */
export interface TokenServer {
  readonly config: Config;
  readonly state: TokenState;
  readonly verifiers: readonly Verifier[];
  /** Now, in seconds. */
  now: number;
  /** Who sent a request with these headers. A promise where keys are waited for. */
  ask(
    headers: Readonly<Record<string, string>>,
    fields?: Partial<Request>,
    fromProxy?: boolean,
  ): Request | Promise<Request>;
  /** The error of a request that carries `token` as a bearer token; null where it is accepted. */
  problemOf(token: string, fields?: Partial<Request>): string | null;
}

export function tokenServer({
  source = "",
  identity = `identity { jwt "${ISSUER}" { audience "${AUDIENCE}"  keys "keys.json"  client claim "azp"  ${source} } }`,
  files = {},
  clients = inventoryWith(),
  tokens = {},
  certificateOf = () => null,
  report = () => {},
}: TokenServerSetup): TokenServer {
  const text = `policy "t" { default allow }\n${identity}\nclients from "clients.yaml"\nroute orders = GET "/v1/orders"`;
  const all = { ...files, "clients.yaml": clients };
  const { policy, diagnostics, sources } = loadPolicyText(text, all);
  if (policy === null) throw new Error(JSON.stringify(diagnostics));
  const config = readConfig({ policy: "p", tokens, report, clock: () => server.now * 1e6 });
  const bundle = { path: "", hash: "", main: "", files: memoryFiles(all) };
  const make = jwtVerifiers(policy, config, () => "policy:1:1", { sources, bundle }, certificateOf);
  const verifiers = policy.identity.flatMap((each, index) => (each.kind === "jwt" ? [make(index, each)] : []));
  const parts = {
    engine: { routeOf: () => 0 },
    view: { policy, verifiers, clients: idsOf(policy) },
    now: () => server.now * 1e6,
  };
  const server: TokenServer = {
    config,
    state: tokenStateOf(config),
    verifiers,
    now: NOW,
    ask: (headers, fields = {}, fromProxy = true) => {
      const request = makeRequest({ method: "GET", path: "/v1/orders", host: "api.example.com", ...fields });
      const waiting = identifyCaller(parts, request, { header: (name) => headers[name] ?? "", fromProxy });
      return waiting === null ? request : waiting.then(() => request);
    },
    problemOf: (token, fields) => {
      const asked = server.ask({ authorization: `Bearer ${token}` }, fields);
      if (asked instanceof Promise) throw new Error("keys were waited for");
      return asked.identityError;
    },
  };
  return server;
}
