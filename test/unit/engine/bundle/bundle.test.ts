/** The form of a bundle, byte by byte; that it decides as its text does is told by `test/unit/dsl/bundle.test.ts`. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import {
  BUNDLE_FORMAT,
  type BundleRead,
  decodeBundle,
  encodeBundle,
  isBundle,
  MAX_BUNDLE_BYTES,
} from "../../../../engine/bundle/bundle.ts";
import { writeContent } from "../../../../engine/bundle/write-content.ts";
import { makePolicy, makeRule } from "../../../helpers/policies.ts";

const POLICY = makePolicy({ rules: [makeRule("r")] });
const BYTES = encodeBundle({ policy: POLICY, rest: { files: ["a"] } }, digest);

function digest(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}

function changed(at: number, to: number): Uint8Array {
  const bytes = BYTES.slice();
  bytes[at] = to;
  return bytes;
}

/** A bundle of any content, with the hash that it has. */
function holding(content: unknown): Uint8Array {
  const packed = content instanceof Uint8Array ? content : writeContent(content);
  return Uint8Array.from([...BYTES.subarray(0, 12), ...digest(packed), ...packed]);
}

function refusal(bytes: Uint8Array): readonly [message: string, help: string] {
  const read: BundleRead = decodeBundle(bytes, digest);
  if (read.ok) throw new Error("it was read");
  return [read.message, read.help];
}

describe("a bundle", () => {
  test("is what was put into it, and is named by the hash of its content", () => {
    const hash = createHash("sha256").update(BYTES.subarray(44)).digest("hex");
    const read = decodeBundle(BYTES, digest);
    expect(read).toEqual({ ok: true, content: { policy: POLICY, rest: { files: ["a"] } }, hash });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  test("begins with its eight bytes and its format", () => {
    expect([...BYTES.subarray(0, 12)]).toEqual([0x89, 0x45, 0x50, 0x42, 13, 10, 26, 10, 0, 0, 0, BUNDLE_FORMAT]);
    expect(isBundle(BYTES)).toBe(true);
    expect(isBundle(BYTES.subarray(0, 8))).toBe(true);
    expect(isBundle(BYTES.subarray(0, 7))).toBe(false);
    expect(isBundle(new Uint8Array(0))).toBe(false);
    for (let at = 0; at < 8; at++) expect(isBundle(changed(at, 1))).toBe(false);
  });

  test("is read wherever in its buffer it lies", () => {
    const shifted = new Uint8Array(BYTES.length + 3);
    shifted.set(BYTES, 3);
    expect(decodeBundle(shifted.subarray(3), digest).ok).toBe(true);
  });

  test("keeps whole numbers past 32 bits as numbers", () => {
    const far = { ...POLICY, settings: { ...POLICY.settings, memoryBytes: 2 ** 45 } };
    const read = decodeBundle(encodeBundle({ policy: far, rest: null }, digest), digest);
    expect(read).toMatchObject({ ok: true, content: { policy: { settings: { memoryBytes: 2 ** 45 } }, rest: null } });
  });
});

describe("what is refused", () => {
  const COPY = "copy it again, or compile the policy again";
  const COMPILE = "compile the policy with this version of edgepolicy";

  test("is no bundle", () => {
    const help = "make one by `edgepolicy compile FILE -o OUT.epb`";
    expect(refusal(new TextEncoder().encode('policy "p" {}'))).toEqual(["is no bundle", help]);
    expect(refusal(new Uint8Array(0))).toEqual(["is no bundle", help]);
  });

  test("ends within its head", () => {
    expect(refusal(BYTES.subarray(0, 8))).toEqual(["ends within its head", COPY]);
    expect(refusal(BYTES.subarray(0, 43))).toEqual(["ends within its head", COPY]);
    expect(refusal(BYTES.subarray(0, 44))).toEqual(["is damaged: its content is not what its hash says", COPY]);
  });

  test("has another format", () => {
    expect(refusal(changed(11, 1))).toEqual(["has the bundle format 1; this edgepolicy reads 3", COMPILE]);
    expect(refusal(changed(8, 1))).toEqual(["has the bundle format 16777219; this edgepolicy reads 3", COMPILE]);
  });

  test("is damaged anywhere", () => {
    for (const at of [12, 43, 44, BYTES.length - 1])
      expect(refusal(changed(at, BYTES[at]! ^ 1))).toEqual(["is damaged: its content is not what its hash says", COPY]);
    const short = (): Uint8Array => new Uint8Array(31);
    expect(decodeBundle(BYTES, short)).toMatchObject({ ok: false });
  });

  test("is too large", () => {
    const large = new Uint8Array(MAX_BUNDLE_BYTES + 1);
    large.set(BYTES);
    expect(refusal(large)).toEqual(["is larger than 64 MiB", ""]);
    expect(refusal(large.subarray(0, MAX_BUNDLE_BYTES))[0]).toContain("damaged");
  });

  test.each<readonly [string, unknown]>([
    ["bytes in no layout", Uint8Array.of(0xc1)],
    ["nothing", null],
    ["a text", "policy"],
    ["no policy", { rest: 1 }],
    ["a policy that is null", { policy: null }],
    ["a policy that is a text", { policy: "p" }],
    ["a policy of another model", { policy: { ...POLICY, format: 2 } }],
    ["a policy without settings", { policy: { ...POLICY, settings: 7 } }],
    ["a policy without rules", { policy: { ...POLICY, rules: undefined } }],
    ...["rules", "limits", "signals", "scores", "routes", "clients", "lists", "lets", "order"].map(
      (name) => [`a policy whose ${name} are no list`, { policy: { ...POLICY, [name]: {} } }] as const,
    ),
  ])("holds %s", (_, content) => {
    expect(refusal(holding(content))).toEqual(["holds no policy that this edgepolicy understands", COMPILE]);
  });
});
