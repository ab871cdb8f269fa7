/** Snapshots: what another version of the policy takes up, and what is refused. */
import { Packr } from "msgpackr/pack";
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../dsl/index.ts";
import {
  type BanEntry,
  createEngine,
  makeRequest,
  type Policy,
  restoreEngine,
  type StatefulEngine,
} from "../../../engine/index.ts";
import { SNAPSHOT_FORMAT, SNAPSHOT_KIND } from "../../../engine/snapshot/format.ts";

const SECOND = 1_000_000;
const START = 1_767_225_600 * SECOND;
const OLD = `signal calls = count per ip over 1h
signal pages = distinct(path) per ip over 1h
limit pace per ip allow 10 per 1h
limit slots per ip allow 3 at once
rule greedy when calls > 50 then block for 1h per ip`;

function policyOf(text: string): Policy {
  const { policy, diagnostics } = loadPolicyText(`policy "p" { default allow }\n${text}`);
  if (policy === null) throw new Error(diagnostics[0]?.message);
  return policy;
}

function partsOf(engine: StatefulEngine): readonly Uint8Array[] {
  const snapshot = engine.snapshot();
  const parts: Uint8Array[] = [];
  for (let part = snapshot.next(); part !== null; part = snapshot.next()) parts.push(part.slice());
  return parts;
}

function bytesOf(engine: StatefulEngine): Uint8Array {
  return new Uint8Array(Buffer.concat(partsOf(engine)));
}

/** An engine that has seen `calls` requests of each of `callers`. */
function used(text: string, callers: number, calls: number): StatefulEngine {
  const engine = createEngine(policyOf(text), { hashKey: [3, 4] });
  for (let call = 0; call < calls; call++) {
    for (let caller = 0; caller < callers; caller++) {
      engine.decide(makeRequest({ ip: `10.0.${caller >> 8}.${caller & 255}`, path: `/${call}` }), START + call);
    }
  }
  return engine;
}

function restored(bytes: Uint8Array, text: string): Extract<ReturnType<typeof restoreEngine>, { ok: true }> {
  const read = restoreEngine(bytes, policyOf(text));
  if (!read.ok) throw new Error(read.message);
  return read;
}

const ip = (value: string): readonly [{ readonly option: number; readonly value: string }] => [{ option: 0, value }];

describe("another version of the policy", () => {
  const bytes = bytesOf(used(OLD, 400, 4));

  test("takes up what has the same identity, and names the rest", () => {
    const next = OLD.replace("over 1h", "over 2h").replace("limit slots per ip allow 3 at once\n", "");
    const { engine, report } = restored(bytes, `${next}\nlimit other per ip allow 5 per day "UTC"`);
    expect(report).toEqual({ kept: ["pages", "pace", "greedy"], fresh: ["calls", "other"], dropped: ["slots"] });
    expect(engine.readings.signal("pages", ip("10.0.1.9"), START + 9)).toBe(4);
    expect(engine.readings.signal("calls", ip("10.0.1.9"), START + 9)).toBe(0);
    // The fourth call found no slot, and nothing was charged.
    expect(engine.readings.limit("pace", ip("10.0.1.9"), START + 9).fullInMicros).toBe(3 * 360 * SECOND - 9);
  });

  test("takes up what has another name by now", () => {
    const { engine, report } = restored(bytes, "signal visits = count per ip over 1h was calls");
    expect(report).toEqual({ kept: ["visits"], fresh: [], dropped: ["pages", "pace", "slots", "greedy"] });
    expect(engine.readings.signal("visits", ip("10.0.0.7"), START + 9)).toBe(4);
  });

  test("with less memory keeps what fits", () => {
    const large = bytesOf(used(OLD, 20_000, 1));
    const { policy } = loadPolicyText(`policy "p" { default allow memory 1MB }\n${OLD}`);
    const read = policy === null ? null : restoreEngine(large, policy);
    if (read?.ok !== true) throw new Error("not restored");
    let kept = 0;
    for (let caller = 0; caller < 20_000; caller++) {
      kept += read.engine.readings.signal("calls", ip(`10.0.${caller >> 8}.${caller & 255}`), START + 1);
    }
    expect(kept).toBeGreaterThan(500);
  });
});

test("bans told when they were set are put where a later state has none", () => {
  const told: BanEntry[] = [];
  const engine = createEngine(policyOf(OLD), { hashKey: [3, 4], onBan: (ban) => void told.push(ban) });
  const bytes = bytesOf(engine);
  for (let call = 0; call < 60; call++) engine.decide(makeRequest({ ip: "192.0.2.1" }), START + call);
  expect(told.length).toBeGreaterThan(0);
  const { engine: other } = restored(bytes, OLD);
  expect(other.readings.ban("greedy", ip("192.0.2.1"), START + 60)).toBe(0);
  for (const ban of told) expect(other.putBan(ban)).toBe(true);
  const left = engine.readings.ban("greedy", ip("192.0.2.1"), START + 60);
  expect(other.readings.ban("greedy", ip("192.0.2.1"), START + 60)).toBe(left);
  for (const ban of told) expect(restored(bytes, "limit pace per ip allow 10 per 1h").engine.putBan(ban)).toBe(false);
});

test("time goes on from the snapshot's", () => {
  const { engine } = restored(bytesOf(used(OLD, 1, 4)), OLD);
  engine.decide(makeRequest({ ip: "10.0.0.0" }), 5);
  expect(engine.readings.signal("calls", ip("10.0.0.0"), START + 3)).toBe(5);
});

test("parts are small, and beginning another snapshot gives the one before up", () => {
  const engine = used(OLD, 3_000, 2);
  const first = engine.snapshot();
  first.next();
  const parts = partsOf(engine);
  expect(first.next()).toBeNull();
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(300_000);
  expect(restoreEngine(Buffer.concat(parts), engine.policy).ok).toBe(true);
});

describe("is refused, with the reason:", () => {
  const parts = partsOf(used(OLD, 2_000, 2));
  const whole = new Uint8Array(Buffer.concat(parts));
  const packr = new Packr({ useRecords: false });
  const head = {
    kind: SNAPSHOT_KIND,
    format: SNAPSHOT_FORMAT,
    policy: {},
    hashKey: [0, 0],
    clock: 0,
    pages: 1,
    states: [],
  };
  const changed = (at: number): Uint8Array => {
    const bytes = whole.slice();
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  const CUT_OFF = "it is cut off or damaged";

  test.each([
    ["nothing", new Uint8Array(0), CUT_OFF],
    ["text", Buffer.from("policy"), "it is no snapshot"],
    ["another MessagePack", packr.pack({ kind: "x" }), "it is no snapshot"],
    ["a newer one", packr.pack({ ...head, format: 4 }), "it has the format 4; this edgepolicy reads 3"],
    ["a head alone", packr.pack(head), CUT_OFF],
    ["one with more pages than bytes", packr.pack({ ...head, pages: 2 ** 40 }), CUT_OFF],
    ["one without its end", whole.subarray(0, whole.length - 1), CUT_OFF],
    ["one that lacks a part", Buffer.concat([...parts.slice(0, 1), ...parts.slice(2)]), CUT_OFF],
    ["one with a part twice", Buffer.concat([...parts.slice(0, 2), ...parts.slice(1)]), CUT_OFF],
    ["one with a bit that changed early", changed(40_000), CUT_OFF],
    ["one with a bit that changed late", changed(whole.length - 5_000), CUT_OFF],
  ])("%s", (_, bytes, message) => {
    expect(restoreEngine(bytes, policyOf(OLD))).toEqual({ ok: false, message });
  });

  test("half of one, wherever it ends", () => {
    for (let length = 0; length < whole.length; length += 4_999) {
      expect(restoreEngine(whole.subarray(0, length), policyOf(OLD)).ok).toBe(false);
    }
  });
});
