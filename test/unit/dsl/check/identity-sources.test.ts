/** Identity sources with what they are where the policy does not say. */
import { describe, expect, test } from "vitest";
import { accepted, errorsOf } from "../../../helpers/loading.ts";

const FILES = { "keys/id.jwks.json": "{}", "keys/hooks.secrets": "a=b\n" };
const source = (text: string): unknown => accepted(`route a = GET "/a"\nidentity { ${text} }\n`, FILES).identity[0];
const errors = (text: string): readonly string[] => errorsOf(`identity { ${text} }\n`, FILES);

describe("identity sources", () => {
  test("`jwt` has the defaults of RFC 9068", () => {
    expect(source('jwt "https://id.example.com" { audience "a"  keys "keys/id.jwks.json" }')).toMatchObject({
      kind: "jwt",
      issuer: "https://id.example.com",
      audience: ["a"],
      keys: "keys/id.jwks.json",
      clientClaim: "client_id",
      algorithms: ["ES256", "Ed25519", "EdDSA", "PS256", "RS256"],
      lifetimeMicros: null,
      claims: [],
      dpop: null,
      on: null,
    });
  });

  test("`jwt` says all of it", () => {
    const text =
      'jwt "https://id.example.com/t" { audience ["a", "b"]  keys "https://id.example.com/keys"  client claim "azp"  algorithms ["ES256"]  lifetime at most 1h  claims { tenant: string }  dpop required } on a';
    expect(source(text)).toMatchObject({
      audience: ["a", "b"],
      keys: "https://id.example.com/keys",
      clientClaim: "azp",
      algorithms: ["ES256"],
      lifetimeMicros: 3_600_000_000,
      claims: [{ name: "tenant", type: "string", path: ["tenant"] }],
      dpop: "required",
      on: [0],
    });
  });

  test.for(["http://127.0.0.1:8080/keys", "http://localhost/keys?a=1", "http://[::1]:1/keys"])(
    "`jwt` may have its keys from this machine without TLS: %s",
    (keys) => {
      expect(source(`jwt "https://id.example.com" { audience "a"  keys "${keys}" }`)).toMatchObject({ keys });
    },
  );

  test("`hmac` tolerates five minutes unless it says otherwise", () => {
    const text = 'hmac partners { scheme stripe  secrets "keys/hooks.secrets" }';
    expect(source(text)).toMatchObject({
      kind: "hmac",
      name: "partners",
      scheme: "stripe",
      secrets: "keys/hooks.secrets",
      toleranceMicros: 300_000_000,
    });
    expect(source(text.replace(" }", "  tolerance 30s }"))).toMatchObject({ toleranceMicros: 30_000_000 });
  });

  test("`signature` covers method, authority and path", () => {
    expect(source('signature { keys "keys/id.jwks.json" }')).toMatchObject({
      kind: "signature",
      keys: "keys/id.jwks.json",
      components: ["@method", "@authority", "@path"],
    });
    const wider = 'signature { keys "keys/id.jwks.json"  components ["@method", "@target-uri", "content-digest"] }';
    expect(source(wider)).toMatchObject({ components: ["@method", "@target-uri", "content-digest"] });
  });

  test("keep the order in which they are tried", () => {
    const { identity } = accepted('identity { mtls { header "x-cert" }  api_key { header "x-api-key" } }\n');
    expect(identity.map(({ kind }) => kind)).toEqual(["mtls", "api_key"]);
  });

  test.for([
    'jwt "http://id.example.com" { audience "a"  keys "keys/id.jwks.json" }',
    'jwt "https://id.example.com" { keys "keys/id.jwks.json" }',
    'jwt "https://id.example.com" { audience "a" }',
    'jwt "https://id.example.com" { audience "a"  keys "http://id.example.com/keys" }',
    'jwt "https://id.example.com" { audience "a"  keys "http://127.0.0.1.example.com/keys" }',
    'jwt "https://id.example.com" { audience "a"  keys "http://localhost@id.example.com/keys" }',
    'jwt "https://id.example.com" { audience "a"  keys "keys/id.jwks.json"  algorithms ["HS256"] }',
    'jwt "https://id.example.com" { audience "a"  keys "keys/id.jwks.json"  algorithms ["none"] }',
    'jwt "https://id.example.com" { audience "a"  keys "keys/id.jwks.json"  dpop always }',
    'jwt "https://id.example.com" { audience "a"  keys "keys/id.jwks.json"  audience "b" }',
    'hmac partners { scheme md5  secrets "keys/hooks.secrets" }',
    'hmac { scheme plain  secrets "keys/hooks.secrets" }',
    'signature { keys "keys/id.jwks.json"  components ["@method"] }',
    'api_key { header "x api key" }',
    'api_key "x" { header "x-api-key" }',
    'password { header "x" }',
  ])("%s is refused", (text) => {
    expect(errors(text)).toEqual(["EP2631"]);
  });

  test("name files that are there", () => {
    expect(errors('jwt "https://id.example.com" { audience "a"  keys "keys/gone.json" }')).toEqual(["EP2010"]);
    expect(errors('hmac partners { scheme plain  secrets "keys/gone" }')).toEqual(["EP2010"]);
  });
});
