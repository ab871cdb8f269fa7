/** The audit log: one chain, whose every change shows. */
import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AuditLog, SYSTEM } from "../../../../server/audit-log/audit-log.ts";
import {
  type AuditEntry,
  type AuditEvent,
  canonical,
  hashOf,
  nameOfKey,
  signCheckpoint,
} from "../../../../server/audit-log/entry.ts";
import {
  anchorsOf,
  type Broken,
  isBroken,
  type Verified,
  verifyAudit,
  verifyLines,
  type VerifyOptions,
} from "../../../../server/audit-log/verify.ts";
import { Database } from "../../../../server/data/database.ts";
import { openAudit } from "../../../helpers/operation.ts";
import { check } from "../../../helpers/property.ts";

const WHOLE: VerifyOptions = { key: null, part: false, earlier: new Map() };

function eventOf(reason: string): AuditEvent {
  return { event: "overlay.set", author: "m.rossi", token: "ops", role: "operate", reason, what: { id: reason } };
}

/** A log of so many entries. */
function logOf(count: number, limits: { checkpointEvery?: number; entriesMax?: number } = {}): AuditLog {
  const { audit } = openAudit(null, limits);
  for (let n = 1; n <= count; n++) audit.change(eventOf(`r${n}`));
  return audit;
}

async function verified(lines: readonly string[], options: Partial<VerifyOptions> = {}): Promise<Verified> {
  const result = await verifyAudit(lines, { ...WHOLE, ...options });
  if (isBroken(result)) throw new Error(`entry ${result.seq} ${result.problem}`);
  return result;
}

async function broken(lines: readonly string[], options: Partial<VerifyOptions> = {}): Promise<Broken> {
  const result = await verifyAudit(lines, { ...WHOLE, ...options });
  if (!isBroken(result)) throw new Error("it is whole");
  return result;
}

describe("an audit log", () => {
  it("is whole as it is written, with checkpoints where they are due", async () => {
    const audit = logOf(25, { checkpointEvery: 10 });
    audit.checkpoint();
    audit.checkpoint();
    const result = await verified(audit.lines(0, 1_000));
    expect(result).toMatchObject({
      entries: 25,
      first: 1,
      size: 25,
      checkpoints: 3,
      signed: 25,
      head: audit.head.hash,
    });
  });

  it("goes on where another process stopped", async () => {
    const { database, audit } = openAudit(null, { checkpointEvery: 2 });
    audit.change(eventOf("one"));
    const key = generateKeyPairSync("ed25519").privateKey;
    const next = new AuditLog(
      database,
      key,
      { checkpointEvery: 2, entriesMax: 10 },
      () => 0,
      () => {},
    );
    next.change(eventOf("two"));
    expect(await verified(next.lines(0, 10))).toMatchObject({ entries: 2, checkpoints: 1 });
  });

  it("shows any change of any of its lines", () => {
    const lines = logOf(12, { checkpointEvery: 5 }).lines(0, 100);
    check(
      fc.property(
        fc.nat(lines.length - 2),
        fc.constantFrom("drop", "double", "swap", "edit"),
        fc.nat(),
        (at, how, where) => {
          const changed = [...lines];
          const line = lines[at] ?? "";
          if (how === "drop") changed.splice(at, 1);
          if (how === "double") changed.splice(at, 0, line);
          if (how === "swap") changed.splice(at, 2, lines[at + 1] ?? "", line);
          if (how === "edit") changed[at] = edited(line, where);
          // A checkpoint that is left out hides nothing: the chain is there.
          if (how === "drop" && line.includes('"checkpoint"')) return;
          // One that comes twice says the same twice.
          if (how === "double" && line.includes('"checkpoint"')) return;
          expect(isBroken(verifyLines(changed, WHOLE))).toBe(true);
        },
      ),
    );
  });

  it("names the first entry that is wrong", async () => {
    const lines = [...logOf(9).lines(0, 100)];
    lines[4] = (lines[4] ?? "").replace('"r5"', '"r6"');
    expect(await broken(lines)).toEqual({ seq: 5, problem: "has not the hash of its content" });
    expect(await broken(logOf(9).lines(0, 100).slice(1))).toMatchObject({ seq: 1 });
    expect(await broken(lines.toSpliced(4, 1))).toEqual({ seq: 5, problem: "is missing: after 4 comes 6" });
    expect(await broken(lines.toSpliced(4, 1).slice(1))).toMatchObject({ seq: 5 });
  });

  it("does not let an entry be written anew with its hash", async () => {
    const lines = [...logOf(3).lines(0, 100)];
    const entry = { ...(JSON.parse(lines[1] ?? "") as AuditEntry), author: "somebody else" };
    lines[1] = canonical({ ...entry, hash: hashOf(entry) });
    expect(await broken(lines)).toEqual({ seq: 3, problem: "does not go on from the entry before it" });
  });

  it("is not whole where nothing is left, unless a part is looked at", async () => {
    expect(await broken([])).toMatchObject({ seq: 1, problem: expect.stringContaining("the log is empty") as string });
    expect(await verified([], { part: true })).toMatchObject({ entries: 0 });
  });

  it("shows that its end was cut off, where an earlier log is at hand", async () => {
    const lines = logOf(9, { checkpointEvery: 4 }).lines(0, 100);
    const cut = lines.slice(0, 5);
    expect(isBroken(await verifyAudit(cut, WHOLE))).toBe(false);
    const earlier = await anchorsOf(lines);
    expect(await broken(cut, { earlier })).toMatchObject({ problem: "is missing: an earlier log went on to 8" });
    expect(await verified(lines, { earlier: await anchorsOf(cut) })).toMatchObject({ size: 9 });
    const other = logOf(12, { checkpointEvery: 4 }).lines(0, 100);
    const anew = other.map((line) => line.replaceAll("m.rossi", "nobody"));
    expect(await broken(anew, { earlier })).toMatchObject({ seq: 1 });
  });

  it("is not whole where another key signed", async () => {
    const audit = logOf(4, { checkpointEvery: 4 });
    const lines = audit.lines(0, 100);
    const key = generateKeyPairSync("ed25519").privateKey;
    expect(await broken(lines, { key: nameOfKey(key) })).toEqual({
      seq: 4,
      problem: "has a checkpoint that another key signed",
    });
    const forged = { at: "2026-01-01T00:00:00.000Z", size: 4, head: audit.head.hash };
    const signed = signCheckpoint({ ...forged, key: nameOfKey(key) }, key);
    const [own = ""] = (await verified(lines)).keys;
    const stolen = { ...signed, checkpoint: { ...signed.checkpoint, key: own } };
    expect(await broken([...lines.slice(0, 4), canonical(stolen)])).toMatchObject({
      problem: "has a checkpoint whose signature is wrong",
    });
  });

  it("drops its oldest tenth where it is full, and says from where it goes on", async () => {
    const audit = logOf(35, { entriesMax: 20, checkpointEvery: 5 });
    const lines = audit.lines(0, 100);
    const result = await verified(lines);
    expect(result.entries).toBeLessThanOrEqual(20);
    expect(result.first).toBeGreaterThan(1);
    const silent = lines.filter((line) => !line.includes("audit.pruned"));
    expect(await broken(silent)).toBeDefined();
    const later = lines.slice(1);
    expect(await broken(later)).toMatchObject({ seq: 1 });
    expect(await verified(later, { part: true })).toMatchObject({ size: result.size });
  });

  it("writes an entry only together with its change", async () => {
    const audit = logOf(1);
    const refuse = (): never => {
      throw new Error("no");
    };
    expect(() => audit.change(eventOf("two"), refuse)).toThrow("no");
    audit.change(eventOf("three"));
    const lines = audit.lines(0, 10);
    expect(lines.map((line) => (JSON.parse(line) as AuditEntry).reason)).toEqual(["r1", "three"]);
    await verified(lines);
  });

  it("counts and says what it could not write", () => {
    const reports: string[] = [];
    const { database, audit } = openAudit(null, { reports });
    database.close();
    audit.note({ ...SYSTEM, event: "policy.reloaded", reason: "SIGHUP", what: {} });
    expect(audit.failures).toBe(1);
    expect(reports[0]).toMatch(/cannot write the audit log: .*missing is .*policy\.reloaded/);
  });

  it("is not confused by lines that are none", async () => {
    for (const line of ["", "{}", "[]", "null", '{"seq":1}', '{"checkpoint":{},"signature":""}', "\u0000"]) {
      const result = await verifyAudit([line], WHOLE);
      // A line that is blank is none, and a log without an entry is not whole.
      expect(isBroken(result)).toBe(true);
    }
    Database.open(null).close();
  });
});

/** A line with another value in one of its members. */
function edited(line: string, where: number): string {
  const value = JSON.parse(line) as Record<string, unknown>;
  const names = Object.keys(value);
  const name = names[where % names.length] ?? "";
  const before = value[name];
  if (typeof before === "number") value[name] = before + 1;
  else if (typeof before === "object" && before !== null) value[name] = { ...before, id: "x", size: 99 };
  else value[name] = `${String(before).slice(0, -1)}${String(before).endsWith("A") ? "B" : "A"}`;
  return canonical(value);
}

describe("canonical JSON (RFC 8785)", () => {
  it("has its members in the order of UTF-16 code units", () => {
    // The example of RFC 8785, section 3.2.3.
    const value = { "\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7 };
    const order = [...canonical(value).matchAll(/:(\d)/g)].map(([, n]) => n).join("");
    expect(order).toBe("2467153");
  });

  it("does not depend on the order in which it is built, and reads back", () => {
    check(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonical(turned)).toBe(canonical(value));
        expect(canonical(JSON.parse(canonical(value)))).toBe(canonical(value));
      }),
    );
  });
});
