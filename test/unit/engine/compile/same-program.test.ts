import fc from "fast-check";
import { expect, test } from "vitest";
import { compile } from "../../../../engine/compile/compile.ts";
import type { Policy } from "../../../../engine/index.ts";
import { arbitraryAlikeTrace, arbitraryTrace } from "../../../helpers/generators.ts";
import { check } from "../../../helpers/property.ts";

/** Everything that a value holds, in its order: maps, sets and tables, and the fields of objects of any class. */
function written(value: unknown): unknown {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value !== "object" || value === null) return value;
  const name = Object.getPrototypeOf(value)?.constructor.name ?? "Object";
  if (Array.isArray(value)) return value.map(written);
  if (ArrayBuffer.isView(value))
    return [name, Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("hex")];
  if (value instanceof Map) return [name, ...Array.from(value, ([key, each]) => [written(key), written(each)])];
  if (value instanceof Set) return [name, ...Array.from(value, written)];
  return [name, ...Object.entries(value).map(([key, each]) => [key, written(each)])];
}

function bytesOf(policy: Policy): string {
  return JSON.stringify(written(compile(policy)));
}

test("the same policy compiles to the same program, byte for byte", { timeout: 60_000 }, () => {
  check(
    fc.property(fc.oneof(arbitraryAlikeTrace, arbitraryTrace), ({ policies }) => {
      for (const policy of policies) expect(bytesOf(structuredClone(policy))).toBe(bytesOf(policy));
    }),
    { runs: 60 },
  );
});
