/** Bundles: what goes in comes out, the same policy gives the same bytes, and what is no whole bundle is refused with its reason. */
import { spawnSync } from "node:child_process";
import { hash } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { analyzePolicy, loadPolicy, memoryFiles, nodeFiles, packBundle, RecordedFiles } from "../../../dsl/index.ts";
import { createEngine, createReference, makeRequest } from "../../../engine/index.ts";

const ROOT = join(import.meta.dirname, "../../..");
const MAIN = join(ROOT, "examples/orders/orders.edgepolicy");

function packed(): Uint8Array {
  const files = new RecordedFiles(nodeFiles);
  return packBundle(MAIN, loadPolicy(MAIN, files), files);
}

function loaded(bytes: Uint8Array): ReturnType<typeof loadPolicy> {
  return loadPolicy("p.epb", memoryFiles({ "p.epb": bytes }));
}

describe("a bundle", () => {
  test("holds what was loaded, with its lists as they were", () => {
    const before = loadPolicy(MAIN, nodeFiles);
    const after = loaded(packed());
    const lists = before.policy?.lists.map((list) => ({ ...list, file: null }));
    expect(after.policy).toEqual({ ...before.policy, lists });
    expect([after.scenarios, after.tests, after.diagnostics, after.sources]).toEqual([
      before.scenarios,
      before.tests,
      before.diagnostics,
      before.sources,
    ]);
  });

  test("decides as its text does", () => {
    const { policy } = loadPolicy(MAIN, nodeFiles);
    const { policy: bundled } = loaded(packed());
    if (policy === null || bundled === null) throw new Error("the example does not load");
    const engines = [createEngine(policy), createEngine(bundled), createReference(bundled)];
    for (const path of ["/v1/orders/7", "/.env", "/v1/login"]) {
      const request = makeRequest({ path, ip: "192.0.2.130" });
      const [first, ...others] = engines.map((engine) => engine.decide(request, 1_000_000).toDecision());
      for (const other of others) expect(other).toEqual(first);
    }
  });

  test("holds keys, and no secrets", () => {
    const files = new RecordedFiles(
      memoryFiles({
        p: 'policy "p" { default allow }\nidentity { hmac h { scheme plain secrets "in/s" } signature { keys "k.json" } }',
        "in/s": "k1 a-secret-of-more-than-24-bytes",
        "k.json": '{"keys": []}',
      }),
    );
    const bytes = packBundle("p", loadPolicy("p", files), files);
    expect(Buffer.from(bytes).includes("a-secret")).toBe(false);
    const { policy, bundle } = loaded(bytes);
    expect(policy?.identity).toHaveLength(2);
    expect(bundle?.files.read("k.json")).toMatchObject({ ok: true, bytes: new TextEncoder().encode('{"keys": []}') });
    expect(analyzePolicy("p.epb", memoryFiles({ "p.epb": bytes })).diagnostics).toEqual([]);
  });

  test("is the same for the same policy", () => {
    expect(packed()).toEqual(packed());
  });

  test("has the files that it was made of, for those who need the text", () => {
    const bytes = packed();
    const { declarations, policy } = analyzePolicy("p.epb", memoryFiles({ "p.epb": bytes }));
    expect(declarations.rules).toHaveLength(policy?.rules.length ?? -1);
    const { bundle } = loaded(bytes);
    expect(bundle?.hash).toBe(hash("sha256", bytes.subarray(44), "hex"));
    expect(bundle?.files.read("/etc/passwd")).toMatchObject({ ok: false, reason: "not_found" });
  });

  test("is decided by where there is no parser: the engine's door loads none", () => {
    const folder = mkdtempSync(join(tmpdir(), "edgepolicy-"));
    writeFileSync(join(folder, "p.epb"), packed());
    const script = `
      import { readFileSync } from "node:fs";
      import { hash } from "node:crypto";
      import { registerHooks } from "node:module";
      const seen = [];
      registerHooks({ resolve: (name, context, next) => { seen.push(name); return next(name, context); } });
      const { createEngine, decodeBundle, makeRequest } = await import(${JSON.stringify(join(ROOT, "engine/index.ts"))});
      const { content } = decodeBundle(readFileSync(process.argv[1]), (bytes) => hash("sha256", bytes, "buffer"));
      const { status } = createEngine(content.policy).decide(makeRequest({ path: "/.env", ip: "192.0.2.1" }), 0);
      console.log(JSON.stringify({ status, packages: [...new Set(seen.filter((name) => /^[a-z@]/.test(name)))] }));`;
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", script, join(folder, "p.epb")], {
      encoding: "utf8",
    });
    expect(run.stderr).toBe("");
    const { status, packages } = JSON.parse(run.stdout) as { status: number; packages: string[] };
    expect(status).toBe(403);
    // Snapshots of the state are MessagePack.
    expect([...new Set(packages)].toSorted()).toEqual(["msgpackr/pack", "msgpackr/unpack"]);
  });
});

describe("is refused with its reason:", () => {
  const whole = packed();
  const changed = (at: number, byte: number): Uint8Array => {
    const bytes = whole.slice();
    bytes[at] = byte;
    return bytes;
  };
  const foreign = whole.slice(0, 44 + 3);
  foreign.set([0x93, 1, 2], 44);
  foreign.set(hash("sha256", foreign.subarray(44), "buffer"), 12);

  test.each([
    ["a damaged one", changed(5_000, 0xc1), "is damaged: its content is not what its hash says"],
    ["one whose hash is damaged", changed(20, 0), "is damaged"],
    ["half of one", whole.slice(0, whole.length >> 1), "is damaged"],
    ["less than its head", whole.slice(0, 30), "ends within its head"],
    ["an older one", changed(11, 2), "has the bundle format 2; this edgepolicy reads 3"],
    ["a newer one", changed(11, 4), "has the bundle format 4; this edgepolicy reads 3"],
    ["one of something else", foreign, "holds no policy that this edgepolicy understands"],
  ])("%s", (_, bytes, message) => {
    const { policy, diagnostics } = loaded(bytes);
    expect(policy).toBeNull();
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.message).toContain(`\`p.epb\` ${message}`);
    expect(diagnostics[0]?.help).not.toBe("");
  });

  const asLatin = new TextEncoder().encode(Buffer.from(whole).toString("latin1"));
  const asWindows = new TextEncoder().encode(new TextDecoder("windows-1252").decode(whole));
  const replaced = new TextEncoder().encode(new TextDecoder().decode(whole));
  const linesChanged = Uint8Array.from([...whole].filter((byte) => byte !== 0x0d));
  const NONE = "is no bundle of `edgepolicy compile`, and no text";
  const DAMAGED = "begins almost like a bundle of `edgepolicy compile`: it was damaged";
  test.each([
    ["a picture that is called one", "p.EPB", Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0), NONE],
    ["bytes that are called one", "p.epb", Uint8Array.of(0xff, 0x41), NONE],
    ["one whose line ends were changed", "p", linesChanged, DAMAGED],
    ["one that was read as Latin-1 text", "p", asLatin, DAMAGED],
    ["one that was read as a text of Windows", "p", asWindows, DAMAGED],
    ["one that was read as UTF-8 text", "p.epb", replaced, DAMAGED],
    ["bytes that nothing calls one", "p", Uint8Array.of(0xff, 0x01), "is binary, not text"],
    ["a text in Latin-1", "p", Uint8Array.of(0x2f, 0x2f, 0x20, 0xe9, 0x0a), "is not UTF-8 (byte 4)"],
  ])("%s", (_, path, bytes, message) => {
    const { policy, diagnostics } = loadPolicy(path, memoryFiles({ [path]: bytes }));
    expect(policy).toBeNull();
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]?.message).toContain(`\`${path}\` ${message}`);
  });

  test("a text that is called one is read as text", () => {
    expect(loadPolicy("p.epb", memoryFiles({ "p.epb": 'policy "p" { default allow }' })).policy).not.toBeNull();
  });

  test("a text that only looks like one is read as text", () => {
    expect(loadPolicy("p", memoryFiles({ p: "EPB\r\n" })).diagnostics[0]?.code).toMatch(/^EP1/);
  });
});
