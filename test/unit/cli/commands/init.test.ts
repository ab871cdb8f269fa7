/** `edgepolicy init`: what it writes is fine by every other command. */
import { existsSync, mkdirSync } from "node:fs";
import { expect, test } from "vitest";
import { edgepolicy, folderWith, textOf } from "../run.ts";

test("writes files that pass check, fmt and simulate", async () => {
  const at = folderWith();
  const { status, stdout } = await edgepolicy(["init", at("shop")]);
  expect(status).toBe(0);
  const policy = at("shop/policy.edgepolicy");
  for (const name of ["policy.edgepolicy", "clients.yaml", "scenario.edgepolicy", ".github/workflows/policy.yml"]) {
    expect(stdout).toContain(`wrote ${at(`shop/${name}`)}\n`);
    expect(existsSync(at(`shop/${name}`))).toBe(true);
  }
  expect(await edgepolicy(["check", "--deny", "warnings", policy])).toMatchObject({ status: 0, stderr: "" });
  expect(await edgepolicy(["fmt", "--check", policy, at("shop/scenario.edgepolicy")])).toMatchObject({ status: 0 });
  expect(await edgepolicy(["simulate", policy])).toMatchObject({ status: 0, stderr: "" });
});

test("writes a policy in which audit finds nothing but clients without keys", async () => {
  const at = folderWith();
  await edgepolicy(["init", at("shop")]);
  const { stdout } = await edgepolicy(["audit", at("shop/policy.edgepolicy"), "--format", "json"]);
  const { findings } = JSON.parse(stdout) as { readonly findings: readonly { readonly id: string }[] };
  expect(new Set(findings.map(({ id }) => id))).toEqual(new Set(["ID117"]));
});

test("pins the workflow to the version that wrote it", async () => {
  const at = folderWith();
  await edgepolicy(["init", at("shop")]);
  const version = /^edgepolicy (\S+)/.exec((await edgepolicy(["--version"])).stdout)?.[1];
  expect(textOf(at("shop/.github/workflows/policy.yml"))).toContain(`edgepolicy@${version}\n`);
});

test("lists what it wrote as JSON", async () => {
  const at = folderWith();
  const { stdout } = await edgepolicy(["init", at("shop"), "--format", "json"]);
  expect((JSON.parse(stdout) as { files: string[] }).files).toContain(at("shop/clients.yaml"));
});

test("overwrites nothing, and writes nothing where it would", async () => {
  const at = folderWith({ "shop/clients.yaml": "mine" });
  const { status, stdout, stderr } = await edgepolicy(["init", at("shop")]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(`there already is ${at("shop/clients.yaml")}`);
  expect(textOf(at("shop/clients.yaml"))).toBe("mine");
  expect(existsSync(at("shop/policy.edgepolicy"))).toBe(false);
});

test("cannot write below a file", async () => {
  const at = folderWith({ shop: "a file" });
  mkdirSync(at("other"));
  const { status, stderr } = await edgepolicy(["init", at("shop")]);
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /^edgepolicy: .*shop.*: there is a file where a folder or a new file has to be\n  name another place\n$/,
  );
});

test.runIf(process.platform === "linux")("ends where a folder takes no other", async () => {
  const { status, stderr } = await edgepolicy(["init", "/proc/shop"]);
  expect(status).toBe(2);
  expect(stderr).toContain("/proc/shop/policy.edgepolicy: there is no such file");
});
