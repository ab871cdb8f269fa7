import { describe, expect, it } from "vitest";
import { makeRequest, type Request } from "../../../../engine/index.ts";
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
    expect(poseProof("signature", ["@method", "content-digest"], makeRequest({ path: "/" })).fields).toEqual([
      "Accept-Signature",
      'sig1=("@method" "content-digest");created',
    ]);
    expect(poseProof("signature", [], makeRequest({ path: "/?a" })).fields).toEqual([]);
    expect(poseProof("mtls", ["@method"], makeRequest({ path: "/?a" })).fields).toEqual([]);
  });

  it.each<[components: readonly string[], request: Partial<Request>, accepted: string]>([
    [["@path"], { path: "/?a=1" }, '"@path" "@query"'],
    [["@target-uri"], { path: "/?a=1" }, '"@target-uri"'],
    [["@path", "content-digest"], { size: 3 }, '"@path" "content-digest"'],
    [["@path"], { size: 3, claims: { iss: "i" } }, '"@path" "content-digest" "authorization"'],
  ])("asks for what a signature of the request has to cover besides %j", (components, request, accepted) => {
    const { fields } = poseProof("signature", components, makeRequest({ path: "/", ...request }));
    expect(fields[1]).toBe(`sig1=(${accepted});created`);
  });
});
