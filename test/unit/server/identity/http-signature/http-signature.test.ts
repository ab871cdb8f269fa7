import { generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRequest } from "../../../../../engine/index.ts";
import { thumbprintOf } from "../../../../../server/identity/http-signature/keys.ts";
import { received, type Sent } from "../../../../helpers/presented.ts";
import { check } from "../../../../helpers/property.ts";
import { coveredOf, type MessageSigning, signMessage, withDigest } from "../../../../helpers/signing.ts";
import { makeTestVerifiers, type Verifiers } from "../../../../helpers/verifiers.ts";

const NOW = 1_900_000_000;
const PAIR = generateKeyPairSync("ed25519");
const OTHER = generateKeyPairSync("ed25519");
const jwkOf = (key: KeyObject, members: Record<string, string> = {}): Record<string, string> =>
  ({ ...key.export({ format: "jwk" }), ...members }) as Record<string, string>;
const POST: Sent = withDigest({
  method: "POST",
  target: "/v1/orders?a=1",
  body: '{"n": 1}',
  headers: [["content-type", "application/json"]],
});
const GET: Sent = { target: "/v1/orders" };

function verifiersOf(setup: Partial<Parameters<typeof makeTestVerifiers>[0]> = {}): Verifiers {
  return makeTestVerifiers(
    {
      identity: 'signature { keys "keys.json" }',
      clients: { acme: ["{ id: k1, type: signature }"], other: ["{ id: k2, type: signature, value: second }"] },
      files: {
        "keys.json": JSON.stringify({
          keys: [
            jwkOf(PAIR.publicKey, { kid: "k1" }),
            jwkOf(OTHER.publicKey, { kid: "second" }),
            jwkOf(generateKeyPairSync("ed25519").publicKey, { kid: "loose" }),
          ],
        }),
      },
      ...setup,
    },
    NOW,
  );
}

function signed(sent: Sent, parts: Partial<MessageSigning> = {}): Sent {
  return signMessage(sent, { key: PAIR.privateKey, keyid: "k1", created: NOW, components: coveredOf(sent), ...parts });
}
const without = (sent: Sent, ...identifiers: string[]): MessageSigning["components"] =>
  coveredOf(sent).filter(([identifier]) => !identifiers.includes(identifier));
const header = (sent: Sent, name: string): string => sent.headers?.find(([each]) => each === name)?.[1] ?? "";
function replaced(sent: Sent, name: string, value: string): Sent {
  return { ...sent, headers: (sent.headers ?? []).map((each) => (each[0] === name ? [name, value] : each)) };
}
const token = (sent: Sent): Sent => ({ ...sent, headers: [...(sent.headers ?? []), ["authorization", "Bearer t"]] });

describe("a signed request", () => {
  it("says who signed it, and that it was a signature", () => {
    expect(verifiersOf().identify(signed(POST))).toMatchObject({
      client: "acme",
      evidence: "signed_request",
      credential: { id: "k1" },
      identityError: null,
    });
    expect(verifiersOf().who(signed(GET))).toBe("acme");
    expect(verifiersOf().who(POST)).toBeNull();
  });

  it("may cover more, in any order, and the whole target in one", () => {
    const all = verifiersOf();
    const more = [...coveredOf(POST), ['"content-type"', "application/json"] as const].toReversed();
    expect(all.who(signed(POST, { components: more }))).toBe("acme");
    const whole = [
      ['"@method"', "POST"],
      ['"@target-uri"', "http://api.example.com/v1/orders?a=1"],
      ...coveredOf(POST).slice(4),
    ] as const;
    expect(all.who(signed(POST, { components: whole }))).toBe("acme");
    const target = [...without(POST, '"@path"', '"@query"'), ['"@request-target"', "/v1/orders?a=1"] as const];
    expect(all.who(signed(POST, { components: target }))).toBe("acme");
    const parts = [
      ...coveredOf(POST),
      ['"@query-param";name="a"', "1"] as const,
      ['"content-type";bs', `:${btoa("application/json")}:`] as const,
    ];
    expect(all.who(signed(POST, { components: parts }))).toBe("acme");
    const accept: Sent = { ...GET, headers: [["accept", "text/html;q=1.0 ,*/*"]] };
    const strict = [...coveredOf(accept), ['"accept";sf', "text/html;q=1.0, */*"] as const];
    expect(all.who(signed(accept, { components: strict }))).toBe("acme");
    const digest = header(POST, "content-digest").slice("sha-256=".length);
    const both = [...coveredOf(POST), ['"content-digest";sf;key="sha-256"', digest] as const];
    expect(all.who(signed(POST, { components: both, created: NOW - 1 }))).toBe("acme");
    expect(
      all.who(signed(POST, { components: [...coveredOf(POST), ['"content-digest";key="sha-256"', digest]] })),
    ).toBe("acme");
  });

  it("may cover the digest in its one spelling", () => {
    const loose = replaced(POST, "content-digest", ` ${header(POST, "content-digest")} `);
    const strict = coveredOf(POST).map(([identifier, value]) =>
      identifier === '"content-digest"' ? (['"content-digest";sf', value] as const) : ([identifier, value] as const),
    );
    expect(verifiersOf().who(signed(loose, { components: strict }))).toBe("acme");
  });

  it("is for the application that the inventory says, and chosen by it among several of one key", () => {
    const all = verifiersOf({
      clients: { acme: ['{ id: k1, type: signature, tag: "orders-v1" }'], other: ["{ id: second, type: signature }"] },
    });
    const tagged = (tag: string): Sent => signed(GET, { params: `;tag=${tag}` });
    expect(all.who(tagged('"orders-v1"'))).toBe("acme");
    expect(all.who(signed(GET))).toBe("tag_mismatch");
    for (const other of ['"orders-v2"', '"Orders-v1"', '""', "orders-v1", ":b3JkZXJzLXYx:"]) {
      expect(all.who(tagged(other))).toBe("tag_mismatch");
    }
    const [ours, theirs] = [
      signed(GET, { params: ';tag="orders-v1"' }),
      signed(GET, { params: ';tag="x"', label: "b" }),
    ];
    const fields = ["signature-input", "signature"].map((name): [string, string] => [
      name,
      `${header(ours, name)}, ${header(theirs, name)}`,
    ]);
    expect(all.who({ ...GET, headers: fields })).toBe("acme");
    // Where the inventory says nothing, any will do.
    expect(all.who(signed(GET, { key: OTHER.privateKey, keyid: "second", params: ';tag="x"' }))).toBe("other");
  });

  it("has the authority of the caller's connection, as a trusted proxy states it", () => {
    const sent: Sent = { ...GET, host: "API.example.com:443" };
    const covered = coveredOf({ ...GET, host: "api.example.com" });
    const behind = { fromProxy: true, headers: [["x-forwarded-proto", "https"] as const] };
    expect(verifiersOf().who(signed({ ...sent, ...behind }, { components: covered }))).toBe("acme");
    expect(verifiersOf().who(signed({ ...sent, ...behind, fromProxy: false }, { components: covered }))).toBe(
      "bad_signature",
    );
    expect(verifiersOf().who(signed({ ...GET, host: "api.example.com:80" }, { components: covered }))).toBe("acme");
    const whole = [
      ['"@method"', "GET"],
      ['"@target-uri"', "https://api.example.com/v1/orders"],
    ] as const;
    for (const stated of [[], ["HTTPS"], ["http, https"], ["http", "https"], ["wss"]]) {
      const headers = stated.map((value) => ["x-forwarded-proto", value] as const);
      expect(verifiersOf().who(signed({ ...GET, fromProxy: true, headers }, { components: whole }))).toBe("acme");
    }
  });

  it("is accepted once: by its nonce, or where it changes something as a whole", () => {
    const all = verifiersOf();
    const nonce = ';nonce="n-1"';
    expect(all.who(signed(GET, { params: nonce }))).toBe("acme");
    expect(all.who(signed({ target: "/v1/other" }, { params: nonce }))).toBe("replayed");
    expect(all.who(signed(GET, { params: ';nonce="n-2"' }))).toBe("acme");
    expect([all.who(signed(GET)), all.who(signed(GET))]).toEqual(["acme", "acme"]);
    expect([all.who(signed(POST)), all.who(signed(POST))]).toEqual(["acme", "replayed"]);
    all.reload();
    expect(all.who(signed(POST))).toBe("replayed");
    expect(all.who(signed(POST, { created: NOW - 1 }))).toBe("acme");
    expect(all.who(signed(GET, { key: OTHER.privateKey, keyid: "second", params: nonce }))).toBe("other");
  });

  it("is good for 300 s, and 60 s before its time", () => {
    const all = verifiersOf();
    const at = (created: number, params = ""): string | null =>
      all.who(signed(GET, { created: NOW + created, params }));
    expect([-301, -300, 60, 61].map((by) => at(by))).toEqual(["expired", "acme", "acme", "issued_in_future"]);
    expect([`;expires=${NOW}`, `;expires=${NOW + 1}`].map((params) => at(-1, params))).toEqual(["expired", "acme"]);
  });

  it("is refused where another credential names another client", () => {
    const all = verifiersOf({
      identity: 'signature { keys "keys.json" } mtls { header "x-forwarded-client-cert" }',
      clients: {
        acme: ["{ id: k1, type: signature }"],
        other: [`{ id: c, type: mtls, value: "spiffe://prod.example/other" }`],
      },
    });
    const certificate = ["x-forwarded-client-cert", `Hash=${"b".repeat(64)};URI=spiffe://prod.example/other`] as const;
    const sent = signed({ ...GET, fromProxy: true, headers: [certificate] });
    expect(all.who(sent)).toBe("identity_conflict");
    expect(all.who({ ...sent, fromProxy: false })).toBe("acme");
  });

  it("is not accepted where its body is not shown", () => {
    const { request, presented } = received(signed(POST));
    const { body: _, ...unshown } = presented;
    expect(verifiersOf().whoShown(request, unshown)).toBe("body_not_shown");
    expect(verifiersOf().whoShown({ ...request, size: 0 }, unshown)).toBe("body_not_shown");
    const read = received(signed(GET));
    const chunked = received({
      ...signed(GET),
      headers: [...(signed(GET).headers ?? []), ["transfer-encoding", "chunked"]],
    });
    const shownAs = ({ presented: { body: __, ...other }, request: asked }: typeof read): string | null =>
      verifiersOf().whoShown(asked, other);
    expect([shownAs(read), shownAs(chunked)]).toEqual(["acme", "body_not_shown"]);
    expect(verifiersOf().whoShown(request, { ...presented, body: "body_too_long" })).toBe("body_too_long");
    const get = received(signed(GET));
    const { body: __, ...bare } = get.presented;
    expect(verifiersOf().whoShown(makeRequest({ ...get.request }), bare)).toBe("acme");
  });
});

describe("forgeries", () => {
  const sent = signed(POST);
  const input = header(sent, "signature-input");
  const signature = header(sent, "signature");
  it.each<[string, Sent, string]>([
    ["another method", { ...sent, method: "PUT" }, "bad_signature"],
    ["another host", { ...sent, host: "evil.example.com" }, "bad_signature"],
    ["another path", { ...sent, target: "/v1/order?a=1" }, "bad_signature"],
    ["the path in another spelling", { ...sent, target: "/v1/%6frders?a=1" }, "bad_signature"],
    ["another query", { ...sent, target: "/v1/orders?a=2" }, "bad_signature"],
    ["another body", { ...sent, body: '{"n": 2}' }, "digest_mismatch"],
    ["no body", { ...sent, body: "" }, "digest_mismatch"],
    [
      "another digest",
      replaced({ ...sent, body: "x" }, "content-digest", header(withDigest({ body: "x" }), "content-digest")),
      "bad_signature",
    ],
    ["a query that was added", { ...signed(GET), target: "/v1/orders?admin=1" }, "component_missing"],
    ["a body that was added", { ...signed(GET), body: "x" }, "digest_missing"],
    ["a token that was added", token(signed(GET)), "component_missing"],
    ["no method", signed(GET, { components: without(GET, '"@method"') }), "component_missing"],
    ["no authority", signed(GET, { components: without(GET, '"@authority"') }), "component_missing"],
    ["no path", signed(GET, { components: without(GET, '"@path"') }), "component_missing"],
    ["nothing covered", signed(GET, { components: [] }), "component_missing"],
    ["a token that is not covered", signed(token(GET), { components: coveredOf(GET) }), "component_missing"],
    [
      "a component twice",
      signed(GET, { components: [...coveredOf(GET), ['"@method"', "GET"]] }),
      "component_duplicate",
    ],
    [
      "a header that is not there",
      signed(GET, { components: [...coveredOf(GET), ['"x-a"', ""]] }),
      "component_missing",
    ],
    [
      "a covered header that is taken off on the way",
      {
        ...signed(POST, { components: [...coveredOf(POST), ['"content-type"', "application/json"]] }),
        headers: [
          ...(signed(POST, { components: [...coveredOf(POST), ['"content-type"', "application/json"]] }).headers ?? []),
          ["connection", "keep-alive, Content-Type"],
        ],
      },
      "component_missing",
    ],
    [
      "a component of answers",
      signed(GET, { components: [...coveredOf(GET), ['"@status"', "200"]] }),
      "component_unsupported",
    ],
    [
      "a component with a parameter of none",
      signed(GET, { components: [...coveredOf(GET), ['"@path";x', "/v1/orders"]] }),
      "component_unsupported",
    ],
    [
      "a field whose type is not known, in its one spelling",
      signed({ ...GET, headers: [["x-a", "1"]] }, { components: [...coveredOf(GET), ['"x-a";sf', "1"]] }),
      "component_unsupported",
    ],
    [
      "a field that is not of its type",
      signed(
        { ...GET, headers: [["priority", "u=1,"]] },
        { components: [...coveredOf(GET), ['"priority";sf', "u=1"]] },
      ),
      "component_malformed",
    ],
    [
      "a field of which another reader takes another member",
      signed(
        { ...GET, headers: [["priority", "u=7, u=1"]] },
        { components: [...coveredOf(GET), ['"priority";key="u"', "1"]] },
      ),
      "component_malformed",
    ],
    [
      "a decimal that was an integer",
      signed({ ...GET, headers: [["x-a", "n=1.0"]] }, { components: [...coveredOf(GET), ['"x-a";key="n"', "1"]] }),
      "bad_signature",
    ],
    ...['"content-type";sf;bs', '"content-type";sf=?0', '"content-type";sf="x"', '"content-type";key="a";bs'].map(
      (identifier): [string, Sent, string] => [
        `parameters that exclude each other: ${identifier}`,
        signed(POST, { components: [...coveredOf(POST), [identifier, "application/json"]] }),
        "component_unsupported",
      ],
    ),
    [
      "a header that the policy names, in its one spelling alone",
      signed(
        { ...GET, headers: [["content-type", "a/b"]] },
        { components: [...without(GET, '"@path"'), ['"@path";sf', "/v1/orders"]] },
      ),
      "component_missing",
    ],
    ["a label that comes twice", replaced(sent, "signature-input", `${input}, ${input}`), "malformed_signature"],
    [
      "a field of another request",
      signed(POST, { components: [...coveredOf(POST), ['"content-type";req', "application/json"]] }),
      "component_unsupported",
    ],
    ...["api.example.com/v1", "api.example.com/v1/orders?x=", "api.example.com#", ""].map(
      (host): [string, Sent, string] => [
        `a target of which a part is in the host: ${host}`,
        signed(
          { host, target: "/orders" },
          {
            components: [
              ['"@method"', "GET"],
              ['"@target-uri"', `http://${host}/orders`],
            ],
          },
        ),
        "component_unsupported",
      ],
    ),
    [
      "a path of which only the lower bytes are signed",
      { ...signed({ target: "/v1/Ax" }), target: "/v1/\u0141x" },
      "component_unsupported",
    ],
    [
      "a query of which only the lower bytes are signed",
      { ...signed({ target: "/v1?to=Ax" }), target: "/v1?to=\u0141x" },
      "component_unsupported",
    ],
    [
      "a header with more around it than white space of HTTP",
      replaced(
        signed(POST, { components: [...coveredOf(POST), ['"content-type"', "application/json"]] }),
        "content-type",
        "\u00a0application/json\ufeff",
      ),
      "component_unsupported",
    ],
    [
      "a parameter that comes twice",
      signed(
        { target: "/?a=1&a=2" },
        { components: [...coveredOf({ target: "/?a=1&a=2" }), ['"@query-param";name="a"', "1"]] },
      ),
      "component_duplicate",
    ],
    ["no creation time", signed(GET, { created: undefined as unknown as number }), "created_missing"],
    [
      "a creation time in tenths",
      replaced(sent, "signature-input", input.replace(`created=${NOW}`, `created=${NOW}.5`)),
      "malformed_signature",
    ],
    [
      "a creation time as text",
      replaced(sent, "signature-input", input.replace(`created=${NOW}`, `created="${NOW}"`)),
      "malformed_signature",
    ],
    [
      "another creation time",
      replaced(sent, "signature-input", input.replace(String(NOW), String(NOW - 1))),
      "bad_signature",
    ],
    ["a nonce that was added", replaced(sent, "signature-input", `${input};nonce="x"`), "bad_signature"],
    ["a nonce that is no text", signed(GET, { params: ";nonce=1" }), "malformed_signature"],
    ["a long nonce", signed(GET, { params: `;nonce="${"n".repeat(300)}"` }), "malformed_signature"],
    ["an unknown key", signed(GET, { keyid: "nobody" }), "unknown_key"],
    ["no key", replaced(sent, "signature-input", input.replace(';keyid="k1"', "")), "unknown_key"],
    ["a key that nobody claims", signed(GET, { keyid: "loose" }), "client_unknown"],
    ["another client's key id", signed(GET, { keyid: "second" }), "bad_signature"],
    ["another algorithm", signed(GET, { params: ';alg="rsa-pss-sha512"' }), "alg_not_allowed"],
    ["an algorithm that is none", signed(GET, { params: ';alg="none"' }), "alg_not_allowed"],
    ["an empty signature", replaced(sent, "signature", "sig=::"), "bad_signature"],
    ["a signature cut short", replaced(sent, "signature", signature.replace(/.{4}:$/, ":")), "bad_signature"],
    ["a signature that is no bytes", replaced(sent, "signature", 'sig="x"'), "malformed_signature"],
    ["another label", replaced(sent, "signature", signature.replace("sig=", "other=")), "malformed_signature"],
    ["no signature", replaced(sent, "signature", ""), "malformed_signature"],
    ["no input", replaced(sent, "signature-input", ""), "malformed_signature"],
    [
      "a draft's signature",
      { ...GET, headers: [["signature", 'keyId="k1",algorithm="rsa-sha256",signature="x"']] },
      "malformed_signature",
    ],
  ])("%s", (_, forged, reason) => {
    expect(verifiersOf().who(forged)).toBe(reason);
  });

  it("an algorithm that agrees with the key may be named", () => {
    expect(verifiersOf().who(signed(GET, { params: ';alg="ed25519"' }))).toBe("acme");
  });

  it("two signatures: one for others does not matter, two of ours are too many", () => {
    const two = (first: Sent, second: Sent): Sent => ({
      ...GET,
      headers: ["signature-input", "signature"].map(
        (name) => [name, `${header(first, name)}, ${header(second, name)}`] as const,
      ),
    });
    const ours = signed(GET);
    expect(verifiersOf().who(two(signed(GET, { keyid: "elsewhere", label: "a" }), ours))).toBe("acme");
    expect(verifiersOf().who(two(signed(GET, { key: OTHER.privateKey, keyid: "second", label: "a" }), ours))).toBe(
      "multiple_credentials",
    );
  });

  it("what the policy names has to be covered; a header, where it was sent", () => {
    const all = verifiersOf({
      identity: 'signature { keys "keys.json" components ["@method", "@authority", "@path", "content-type"] }',
    });
    expect(all.who(signed(POST))).toBe("component_missing");
    expect(all.who(signed(POST, { components: [...coveredOf(POST), ['"content-type"', "application/json"]] }))).toBe(
      "acme",
    );
    expect(all.who(signed(GET))).toBe("acme");
    expect(all.who({ ...signed(GET), headers: [...(signed(GET).headers ?? []), ["content-type", "text/html"]] })).toBe(
      "component_missing",
    );
  });

  it("no request that was changed after it was signed is accepted", () => {
    const text = {
      input,
      signature,
      target: "/v1/orders?a=1",
      body: '{"n": 1}',
      digest: header(POST, "content-digest"),
    };
    const anyChar = fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code));
    const part = fc.constantFrom(
      "input" as const,
      "signature" as const,
      "target" as const,
      "body" as const,
      "digest" as const,
    );
    const edit = fc.tuple(
      part,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      fc.nat(2),
      fc.oneof(anyChar, fc.constant("")),
    );
    const all = verifiersOf();
    expect(all.who(sent)).toBe("acme");
    check(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const changed = { ...text };
        for (const [name, where, cut, put] of edits) {
          const at = Math.floor(where * changed[name].length);
          changed[name] = changed[name].slice(0, at) + put + changed[name].slice(at + cut);
        }
        const forged = [
          ["signature-input", changed.input],
          ["signature", changed.signature],
          ["content-digest", changed.digest],
        ].reduce((request, [name = "", value = ""]) => replaced(request, name, value), sent);
        // What says the same in another spelling is the same signature, and known already.
        expect(all.who({ ...forged, target: changed.target, body: changed.body })).not.toBe("acme");
      }),
      { runs: 600 },
    );
  });

  it("any fields are survived", () => {
    const all = verifiersOf();
    check(
      fc.property(fc.string({ maxLength: 200 }), fc.string({ maxLength: 200 }), (first, second) => {
        expect(all.who(replaced(replaced(sent, "signature-input", first), "signature", second))).not.toBe("acme");
      }),
    );
    for (const hostile of [
      "sig=(".padEnd(16_000, '"a" '),
      `sig=("a"${";a".repeat(8_000)})`,
      "a=:".padEnd(16_000, "A"),
      "a=1,".repeat(4_000),
      "x".repeat(200_000),
    ]) {
      expect(all.who(replaced(replaced(sent, "signature-input", hostile), "signature", hostile))).not.toBe("acme");
    }
  });
});

describe("keys", () => {
  const ALGORITHMS: readonly [
    string,
    string,
    Record<string, string>,
    (text: Buffer, key: KeyObject) => Buffer,
    () => { publicKey: KeyObject; privateKey: KeyObject },
  ][] = [
    [
      "ecdsa-p256-sha256",
      "ES256",
      {},
      (text, key) => sign("sha256", text, { key, dsaEncoding: "ieee-p1363" }),
      () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
    ],
    [
      "ecdsa-p384-sha384",
      "ES384",
      {},
      (text, key) => sign("sha384", text, { key, dsaEncoding: "ieee-p1363" }),
      () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
    ],
    [
      "rsa-v1_5-sha256",
      "RS256",
      {},
      (text, key) => sign("sha256", text, key),
      () => generateKeyPairSync("rsa", { modulusLength: 2_048 }),
    ],
  ];
  it.each(ALGORITHMS)("of %s sign by that alone", (algorithm, alg, _, signText, makePair) => {
    const { publicKey, privateKey } = makePair();
    const all = verifiersOf({
      clients: { acme: ["{ id: k, type: signature }"] },
      files: { "keys.json": JSON.stringify({ keys: [jwkOf(publicKey, { kid: "k", alg })] }) },
    });
    const covered = coveredOf(GET);
    const signedBy = (named: string): Sent => {
      const said = `(${covered.map(([identifier]) => identifier).join(" ")});created=${NOW};keyid="k";alg="${named}"`;
      const base = `${covered.map(([identifier, value]) => `${identifier}: ${value}\n`).join("")}"@signature-params": ${said}`;
      const bytes = signText(Buffer.from(base), privateKey).toString("base64");
      return {
        ...GET,
        headers: [
          ["signature-input", `s=${said}`],
          ["signature", `s=:${bytes}:`],
        ],
      };
    };
    expect(all.who(signedBy(algorithm))).toBe("acme");
    expect(all.who(signedBy("ed25519"))).toBe("alg_not_allowed");
  });

  it("may stand in the inventory, and are called by their id, kid or thumbprint", () => {
    const jwk = jwkOf(PAIR.publicKey);
    const record = (members: string, more = ""): string =>
      `{ id: k1, type: signature, jwk: { kty: OKP, crv: Ed25519, x: "${jwk["x"]}"${members} }${more} }`;
    const files = { "keys.json": '{"keys": []}' };
    const by = (keyid: string, credential: string): string | null =>
      verifiersOf({ clients: { acme: [credential] }, files }).who(signed(GET, { keyid }));
    expect(by("k1", record(""))).toBe("acme");
    expect(by("kid-1", record(', kid: "kid-1"'))).toBe("acme");
    expect(by("name", record(', kid: "kid-1"', ", value: name"))).toBe("acme");
    expect(by("kid-1", record(', kid: "kid-1"', ", value: name"))).toBe("unknown_key");
    expect(by(thumbprintOf(jwk), record(""))).toBe("acme");
  });

  it("that two clients claim are nobody's", () => {
    const clients = {
      acme: ["{ id: a, type: signature, value: k1 }"],
      other: ["{ id: b, type: signature, value: k1 }"],
    };
    expect(verifiersOf({ clients }).who(signed(GET))).toBe("key_ambiguous");
  });

  it("of a credential that are nowhere are told", () => {
    const all = verifiersOf({ clients: { acme: ["{ id: gone, type: signature }"] } });
    expect(all.reports).toEqual([
      expect.stringMatching(/keys\.json: no key is there for the inventory's credential `gone`$/),
    ]);
  });

  const weak = generateKeyPairSync("rsa", { modulusLength: 1_024 }).publicKey;
  const strong = generateKeyPairSync("rsa", { modulusLength: 2_048 }).publicKey;
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
  it.each<[string, string, RegExp]>([
    ["no set", "[]", /is not a JWK set/],
    ["no JSON", "{", /is not a JWK set/],
    ["no kid", JSON.stringify({ keys: [jwkOf(PAIR.publicKey)] }), /key 1 has no `kid`/],
    [
      "a private key",
      JSON.stringify({ keys: [jwkOf(PAIR.privateKey, { kid: "a" })] }),
      /key 1 \(`a`\) has the private member `d`/,
    ],
    ["a shared secret", JSON.stringify({ keys: [{ kty: "oct", k: "AAAA", kid: "a" }] }), /private member `k`/],
    ["a weak key", JSON.stringify({ keys: [jwkOf(weak, { kid: "a" })] }), /is weak/],
    [
      "a key that takes long to verify with",
      JSON.stringify({
        keys: [{ kty: "RSA", kid: "a", e: "AQAB", n: Buffer.alloc(1_025, 0xff).toString("base64url") }],
      }),
      /more than 8192/,
    ],
    [
      "a key with an exponent that takes long to verify with",
      JSON.stringify({ keys: [jwkOf(strong, { kid: "a", e: Buffer.alloc(200, 0xff).toString("base64url") })] }),
      /its exponent is/,
    ],
    ["a key for encryption", JSON.stringify({ keys: [jwkOf(ec, { kid: "a", use: "enc" })] }), /not for signatures/],
    [
      "another algorithm",
      JSON.stringify({ keys: [jwkOf(ec, { kid: "a", alg: "ES384" })] }),
      /no key for HTTP message signatures/,
    ],
    [
      "no point of its curve",
      JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "a" }] }),
      /cannot be read/,
    ],
    ["a key twice", JSON.stringify({ keys: [jwkOf(ec, { kid: "a" }), jwkOf(ec, { kid: "b" })] }), /occurs twice/],
  ])("are refused: %s", (_, text, problem) => {
    expect(() => verifiersOf({ files: { "keys.json": text } })).toThrow(problem);
  });

  it("are read from a file, not from an address", () => {
    expect(() => verifiersOf({ identity: 'signature { keys "https://id.example.com/keys" }' })).toThrow(
      /read from a file/,
    );
  });

  it("have the thumbprint of RFC 7638 §3.1", () => {
    const n =
      "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
    expect(thumbprintOf({ kty: "RSA", n, e: "AQAB", alg: "RS256", kid: "2011-04-29" })).toBe(
      "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
    );
  });
});
