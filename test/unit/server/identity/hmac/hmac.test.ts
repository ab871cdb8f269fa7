import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRequest } from "../../../../../engine/index.ts";
import { canonicalQuery } from "../../../../../server/identity/hmac/canonical.ts";
import { received, type Sent } from "../../../../helpers/presented.ts";
import { check } from "../../../../helpers/property.ts";
import { signPlain, signSigv4, signStripe, signWebhook } from "../../../../helpers/signing.ts";
import { makeTestVerifiers, type Verifiers } from "../../../../helpers/verifiers.ts";

const NOW = 1_900_000_000;
const DATE = new Date(NOW * 1_000).toISOString().replace(/[-:]|\.000/g, "");
const WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const SECRET = "a-secret-of-more-than-24-bytes";
const OLD = "the-secret-before-that-one-0000";
const POST: Sent = { method: "POST", target: "/v1/orders?a=1&b=2", body: '{"n": 1}' };

/** Each scheme, with a request that is signed by it at a time. */
const SCHEMES: Readonly<Record<string, (sent: Sent, seconds: number, secret?: string) => Sent>> = {
  standard_webhooks: (sent, seconds, secret) => signWebhook(sent, secret ?? WHSEC, "msg_1", seconds),
  stripe: (sent, seconds, secret) => signStripe(sent, secret ?? SECRET, seconds),
  plain: (sent, seconds, secret) => signPlain(sent, secret ?? SECRET, "acme", seconds, "nonce-0001"),
  sigv4: (sent, seconds, secret) =>
    signSigv4(sent, secret ?? SECRET, "acme", new Date(seconds * 1_000).toISOString().replace(/[-:]|\.000/g, "")),
};
const HEADER: Readonly<Record<string, string>> = {
  standard_webhooks: "webhook-signature",
  stripe: "stripe-signature",
  plain: "x-signature",
  sigv4: "authorization",
};

function verifiersOf(
  scheme: string,
  secrets: string,
  setup: Partial<Parameters<typeof makeTestVerifiers>[0]> = {},
): Verifiers {
  return makeTestVerifiers(
    {
      identity: `hmac partners { scheme ${scheme} secrets "s" tolerance 5m }`,
      clients: {
        acme: ["{ id: k1, type: hmac, value: acme }", "{ id: k2, type: hmac, value: acme-2 }"],
        other: ["{ id: k3, type: hmac }"],
      },
      files: { s: secrets },
      ...setup,
    },
    NOW,
  );
}

const secretFor = (scheme: string): string => (scheme === "standard_webhooks" ? WHSEC : SECRET);
const header = (sent: Sent, name: string): string => sent.headers?.find(([each]) => each === name)?.[1] ?? "";
function replaced(sent: Sent, name: string, value: string | null): Sent {
  const kept = (sent.headers ?? []).filter(([each]) => each !== name);
  return { ...sent, headers: value === null ? kept : [...kept, [name, value]] };
}

describe.each(Object.keys(SCHEMES))("%s", (scheme) => {
  const sign = SCHEMES[scheme] ?? ((sent: Sent) => sent);
  const verifiers = (): Verifiers => verifiersOf(scheme, `k1 ${secretFor(scheme)}`);

  it("says who signed, and that it was a signature", () => {
    expect(verifiers().identify(sign(POST, NOW))).toMatchObject({
      client: "acme",
      evidence: "signed_request",
      identityError: null,
      credential: { id: "k1" },
    });
    expect(verifiers().who(POST)).toBeNull();
  });

  it("accepts each signature once, also after a reload", () => {
    const all = verifiers();
    expect(all.who(sign(POST, NOW))).toBe("acme");
    expect(all.who(sign(POST, NOW))).toBe("replayed");
    all.reload();
    expect(all.who(sign(POST, NOW))).toBe("replayed");
    expect(all.who(sign(POST, NOW + 1))).toBe("acme");
  });

  it("accepts each signature once over all sources that have its secret", () => {
    const all = verifiersOf(scheme, `k1 ${secretFor(scheme)}`, {
      identity: `hmac one { scheme ${scheme} secrets "s" } on a  hmac two { scheme ${scheme} secrets "s" } on b`,
      routes: 'route a = POST "/a"\nroute b = POST "/b"',
    });
    const sent = sign({ ...POST, target: "/a" }, NOW);
    expect(all.who(sent)).toBe("acme");
    const covered = scheme === "plain" || scheme === "sigv4";
    expect(all.who({ ...sent, target: "/b" })).toBe(covered ? "bad_signature" : "replayed");
  });

  it("accepts what was signed within the tolerance, on either side", () => {
    expect([-301, -300, 300, 301].map((by) => verifiers().who(sign(POST, NOW + by)))).toEqual([
      "expired",
      "acme",
      "acme",
      "issued_in_future",
    ]);
  });

  it("refuses another body, and a body that is not shown", () => {
    expect(verifiers().who({ ...sign(POST, NOW), body: '{"n": 2}' })).toBe(
      scheme === "sigv4" ? "digest_mismatch" : "bad_signature",
    );
    const { request, presented } = received(sign(POST, NOW));
    const { body: _, ...unshown } = presented;
    expect(verifiers().whoShown(request, unshown)).toBe("body_not_shown");
    expect(verifiers().whoShown({ ...request, size: 0 }, unshown)).toBe("body_not_shown");
    expect(verifiers().whoShown(request, { ...presented, body: "body_too_long" })).toBe("body_too_long");
    const get = received(sign({ method: "GET", target: "/v1/orders" }, NOW));
    const { body: __, ...bare } = get.presented;
    expect(verifiers().whoShown(makeRequest({ ...get.request, size: 0 }), bare)).toBe("acme");
  });

  it("refuses a secret that is not in the file", () => {
    expect(
      verifiers().who(sign(POST, NOW, scheme === "standard_webhooks" ? "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" : OLD)),
    ).toBe("bad_signature");
  });

  it("reads a secret from the environment", () => {
    process.env["EDGEPOLICY_TEST_SECRET"] = secretFor(scheme);
    try {
      expect(verifiersOf(scheme, "k1 env:EDGEPOLICY_TEST_SECRET").who(sign(POST, NOW))).toBe("acme");
    } finally {
      delete process.env["EDGEPOLICY_TEST_SECRET"];
    }
    expect(() => verifiersOf(scheme, "k1 env:EDGEPOLICY_TEST_SECRET")).toThrow(
      /s:1 names the variable `EDGEPOLICY_TEST_SECRET`, which is not set/,
    );
  });

  it("refuses a request that names another client too", () => {
    const both = makeTestVerifiers(
      {
        identity: `hmac partners { scheme ${scheme} secrets "s" } mtls { header "x-forwarded-client-cert" }`,
        clients: {
          acme: ["{ id: k1, type: hmac, value: acme }"],
          other: [`{ id: c1, type: mtls, thumbprint: "sha256:${"a".repeat(64)}" }`],
        },
        files: { s: `k1 ${secretFor(scheme)}` },
      },
      NOW,
    );
    const certificate = ["x-forwarded-client-cert", `Hash=${"a".repeat(64)}`] as const;
    const sent = sign(POST, NOW);
    expect(both.who({ ...sent, fromProxy: true, headers: [...(sent.headers ?? []), certificate] })).toBe(
      "identity_conflict",
    );
    expect(both.who({ ...POST, fromProxy: true, headers: [certificate] })).toBe("other");
    const again = sign(POST, NOW + 1);
    expect(both.who({ ...again, headers: [...(again.headers ?? []), certificate] })).toBe("acme");
  });

  it("accepts no request that was changed after it was signed", () => {
    const sent = sign(POST, NOW);
    const text = header(sent, HEADER[scheme] ?? "");
    const all = verifiers();
    expect(all.who(sent)).toBe("acme");
    const anyChar = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
    const edit = fc.tuple(fc.nat(text.length - 1), fc.nat(2), fc.oneof(anyChar, fc.constant("")));
    check(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const changed = edits.reduce((value, [at, cut, put]) => value.slice(0, at) + put + value.slice(at + cut), text);
        // What says the same in another spelling is the same signature, and known already.
        expect(all.who(replaced(sent, HEADER[scheme] ?? "", changed))).not.toBe("acme");
      }),
      { runs: 400 },
    );
    const body = fc.uint8Array({ maxLength: 20 });
    check(
      fc.property(body, (bytes) => {
        const isSame = Buffer.from(bytes).equals(Buffer.from(String(POST.body)));
        expect(isSame || all.who({ ...sent, body: bytes }) !== "acme").toBe(true);
      }),
    );
  });

  it("survives any header", () => {
    const all = verifiers();
    check(
      fc.property(fc.string({ maxLength: 200 }), (text) => {
        expect(all.who(replaced(sign(POST, NOW + 1), HEADER[scheme] ?? "", text))).not.toBe("acme");
      }),
    );
  });
});

describe("secrets", () => {
  it("of several credentials are all good while a client changes them", () => {
    const stripe = verifiersOf("stripe", `k1 ${OLD}\nk2 ${SECRET} # new\n\n`);
    expect(stripe.identify(signStripe(POST, SECRET, NOW)).credential?.id).toBe("k2");
    expect(stripe.identify(signStripe(POST, OLD, NOW)).credential?.id).toBe("k1");
  });

  it("that two clients share name two", () => {
    expect(verifiersOf("stripe", `k1 ${SECRET}\nk3 ${SECRET}`).who(signStripe(POST, SECRET, NOW))).toBe(
      "identity_conflict",
    );
  });

  it("without an active credential are left out, and said so", () => {
    const plain = verifiersOf("plain", `k1 ${SECRET}\ngone ${OLD}`);
    expect(plain.reports).toEqual([
      expect.stringMatching(/s:2: the inventory has no active `hmac` credential `gone`$/),
    ]);
    expect(plain.who(signPlain(POST, OLD, "gone", NOW, "nonce-0001"))).toBe("unknown_key");
  });

  it.each([
    ["k1", /s:1 is not `CREDENTIAL SECRET`/],
    [`k1 ${SECRET} x`, /s:1 is not `CREDENTIAL SECRET`/],
    [`k1 ${SECRET}\nk1 ${OLD}`, /s:2 has a second secret of credential `k1`/],
    [`${SECRET} k1`, /s:1 has the secret before the credential/],
    ["k1 short", /s:1 holds a secret of 5 bytes/],
    [`k1 ${"x".repeat(1_100)}`, /s:1 holds a secret of 1100 bytes/],
    ["k1 env:EDGEPOLICY_NOT_SET", /names the variable `EDGEPOLICY_NOT_SET`/],
  ])("are refused: %s", (text, problem) => {
    expect(() => verifiersOf("plain", text)).toThrow(problem);
    expect(() => verifiersOf("plain", text)).not.toThrow(SECRET);
  });

  it("in base64 are strict, and schemes that name no key try no more than 16", () => {
    expect(() => verifiersOf("standard_webhooks", "k1 whsec_not/base64!")).toThrow(/not in base64/);
    const ids = Array.from({ length: 17 }, (_, i) => `m${i}`);
    const clients = { acme: ids.map((id) => `{ id: ${id}, type: hmac }`) };
    const files = { s: ids.map((id) => `${id} ${SECRET}${id}`).join("\n") };
    expect(() => verifiersOf("stripe", "", { clients, files })).toThrow(/more than 16 secrets/);
    expect(() => verifiersOf("plain", "", { clients, files })).not.toThrow();
    const named = { acme: ["{ id: k1, type: hmac, value: x }", "{ id: k2, type: hmac, value: x }"] };
    expect(() => verifiersOf("plain", `k1 ${SECRET}\nk2 ${OLD}`, { clients: named })).toThrow(
      /two secrets that requests call `x`/,
    );
  });
});

/** What each scheme refuses that its signature alone would not. */
describe("forgeries", () => {
  const webhook = signWebhook(POST, WHSEC, "msg_1", NOW);
  it.each<[string, Sent, string]>([
    ["an id with a dot", signWebhook(POST, WHSEC, "msg.1", NOW), "malformed_signature"],
    ["no id", replaced(webhook, "webhook-id", null), "malformed_signature"],
    ["two ids", { ...webhook, headers: [["webhook-id", "msg_2"], ...(webhook.headers ?? [])] }, "malformed_signature"],
    ["another id", replaced(webhook, "webhook-id", "msg_2"), "bad_signature"],
    ["another time", replaced(webhook, "webhook-timestamp", String(NOW + 1)), "bad_signature"],
    ["a time that is no number", replaced(webhook, "webhook-timestamp", `${NOW}.0`), "malformed_signature"],
    [
      "another version alone",
      replaced(webhook, "webhook-signature", header(webhook, "webhook-signature").replace("v1,", "v1a,")),
      "alg_not_allowed",
    ],
    [
      "a signature without padding",
      replaced(webhook, "webhook-signature", header(webhook, "webhook-signature").replace("=", "")),
      "malformed_signature",
    ],
    [
      "too many signatures",
      replaced(webhook, "webhook-signature", `${"v1,x ".repeat(40)}${header(webhook, "webhook-signature")}`),
      "malformed_signature",
    ],
  ])("of a webhook: %s", (_, sent, reason) => {
    expect(verifiersOf("standard_webhooks", `k1 ${WHSEC}`).who(sent)).toBe(reason);
  });

  const stripe = signStripe(POST, SECRET, NOW);
  const stripeField = header(stripe, "stripe-signature");
  it.each<[string, string, string]>([
    ["two times", `t=${NOW - 1},${stripeField}`, "malformed_signature"],
    ["no time", stripeField.replace(/t=\d+,/, ""), "malformed_signature"],
    ["another scheme alone", stripeField.replace("v1=", "v0="), "alg_not_allowed"],
    ["upper case", stripeField.toUpperCase().replace("T=", "t=").replace("V1=", "v1="), "malformed_signature"],
    ["another time", stripeField.replace(String(NOW), String(NOW + 1)), "bad_signature"],
  ])("of Stripe's: %s", (_, field, reason) => {
    expect(verifiersOf("stripe", `k1 ${SECRET}`).who(replaced(stripe, "stripe-signature", field))).toBe(reason);
  });

  it("of Stripe's: one right signature among others is enough", () => {
    const field = stripeField.replace("v1=", `v1=${"0".repeat(64)},v0=x,v1=`);
    expect(verifiersOf("stripe", `k1 ${SECRET}`).who(replaced(stripe, "stripe-signature", field))).toBe("acme");
  });

  const plain = signPlain(POST, SECRET, "acme", NOW, "nonce-0001");
  it.each<[string, Sent, string]>([
    ["another method", { ...plain, method: "PUT" }, "bad_signature"],
    ["another host", { ...plain, host: "evil.example.com" }, "bad_signature"],
    ["another path", { ...plain, target: "/v1/orders/?a=1&b=2" }, "bad_signature"],
    ["another query", { ...plain, target: "/v1/orders?b=2&a=1" }, "bad_signature"],
    [
      "another nonce",
      replaced(plain, "x-signature", header(plain, "x-signature").replace("0001", "0002")),
      "bad_signature",
    ],
    [
      "another key",
      replaced(plain, "x-signature", header(plain, "x-signature").replace("key=acme", "key=other")),
      "unknown_key",
    ],
    ["a short nonce", signPlain(POST, SECRET, "acme", NOW, "n"), "malformed_signature"],
  ])("of plain: %s", (_, sent, reason) => {
    expect(verifiersOf("plain", `k1 ${SECRET}`).who(sent)).toBe(reason);
  });

  const aws = signSigv4(POST, SECRET, "acme", DATE);
  const awsField = header(aws, "authorization");
  const unsigned = (name: string): string =>
    awsField.replace(new RegExp(`SignedHeaders=([^,]*)${name};?`), "SignedHeaders=$1");
  it.each<[string, Sent, string]>([
    ["another method", { ...aws, method: "PUT" }, "bad_signature"],
    ["another host", { ...aws, host: "evil.example.com" }, "bad_signature"],
    ["another path", { ...aws, target: "/v1/./orders?a=1&b=2" }, "bad_signature"],
    ["a path encoded otherwise", { ...aws, target: "/v1/%6Frders?a=1&b=2" }, "bad_signature"],
    ["another query", { ...aws, target: "/v1/orders?a=1&b=3" }, "bad_signature"],
    ["a parameter more", { ...aws, target: "/v1/orders?a=1&b=2&c=3" }, "bad_signature"],
    [
      "values in another order",
      { ...signSigv4({ ...POST, target: "/o?a=1&a=2" }, SECRET, "acme", DATE), target: "/o?a=2&a=1" },
      "query_ambiguous",
    ],
    [
      "a plus",
      { ...signSigv4({ ...POST, target: "/o?a=%2B" }, SECRET, "acme", DATE), target: "/o?a=+" },
      "query_ambiguous",
    ],
    ["a percent that encodes nothing", { ...aws, target: "/v1/orders?a=1%&b=2" }, "query_ambiguous"],
    ["an empty parameter", { ...aws, target: "/v1/orders?a=1&&b=2" }, "query_ambiguous"],
    [
      "another time",
      replaced(
        aws,
        "x-amz-date",
        DATE.replace(/\dZ$/, (end) => (end === "0Z" ? "1Z" : "0Z")),
      ),
      "bad_signature",
    ],
    ["another day", replaced(aws, "x-amz-date", `20300316${DATE.slice(8)}`), "malformed_signature"],
    ["no date", replaced(aws, "x-amz-date", null), "created_missing"],
    ["a date that is none", replaced(aws, "x-amz-date", DATE.replace("T", "t")), "malformed_signature"],
    ["another region", replaced(aws, "authorization", awsField.replace("eu-south-1", "eu-south-2")), "bad_signature"],
    ["another key", replaced(aws, "authorization", awsField.replace("=acme/", "=other/")), "unknown_key"],
    [
      "another algorithm",
      replaced(aws, "authorization", awsField.replace("HMAC-SHA256", "ECDSA-P256-SHA256")),
      "alg_not_allowed",
    ],
    [
      "a signed header that is taken off on the way",
      { ...aws, headers: [...(aws.headers ?? []), ["connection", "X-Amz-Content-Sha256"]] },
      "component_missing",
    ],
    ["an unsigned host", replaced(aws, "authorization", unsigned("host")), "component_missing"],
    ["an unsigned date", replaced(aws, "authorization", unsigned(";x-amz-date")), "component_missing"],
    ["an unsigned digest", replaced(aws, "authorization", unsigned("x-amz-content-sha256")), "component_missing"],
    [
      "a header that is not there",
      replaced(aws, "authorization", awsField.replace("host;", "host;x-a;")),
      "component_missing",
    ],
    ["names out of order", replaced(aws, "authorization", awsField.replace("host;", "x-z;host;")), "component_missing"],
    ["a name twice", replaced(aws, "authorization", awsField.replace("host;", "host;host;")), "component_missing"],
    ["an unsigned payload", replaced(aws, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"), "payload_unsigned"],
    [
      "a payload signed in chunks",
      replaced(aws, "x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
      "payload_unsigned",
    ],
    [
      "a token that is not signed",
      { ...aws, headers: [...(aws.headers ?? []), ["x-amz-security-token", "t"]] },
      "component_missing",
    ],
  ])("of Signature Version 4: %s", (_, sent, reason) => {
    expect(verifiersOf("sigv4", `k1 ${SECRET}`).who(sent)).toBe(reason);
  });

  it("of Signature Version 4: a signature for another service than the credential is for", () => {
    const clients = { acme: ["{ id: k1, type: hmac, value: acme, issuer: eu-south-1/orders }"] };
    const bound = verifiersOf("sigv4", `k1 ${SECRET}`, { clients });
    expect(bound.who(aws)).toBe("acme");
    expect(bound.who(signSigv4(POST, SECRET, "acme", DATE, "eu-south-1/payments"))).toBe("audience_mismatch");
  });

  it("of Signature Version 4: reads are taken again, because two of one second are the same", () => {
    const reads = verifiersOf("sigv4", `k1 ${SECRET}`);
    const sent = signSigv4({ target: "/v1/orders" }, SECRET, "acme", DATE);
    expect([reads.who(sent), reads.who(sent)]).toEqual(["acme", "acme"]);
  });

  it("of Signature Version 4: other credentials in the header are none of it", () => {
    expect(verifiersOf("sigv4", `k1 ${SECRET}`).who({ headers: [["authorization", "Bearer x"]] })).toBeNull();
  });
});

describe("canonicalQuery", () => {
  it("is one for all spellings of a query, and stays as it is", () => {
    expect(canonicalQuery("b=%7e&a=/&c")).toBe("a=%2F&b=~&c=");
    check(
      fc.property(
        fc.array(fc.tuple(fc.string({ minLength: 1, maxLength: 5 }), fc.string({ maxLength: 5 })), { maxLength: 5 }),
        (pairs) => {
          const query = pairs
            .filter(([name, value]) => name.isWellFormed() && value.isWellFormed())
            .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
            .join("&");
          const canonical = canonicalQuery(query);
          if (canonical !== null) expect(canonicalQuery(canonical)).toBe(canonical);
        },
      ),
    );
  });

  it("takes time in proportion to hostile text", () => {
    for (const text of ["%", "&", "=", "a=1&", "a=%41&"]) expect(canonicalQuery(text.repeat(30_000))).toBeNull();
  });
});
