/** Two credentials on one request, through every pair of kinds and in either order of the sources. */
import { generateKeyPairSync, hash } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { received, type Sent } from "../../../helpers/presented.ts";
import { coveredOf, signMessage, signPlain } from "../../../helpers/signing.ts";
import { AUDIENCE, claims, ISSUER, keySetOf, makePair, NOW, sign, type TestPair } from "../../../helpers/tokens.ts";
import { makeTestVerifiers, type Verifiers } from "../../../helpers/verifiers.ts";

const CLIENTS = ["acme", "other"] as const;
type Client = (typeof CLIENTS)[number];
const PAIRS = { acme: generateKeyPairSync("ed25519"), other: generateKeyPairSync("ed25519") };
const secretOf = (client: Client): string => `a secret of ${client}, long enough for all`;
let issuer: TestPair;
const tokens = new Map<Client, string>();
beforeAll(async () => {
  issuer = await makePair("ES256", "k1");
  for (const client of CLIENTS) {
    // oxlint-disable-next-line no-await-in-loop
    tokens.set(client, await sign(issuer, claims({ azp: `${client}-name` })));
  }
});

interface Kind {
  readonly source: string;
  /** In the inventory. */
  readonly credentialOf: (client: Client) => string;
  readonly show: (sent: Sent, client: Client) => Sent;
}

const add = (sent: Sent, name: string, value: string): Sent => ({
  ...sent,
  headers: [...(sent.headers ?? []), [name, value]],
});

/** Signatures come last: they cover what else there is. */
const KINDS: Readonly<Record<string, Kind>> = {
  api_key: {
    source: 'api_key { header "x-api-key" }',
    credentialOf: (client) =>
      `{ id: ${client}-key, type: api_key, hash: "sha256:${hash("sha256", `key of ${client}`)}" }`,
    show: (sent, client) => add(sent, "x-api-key", `key of ${client}`),
  },
  jwt: {
    source: `jwt "${ISSUER}" { audience "${AUDIENCE}" keys "jwt.json" client claim "azp" }`,
    credentialOf: (client) => `{ id: ${client}-jwt, type: jwt, issuer: "${ISSUER}", value: ${client}-name }`,
    show: (sent, client) => add(sent, "authorization", `Bearer ${tokens.get(client)}`),
  },
  mtls: {
    source: 'mtls { header "x-forwarded-client-cert" }',
    credentialOf: (client) => `{ id: ${client}-cert, type: mtls, value: "spiffe://prod.example/${client}" }`,
    show: (sent, client) =>
      add(sent, "x-forwarded-client-cert", `Hash=${"a".repeat(64)};URI=spiffe://prod.example/${client}`),
  },
  hmac: {
    source: 'hmac partners { scheme plain secrets "secrets" }',
    credentialOf: (client) => `{ id: ${client}-hmac, type: hmac }`,
    show: (sent, client) => signPlain(sent, secretOf(client), `${client}-hmac`, NOW, crypto.randomUUID()),
  },
  signature: {
    source: 'signature { keys "keys.json" }',
    credentialOf: (client) => `{ id: ${client}-sig, type: signature }`,
    show: (sent, client) =>
      signMessage(sent, {
        key: PAIRS[client].privateKey,
        keyid: `${client}-sig`,
        created: NOW,
        components: coveredOf(sent),
      }),
  },
};

function verifiersOf(kinds: readonly string[]): Verifiers {
  const used = kinds.flatMap((kind) => KINDS[kind] ?? []);
  return makeTestVerifiers(
    {
      identity: used.map(({ source }) => source).join(" "),
      clients: Object.fromEntries(CLIENTS.map((client) => [client, used.map((kind) => kind.credentialOf(client))])),
      files: {
        "jwt.json": keySetOf(issuer),
        "keys.json": JSON.stringify({
          keys: CLIENTS.map((client) => ({
            ...PAIRS[client].publicKey.export({ format: "jwk" }),
            kid: `${client}-sig`,
          })),
        }),
        secrets: CLIENTS.map((client) => `${client}-hmac env:${client.toUpperCase()}_SECRET_OF_TWO`).join("\n"),
      },
    },
    NOW,
  );
}

function shown(...parts: readonly (readonly [kind: string, client: Client])[]): Sent {
  const order = Object.keys(KINDS);
  const sorted = parts.toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b));
  const empty: Sent = { target: "/v1/orders", fromProxy: true };
  return sorted.reduce((sent, [kind, client]) => KINDS[kind]?.show(sent, client) ?? sent, empty);
}

const PAIRS_OF_KINDS = Object.keys(KINDS).flatMap((first) =>
  Object.keys(KINDS).flatMap((second) => (first === second ? [] : [[first, second] as const])),
);

describe("two credentials", () => {
  beforeAll(() => {
    for (const client of CLIENTS) process.env[`${client.toUpperCase()}_SECRET_OF_TWO`] = secretOf(client);
  });

  it.each(PAIRS_OF_KINDS)("%s and then %s: of one client are that client's, of two are nobody's", (first, second) => {
    const all = verifiersOf([first, second]);
    const alone = all.identify(shown([first, "acme"]));
    const both = all.identify(shown([first, "acme"], [second, "acme"]));
    expect([both.client, both.evidence, both.credential]).toEqual(["acme", alone.evidence, alone.credential]);
    const conflict = all.identify(shown([first, "acme"], [second, "other"]));
    expect(conflict).toMatchObject({
      client: null,
      evidence: null,
      credential: null,
      scopes: null,
      claims: null,
      passes: [],
      identityError: "identity_conflict",
    });
  });

  it.each(Object.keys(KINDS))("%s alone names either", (kind) => {
    const all = verifiersOf([kind]);
    expect(CLIENTS.map((client) => all.who(shown([kind, client])))).toEqual([...CLIENTS]);
    const { request, presented } = received({ target: "/v1/orders" });
    expect(all.whoShown(request, presented)).toBeNull();
  });
});
