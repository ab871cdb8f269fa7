/** Single values of an inventory, by their schemas. */
import { didYouMean } from "../check/suggest.ts";
import { readDuration, readNetwork, readTime } from "../text-values.ts";
import type { Schema } from "./schema.ts";

/** A value that fits, or what is wrong with it as the second half of a sentence, and the remedy. */
export type Fit = { readonly value: string | number | boolean } | { readonly problem: string; readonly help: string };

/** Fits a value that YAML gave to a schema of single values. */
export function scalarFit(value: unknown, schema: Schema): Fit {
  switch (schema.type) {
    case "flag":
      return typeof value === "boolean"
        ? { value }
        : { problem: "is neither true nor false", help: "write `true` or `false`" };
    case "whole":
      return wholeFit(value, schema);
    case "choice":
      return choiceFit(value, schema.values);
    case "value":
      return typeof value === "string" ? valueFit(value, schema.value) : valueFit(String(value), schema.value);
    case "text":
      return textFit(value, schema);
    default:
      return { problem: "has another form", help: "" };
  }
}

function wholeFit(value: unknown, schema: Schema & { type: "whole" }): Fit {
  if (typeof value === "number" && Number.isInteger(value) && value >= schema.min && value <= schema.max)
    return { value };
  const range = schema.max === Number.MAX_SAFE_INTEGER ? "" : ` from ${schema.min} to ${schema.max}`;
  return { problem: `is not a whole number${range}`, help: "write a whole number" };
}

function choiceFit(value: unknown, values: readonly string[]): Fit {
  if (typeof value === "string" && values.includes(value)) return { value };
  const listed = `it is one of ${values.join(", ")}`;
  return { problem: `is never \`${String(value)}\``, help: didYouMean(String(value), values, listed) };
}

function textFit(value: unknown, schema: Schema & { type: "text" }): Fit {
  if (typeof value !== "string")
    return { problem: `is not a text but \`${String(value)}\``, help: `quote it: \`"${String(value)}"\`` };
  if (schema.pattern === undefined || new RegExp(schema.pattern).test(value)) return { value };
  const secret = schema.form?.includes("hexadecimal") === true;
  const problem = secret ? "has not the form of a hash" : `has not the form that it needs: \`${value}\``;
  return {
    problem,
    help: `write ${schema.form ?? "another text"}${secret ? "; secrets never stand in this file" : ""}`,
  };
}

function valueFit(text: string, kind: "duration" | "time" | "network"): Fit {
  if (kind === "duration") return durationFit(text);
  const read = kind === "network" ? readNetwork(text) : readTime(text);
  return read.ok ? { value: read.value } : { problem: `is wrong: ${read.message}`, help: read.help };
}

function durationFit(text: string): Fit {
  const value = readDuration(text);
  if (value !== null && value > 0) return { value };
  return { problem: `is not a duration but \`${text}\``, help: "write a duration, such as `1s` or `90d`" };
}
