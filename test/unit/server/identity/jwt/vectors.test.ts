/** Published vectors of signed tokens: RFC 7515, RFC 8037, and Wycheproof's, of which the project keeps no copy. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ALGORITHMS, isSignedBy } from "../../../../../server/identity/jwt/algorithms.ts";
import { readSegments } from "../../../../../server/identity/jwt/compact.ts";
import { readHeader } from "../../../../../server/identity/jwt/header.ts";
import { parseStrictObject } from "../../../../../server/identity/jwt/strict-json.ts";
import { KeySet, readKeySet } from "../../../../../server/identity/keys/key-set.ts";

type Jwk = Readonly<Record<string, unknown>>;

/** Why a token does not verify by the one key of a set; null if it does. Vectors sign any payload, so none is read. */
function problemOf(jws: string, jwk: Jwk): string | null {
  const set = readKeySet(new TextEncoder().encode(JSON.stringify({ keys: [jwk] })));
  if (!(set instanceof KeySet)) return set;
  const parts = readSegments(jws);
  if (typeof parts === "string") return parts;
  const members = parseStrictObject(parts[0]);
  const header = members === null ? "malformed_token" : readHeader(members, false);
  if (typeof header === "string") return header;
  const algorithm = ALGORITHMS.get(header.alg);
  if (algorithm === undefined) return "alg_not_allowed";
  const key = set.find(header.kid, header.alg, "RS256");
  if (typeof key === "string") return key;
  return isSignedBy(algorithm, key.key, jws.slice(0, jws.lastIndexOf(".")), parts[2]) ? null : "bad_signature";
}

describe("the examples of the standards", () => {
  // RFC 7515 Appendix A.2: the key, and the token.
  const RSA = {
    kty: "RSA",
    n: "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
    e: "AQAB",
  };
  const PAYLOAD = "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
  const RS256 = `eyJhbGciOiJSUzI1NiJ9.${PAYLOAD}.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw`;
  // RFC 7515 Appendix A.3.
  const EC = {
    kty: "EC",
    crv: "P-256",
    x: "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y: "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
  };
  const ES256 = `eyJhbGciOiJFUzI1NiJ9.${PAYLOAD}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`;
  // RFC 8037 Appendix A.4.
  const ED = { kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" };
  const EDDSA =
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

  it.each([
    ["RFC 7515 A.2", RS256, RSA],
    ["RFC 7515 A.3", ES256, EC],
    ["RFC 8037 A.4", EDDSA, ED],
  ])("%s verifies, and with another bit in its signature does not", (_, jws, jwk) => {
    expect(problemOf(jws, jwk)).toBeNull();
    const at = jws.length - 10;
    const other = jws[at] === "A" ? "B" : "A";
    expect(problemOf(jws.slice(0, at) + other + jws.slice(at + 1), jwk)).toBe("bad_signature");
  });
});

const PATH = join(import.meta.dirname, "../../../../../../shared/data/jose/json_web_signature_test.json");

interface Vectors {
  readonly testGroups: readonly {
    readonly public?: Jwk;
    readonly private?: Jwk;
    readonly tests: readonly { readonly tcId: number; readonly jws: string; readonly result: "valid" | "invalid" }[];
  }[];
}

/** Valid vectors that are refused, by why that is right. */
const REFUSED: Readonly<Record<string, readonly number[]>> = {
  // Shared secrets are no keys here. 372 and 373 have a `?` inside, and are no base64url either.
  "none of its keys can be used (key 1 is left out: it is a shared secret)": [
    1, 348, 352, 357, 358, 359, 372, 373, 376, 377,
  ],
  // A token has claims, so a payload that is empty is none.
  malformed_token: [259, 264, 268, 272, 320, 325],
  // RFC 7520 figure 20: the header says PS384, and the key is one for PS256.
  unknown_key: [346, 350],
  // RFC 7520 figure 27: the key says ES521, which is no algorithm.
  "none of its keys can be used (key 1 is left out: it is of an algorithm that is not used here)": [347, 351],
};

// Skipped where the data is not there.
describe.skipIf(!existsSync(PATH))("Wycheproof's vectors", () => {
  const found = existsSync(PATH) ? judged() : [];

  it("are all there", () => {
    expect(found).toHaveLength(401);
  });

  it("that are invalid are all refused", () => {
    expect(found.filter(({ result, problem }) => result === "invalid" && problem === null)).toEqual([]);
  });

  it("that are valid are accepted, but for those that are refused on purpose", () => {
    const refused: Record<string, number[]> = {};
    for (const { result, problem, tcId } of found) {
      if (result === "valid" && problem !== null) (refused[withoutName(problem)] ??= []).push(tcId);
    }
    expect(refused).toEqual(REFUSED);
  });
});

function judged(): readonly { readonly tcId: number; readonly result: string; readonly problem: string | null }[] {
  const { testGroups } = JSON.parse(readFileSync(PATH, "utf8")) as Vectors;
  return testGroups.flatMap((group) =>
    group.tests.map(({ tcId, jws, result }) => ({
      tcId,
      result,
      problem: problemOf(jws, group.public ?? group.private ?? {}),
    })),
  );
}

function withoutName(problem: string): string {
  return problem.replace(/ \(`[^`]*`\) is/, " is");
}
