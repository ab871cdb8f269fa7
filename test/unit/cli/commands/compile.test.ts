/** `edgepolicy compile`, and bundles where a FILE is asked for. */
import { execFile, execFileSync } from "node:child_process";
import { lstatSync, readFileSync, symlinkSync } from "node:fs";
import { promisify } from "node:util";
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
    [["-o", "/nowhere/p.epb"], "there is no folder `/nowhere`"],
  ])("with %j", async (options, message) => {
    const at = folderWith({ "p.edgepolicy": SIGN_IN });
    const { status, stderr } = await edgepolicy(["compile", at("p.edgepolicy"), ...options]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  test.each(["p.edgepolicy", "clients.yaml", "link"])("over a file that the policy is read from: %s", async (name) => {
    const text = `${SIGN_IN}clients from "clients.yaml"\n`;
    const at = folderWith({ "p.edgepolicy": text, "clients.yaml": "clients: []\n" });
    symlinkSync(at("p.edgepolicy"), at("link"));
    const { status, stderr } = await edgepolicy(["compile", at("p.edgepolicy"), "-o", at(name)]);
    expect(status).toBe(2);
    expect(stderr).toContain(`-o ${at(name)} would overwrite a file that was read\n  name another file to write`);
    expect(readFileSync(at("p.edgepolicy"), "utf8")).toBe(text);
    expect(readFileSync(at("clients.yaml"), "utf8")).toBe("clients: []\n");
  });

  test("a file in the place of what is none, and writes to it", async () => {
    const at = folderWith({ "p.edgepolicy": SIGN_IN });
    execFileSync("mkfifo", [at("pipe")]);
    const read = promisify(execFile)("cat", [at("pipe")], { encoding: "buffer" });
    const { status, stdout } = await edgepolicy(["compile", at("p.edgepolicy"), "-o", at("pipe")]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/sha256 [0-9a-f]{64}\n$/);
    expect((await read).stdout.subarray(1, 4).toString()).toBe("EPB");
    expect(lstatSync(at("pipe")).isFIFO()).toBe(true);
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
