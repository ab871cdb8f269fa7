/** The request of a repetition: `{n}` in its texts stands for the repetition's number. */
import type { TestRequestStep } from "../../dsl/index.ts";
import type { Request } from "../../engine/index.ts";

/** The request of repetition `repetition` (from 1) of a step. The client is not filled in: it is one of the inventory. */
export function requestOf({ request, repeat }: TestRequestStep, repetition: number): Request {
  if (repeat?.as == null) return request;
  const fill = (value: unknown): unknown => fillTexts(value, `{${repeat.as}}`, String(repetition));
  const { client, ...rest } = request;
  const filled = { ...(fill(rest) as Omit<Request, "client">), client };
  if (filled.body !== undefined) filled.size = sizeOf(filled.body, request);
  return filled;
}

/** A size that was declared, and is more than the body's, stays. */
function sizeOf(filled: unknown, { body, size }: Request): number {
  const counted = Buffer.byteLength(JSON.stringify(filled));
  return size > Buffer.byteLength(JSON.stringify(body)) ? Math.max(size, counted) : counted;
}

/** A copy of a value with every text in it filled, names of members included. JSON of a policy's text: its nesting is bounded. */
function fillTexts(value: unknown, slot: string, text: string): unknown {
  if (typeof value === "string") return value.replaceAll(slot, text);
  if (Array.isArray(value)) return value.map((item) => fillTexts(item, slot, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.replaceAll(slot, text), fillTexts(member, slot, text)]),
  );
}
