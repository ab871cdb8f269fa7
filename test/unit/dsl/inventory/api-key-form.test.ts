/** The form of API keys, and the checksum by which they are told. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { API_KEY_FORM, apiKeyOf, isApiKey } from "../../../../dsl/inventory/api-key-form.ts";

test("is base62 with a CRC-32, as another implementation makes it", () => {
  const secret = Buffer.from("00112233445566778899aabbccddeeff".repeat(2), "hex");
  expect(apiKeyOf(secret)).toBe("ep_00z0R12GKAHXwQ4KLnSREmn0LsM4X7ML0jtgwuhj1Xr4fNoWF");
});

test("holds every secret, and no other digit in its place", () => {
  const secrets = fc.uint8Array({ minLength: 32, maxLength: 32 });
  fc.assert(
    fc.property(secrets, fc.nat(48), (secret, at) => {
      const key = apiKeyOf(secret);
      expect(key.match(API_KEY_FORM)).toEqual([key]);
      expect(isApiKey(key)).toBe(true);
      const digit = key[at + 3] === "x" ? "y" : "x";
      expect(isApiKey(key.slice(0, at + 3) + digit + key.slice(at + 4))).toBe(false);
    }),
  );
  expect(new Set([0, 255].map((byte) => apiKeyOf(new Uint8Array(32).fill(byte)).length))).toEqual(new Set([52]));
});
