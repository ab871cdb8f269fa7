import { describe, expect, it } from "vitest";
import { poseProof, poseSealed } from "../../../../server/challenge/posed.ts";

describe("poseSealed", () => {
  it("says the same in the member and in the parameters", () => {
    const posed = poseSealed("pow", { token: "E", bits: 20, expires: 60 }, "expired");
    expect(posed.member).toMatchObject({
      kind: "pow",
      token: "E",
      alg: "SHA-256",
      bits: 20,
      expires: 60,
      refused: "expired",
    });
    expect(posed.parameters).toBe('challenge="pow", token="E", alg="SHA-256", bits=20, expires=60, refused="expired"');
    expect(poseSealed("nonce", { token: "E", bits: 0, expires: 60 }, null)).toMatchObject({
      member: { kind: "nonce", token: "E", expires: 60 },
      parameters: 'challenge="nonce", token="E", expires=60',
    });
  });
});

describe("poseProof", () => {
  it("asks for a signature over the components of the policy (RFC 9421 §5.1)", () => {
    expect(poseProof("signature", ["@method", "content-digest"]).fields).toEqual([
      "Accept-Signature",
      'sig1=("@method" "content-digest");created',
    ]);
    expect(poseProof("signature", []).fields).toEqual([]);
    expect(poseProof("mtls", ["@method"]).fields).toEqual([]);
  });
});
