/** Requests that others signed, with the keys that they published for that. */
import { describe, expect, it } from "vitest";
import type { Sent } from "../../../../helpers/presented.ts";
import { makeTestVerifiers } from "../../../../helpers/verifiers.ts";

const AWS_TIME = Date.parse("2015-08-30T12:36:00Z") / 1_000;
const SIGV4 = {
  identity: `hmac aws { scheme sigv4 secrets "aws.secrets" }`,
  clients: { example: [`{ id: aws, type: hmac, value: AKIDEXAMPLE }`] },
  files: { "aws.secrets": "aws wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n" },
};

/** A request of AWS's signing test suite (Apache-2.0), signed for `us-east-1/service`. */
function aws(
  target: string,
  names: string,
  signature: string,
  more: Sent["headers"] = [],
  parts: Partial<Sent> = {},
): Sent {
  const authorization = `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`;
  const headers: Sent["headers"] = [...more, ["authorization", authorization], ["x-amz-date", "20150830T123600Z"]];
  return { host: "example.amazonaws.com", target, headers, ...parts };
}

const ALPHABET = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const VECTORS: Readonly<Record<string, Sent>> = {
  "get-vanilla": aws("/", "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
  "get-slashes-unnormalized": aws(
    "//example//",
    "host;x-amz-date",
    "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5",
  ),
  "get-header-key-duplicate": aws(
    "/",
    "host;my-header1;x-amz-date",
    "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea",
    [
      ["my-header1", "value2"],
      ["my-header1", "value2"],
      ["my-header1", "value1"],
    ],
  ),
  "get-vanilla-query-order-encoded": aws(
    "/?Param-3=Value3&Param=Value2&%E1%88%B4=Value1",
    "host;x-amz-date",
    "371d3713e185cc334048618a97f809c9ffe339c62934c032af5a0e595648fcac",
  ),
  "get-header-value-trim": aws(
    "/",
    "host;my-header1;my-header2;x-amz-date",
    "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736",
    [
      ["my-header1", "value1"],
      ["my-header2", '"a   b   c"'],
    ],
  ),
  "get-vanilla-query-unreserved": aws(
    `/?${ALPHABET}=${ALPHABET}`,
    "host;x-amz-date",
    "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197",
  ),
  "get-unreserved": aws(
    `/${ALPHABET}`,
    "host;x-amz-date",
    "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f",
  ),
  "get-vanilla-with-session-token": aws(
    "/",
    "host;x-amz-date;x-amz-security-token",
    "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8",
    [["x-amz-security-token", "6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267"]],
  ),
  "post-x-www-form-urlencoded": aws(
    "/",
    "content-length;content-type;host;x-amz-content-sha256;x-amz-date",
    "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b",
    [
      ["content-type", "application/x-www-form-urlencoded"],
      ["content-length", "13"],
      ["x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e"],
    ],
    { method: "POST", body: "Param1=value1" },
  ),
};

describe("Signature Version 4", () => {
  it.each(Object.keys(VECTORS))("accepts %s of AWS's suite", (name) => {
    expect(makeTestVerifiers(SIGV4, AWS_TIME).who(VECTORS[name] ?? {})).toBe("example");
  });
});

describe("Standard Webhooks", () => {
  it("accepts the example of its libraries", () => {
    const webhooks = makeTestVerifiers(
      {
        identity: `hmac hooks { scheme standard_webhooks secrets "hooks.secrets" }`,
        clients: { sender: [`{ id: hook, type: hmac }`] },
        files: { "hooks.secrets": "# from the sender's page\nhook whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n" },
      },
      1_614_265_330,
    );
    const sent: Sent = {
      method: "POST",
      headers: [
        ["webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"],
        ["webhook-timestamp", "1614265330"],
        [
          "webhook-signature",
          "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,x v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ],
      ],
      body: '{"test": 2432232314}',
    };
    expect(webhooks.who(sent)).toBe("sender");
    expect(webhooks.who(sent)).toBe("replayed");
  });
});
