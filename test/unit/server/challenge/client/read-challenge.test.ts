import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readChallenge } from "../../../../../server/challenge/client/index.ts";
import { check } from "../../../../helpers/property.ts";

const POW = { kind: "pow", token: "Eabc", bits: 16, expires: 120 };
const EDGE = 'Edge realm="a \\"b\\", Edge c=d", challenge="pow", token="Eabc", alg="SHA-256", bits=16, expires=120';

describe("readChallenge", () => {
  it.each([
    EDGE,
    EDGE.replace("Edge realm", "EDGE   realm").replaceAll(", ", " ,"),
    `DPoP, ${EDGE}`,
    `DPoP algs="ES256", ${EDGE}`,
    `${EDGE}, DPoP algs="ES256"`,
    `Basic realm="x", ${EDGE}, Bearer token="other", challenge="none"`,
    `Negotiate YWJj==, ${EDGE}`,
    `Negotiate YW/Jj+a=, ${EDGE}`,
    `Negotiate oYH1MIHy= , NTLM, ${EDGE}`,
    `NTLM, ${EDGE}, Negotiate YW/J`,
  ])("finds the scheme Edge in %s", (field) => {
    expect(readChallenge(field)).toEqual(POW);
  });

  it("reads the problem, and its member", () => {
    expect(readChallenge({ status: 401, challenge: POW })).toEqual(POW);
    expect(readChallenge(POW)).toEqual(POW);
    expect(readChallenge({ challenge: { kind: "mtls", how: "…" } })).toEqual({
      kind: "mtls",
      token: "",
      bits: 0,
      expires: 0,
    });
  });

  it.each(["", "Bearer", 'Edge realm="x", error="unknown_key"', null, undefined, 7, [], {}, { challenge: "pow" }])(
    "finds none in %j",
    (source) => {
      expect(readChallenge(source)).toBeNull();
    },
  );

  it("takes any text, in time", () => {
    check(
      fc.property(fc.string({ maxLength: 300 }), (text) => {
        expect(readChallenge(`${EDGE}, Other ${text.replaceAll("Edge", "")}`)).toEqual(POW);
      }),
    );
    expect(readChallenge(`Edge a="${"\\".repeat(100_000)}`)).toBeNull();
    expect(readChallenge(`Edge ${`a${" ".repeat(20)}`.repeat(5_000)}`)).toBeNull();
    expect(readChallenge(`Edge ${"a = ".repeat(50_000)}`)).toBeNull();
  });
});
