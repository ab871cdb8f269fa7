import { describe, expect, it } from "vitest";
import { loadPolicyText } from "../../../../../dsl/index.ts";
import { scopeChallenges, tokenChallenges } from "../../../../../server/identity/jwt/authenticate-field.ts";

function challenges(sources: readonly string[], reason: string): string {
  const text = sources.map(
    (source, index) => `jwt "https://i${index}.example" { audience "a"  keys "https://k"  ${source} }`,
  );
  const { policy } = loadPolicyText(`policy "p" { default allow }\nidentity { ${text.join("\n")} }`);
  return policy === null ? "no policy" : tokenChallenges(policy, "p", reason).join(", ");
}

const ALGS = 'algs="ES256 ES384 ES512 Ed25519 EdDSA PS256 PS384 PS512 RS256 RS384 RS512"';
const DPOP = "dpop optional";

describe("tokenChallenges", () => {
  it.each([
    ["not_active", 'Bearer realm="p"'],
    ["no_rule_allows", 'Bearer realm="p"'],
    ["expired", 'Bearer realm="p", error="invalid_token"'],
    ["cnf_mismatch", 'Bearer realm="p", error="invalid_token"'],
    ["credential_in_query", 'Bearer realm="p", error="invalid_request"'],
    ["keys_unavailable", 'Bearer realm="p"'],
  ])("of bearer tokens, after %s", (reason, text) => {
    expect(challenges([""], reason)).toBe(text);
  });

  it.each([
    ["no_rule_allows", `DPoP realm="p", ${ALGS}, Bearer realm="p"`],
    ["expired", `DPoP realm="p", error="invalid_token", ${ALGS}, Bearer realm="p", error="invalid_token"`],
    ["replayed", `DPoP realm="p", error="invalid_dpop_proof", ${ALGS}, Bearer realm="p"`],
    ["nonce_required", `DPoP realm="p", error="use_dpop_nonce", ${ALGS}, Bearer realm="p"`],
  ])("of tokens that may be bound, after %s", (reason, text) => {
    expect(challenges([DPOP], reason)).toBe(text);
  });

  it("ask for what the sources take", () => {
    expect(challenges([DPOP.replace("optional", "required")], "x")).toBe(`DPoP realm="p", ${ALGS}`);
    expect(challenges([DPOP.replace("optional", "required"), ""], "x")).toBe(
      `DPoP realm="p", ${ALGS}, Bearer realm="p"`,
    );
    expect(challenges([], "expired")).toBe("");
  });
});

it("scopes that no answer can name are left out of it", () => {
  const { policy } = loadPolicyText(
    'policy "p" { default allow }\nidentity { jwt "https://i.example" { audience "a"  keys "https://k" } }',
  );
  const identity = policy?.identity ?? [];
  expect(scopeChallenges({ identity }, "p", ["a:b", "c"])).toEqual([
    'Bearer realm="p", error="insufficient_scope", scope="a:b c"',
  ]);
  for (const scope of ['a"b', "a b", "", "é"]) {
    expect(scopeChallenges({ identity }, "p", ["a", scope])).toEqual(['Bearer realm="p", error="insufficient_scope"']);
  }
});
