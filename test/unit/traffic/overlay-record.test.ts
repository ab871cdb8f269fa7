import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_OVERLAYS } from "../../../engine/index.ts";
import { isOverlayError, overlayValue, parseOverlay, parseOverlays } from "../../../traffic/overlay-record.ts";
import { arbitraryOverlays } from "../../helpers/generators-overlays.ts";
import { check } from "../../helpers/property.ts";

const COMMON = { id: "o1", author: "m.rossi", reason: "leaked key", ends: "2026-01-02T00:00:00Z" };
const ENDS = Date.UTC(2026, 0, 2) * 1_000;
const KILL = { kill: { client: "acme" } };

function line(members: object): string {
  return JSON.stringify({ ...COMMON, ...members });
}

function read(text: string): readonly unknown[] {
  const overlays = parseOverlays(text);
  if (isOverlayError(overlays)) throw new Error(overlays.error);
  return overlays.map(({ id, author, reason, endsMicros, ...effect }) => {
    expect([author, reason, endsMicros]).toEqual(["m.rossi", "leaked key", ENDS]);
    expect(id).toMatch(/^o/);
    return effect;
  });
}

describe("every kind", () => {
  it.each([
    [{ kill: { client: "acme" } }, { kind: "kill", subject: { client: "acme" } }],
    [{ kill: { label: "tier", value: "gold" } }, { kind: "kill", subject: { label: "tier", value: "gold" } }],
    [{ quarantine: { issuer: "https://i.example" } }, { kind: "quarantine", subject: { issuer: "https://i.example" } }],
    [
      { spare: { key: "k1" }, from: "flood" },
      { kind: "spare", subject: { key: "k1" }, name: "flood" },
    ],
    [{ kill: { network: "192.0.2.0/24" } }, { kind: "kill", subject: { network: "192.0.2.0/24" } }],
    [{ kill: { network: "192.0.2.7" } }, { kind: "kill", subject: { network: "192.0.2.7/32" } }],
    [
      { mode: "shadow", of: "flood" },
      { kind: "mode", name: "flood", mode: "shadow" },
    ],
    [
      { factor: 0.5, of: "pace" },
      { kind: "factor", name: "pace", factor: 0.5 },
    ],
  ])("%j", (members, effect) => {
    expect(read(line(members))).toEqual([effect]);
  });
});

describe("a text", () => {
  it("is lines or an array", () => {
    const two = [line(KILL), line({ ...KILL, id: "o2" })];
    expect(read(`${two[0]}\n\n${two[1]}\n`)).toHaveLength(2);
    expect(read(`\n [${two.join(",\n")}]`)).toHaveLength(2);
    expect([read(""), read("[]")]).toEqual([[], []]);
  });

  it("has so many overlays and no more", () => {
    const many = (count: number): string =>
      Array.from({ length: count }, (_, index) => line({ ...KILL, id: `o${index}` })).join("\n");
    expect(read(many(MAX_OVERLAYS))).toHaveLength(MAX_OVERLAYS);
    expect(parseOverlays(many(MAX_OVERLAYS + 1))).toEqual({
      error: "there are more than 1000 overlays",
      place: "",
      field: "",
    });
  });
});

describe("what is no overlay", () => {
  it.each([
    ["{", "line 1", /not JSON/],
    ["[", "", /not JSON/],
    ["[1]", "overlay 1", /a JSON object, but this is a number/],
    [`${line(KILL)}\n\n7`, "line 3", /a JSON object/],
    [line({}), "line 1", /one of kill, quarantine, spare, mode, factor, but this one has none/],
    [line({ ...KILL, factor: 2 }), "line 1", /but this one has `kill` and `factor`/],
    [line({ kil: {} }), "line 1", /unknown member "kil"; did you mean `kill`\?/],
    [line({ ...KILL, of: "pace" }), "line 1", /unknown member "of"/],
    [line({ ...KILL, id: undefined }), "line 1", /`id` is missing/],
    [line({ ...KILL, author: " " }), "line 1", /`author` must not be empty/],
    [line({ ...KILL, reason: 7 }), "line 1", /`reason` must be a string/],
    [line({ ...KILL, ends: "tomorrow" }), "line 1", /`ends` must be a time like/],
    [line({ kill: {} }), "line 1", /`kill` must have one of client/],
    [line({ kill: "acme" }), "line 1", /`kill` must be an object/],
    [line({ kill: { label: "tier" } }), "line 1", /a label with its value/],
    [line({ kill: { client: "a", value: "b" } }), "line 1", /must have one of/],
    [line({ kill: { clint: "a" } }), "line 1", /unknown member "kill.clint"; did you mean `client`/],
    [line({ kill: { network: "nowhere" } }), "line 1", /`kill.network` must be a network/],
    [
      line({ kill: { network: "192.0.2.7/24" } }),
      "line 1",
      /after its prefix: write "192.0.2.0\/24" .* or "192.0.2.7"/,
    ],
    [line({ spare: { client: "a" } }), "line 1", /`from` is missing/],
    [line({ mode: "of", of: "r" }), "line 1", /`mode` must be one of off, shadow, on/],
    [line({ factor: 0, of: "pace" }), "line 1", /`factor` must be a number from 0.01 to 100, but is 0/],
    [line({ factor: "2", of: "pace" }), "line 1", /but is a string/],
    [`[${line(KILL)},${line(KILL)}]`, "overlay 2", /`id` "o1" is also that of overlay 1/],
  ])("%j", (text, place, message) => {
    const problem = parseOverlays(text);
    if (!isOverlayError(problem)) throw new Error("it was taken");
    expect(problem.place).toBe(place);
    expect(problem.error).toMatch(message);
  });
});

it.each([
  [{ kill: { network: "nowhere" } }, "kill.network"],
  [{ factor: 0, of: "pace" }, "factor"],
  [{ spare: { client: "a" } }, "from"],
  [{}, ""],
])("a problem of %j names the member", (effect, field) => {
  const problem = parseOverlay({ id: "o1", author: "m", reason: "r", ends: "2026-02-01", ...effect });
  expect(isOverlayError(problem) && problem.field).toBe(field);
});

it("an overlay is read from what it is written as", () => {
  check(
    fc.property(arbitraryOverlays, (generated) => {
      for (const overlay of generated) {
        const endsMicros = Math.min(overlay.endsMicros, Date.UTC(2199, 11, 31) * 1_000);
        // Times are written to the millisecond.
        const whole = { ...overlay, endsMicros: endsMicros - (endsMicros % 1_000) };
        expect(parseOverlay(overlayValue(whole))).toEqual(whole);
      }
    }),
  );
});
