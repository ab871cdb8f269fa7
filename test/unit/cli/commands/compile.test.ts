/** `edgepolicy compile`, and bundles where a FILE is asked for. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { edgepolicy, folderWith, SIGN_IN } from "../run.ts";

async function bundleIn(text: string): Promise<(name: string) => string> {
  const at = folderWith({ "p.edgepolicy": text });
  await edgepolicy(["compile", at("p.edgepolicy"), "-o", at("p.epb")]);
  return at;
}

test("writes the bundle and says what it is, the same each time", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN });
  const { status, stdout, stderr } = await edgepolicy(["compile", at("p.edgepolicy"), "-o", at("p.epb")]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/p\.epb: \S+ [0-9a-f]{12}, 1 rule, [\d,]+ bytes, sha256 [0-9a-f]{64}\n$/);
  const json = await edgepolicy(["compile", at("p.edgepolicy"), "--output", at("q.epb"), "--format", "json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({ file: at("q.epb"), hash: stdout.slice(-65, -1) });
  expect(readFileSync(at("q.epb")).equals(readFileSync(at("p.epb")))).toBe(true);
});

describe("does not write", () => {
  test("a policy with errors", async () => {
    const at = folderWith({ "p.edgepolicy": SIGN_IN.replace("fails > 2", "failz > 2") });
    const { status, stderr } = await edgepolicy(["compile", at("p.edgepolicy"), "-o", at("p.epb")]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/did you mean `fails`/);
    expect(() => readFileSync(at("p.epb"))).toThrow("ENOENT");
  });

  test.each([
    [[], "-o OUT.epb is missing"],
    [["-o", "/nowhere/p.epb"], "there is no such file"],
  ])("with %j", async (options, message) => {
    const at = folderWith({ "p.edgepolicy": SIGN_IN });
    const { status, stderr } = await edgepolicy(["compile", at("p.edgepolicy"), ...options]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  test("a bundle of a bundle", async () => {
    const at = await bundleIn(SIGN_IN);
    const { status, stderr } = await edgepolicy(["compile", at("p.epb"), "-o", at("q.epb")]);
    expect(status).toBe(2);
    expect(stderr).toContain("is a bundle already");
  });
});

describe("a bundle stands for its policy", () => {
  test.each([
    ["check", ["check", "--cost"]],
    ["test", ["test"]],
    ["audit", ["audit"]],
    ["simulate", ["simulate", "--seeds", "1"]],
  ])("in %s", async (_, command) => {
    const at = await bundleIn(SIGN_IN);
    const [ofText, ofBundle] = await Promise.all(
      ["p.edgepolicy", "p.epb"].map(async (name) => edgepolicy([...command, at(name)])),
    );
    expect(ofBundle?.status).toBe(ofText?.status);
    expect(ofBundle?.stdout.replaceAll("p.epb", "p.edgepolicy")).toBe(ofText?.stdout);
  });

  test("in fmt and check --fix it is left alone", async () => {
    const at = await bundleIn(SIGN_IN);
    const before = readFileSync(at("p.edgepolicy"), "utf8");
    const formatted = await edgepolicy(["fmt", at("p.epb")]);
    expect([formatted.status, formatted.stderr]).toEqual([2, expect.stringContaining("is a bundle")]);
    await edgepolicy(["check", "--fix", at("p.epb")]);
    expect(readFileSync(at("p.edgepolicy"), "utf8")).toBe(before);
  });
});
