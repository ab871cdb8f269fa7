/** `edgepolicy audit log` and `audit verify`, in process. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openAudit } from "../../../helpers/operation.ts";
import { temporaryFolder } from "../../../helpers/server.ts";
import { edgepolicy, folderWith, SIGN_IN } from "../run.ts";

/** A data folder with so many entries. */
function logIn(folder: string, count: number): void {
  const { database, audit } = openAudit(folder, { checkpointEvery: 2 });
  const by = { author: "m.\u001b[2Jrossi", token: null, role: "operate" };
  for (let n = 1; n <= count; n++) audit.change({ ...by, event: "ban.set", reason: `r${n}`, what: { id: `b${n}` } });
  database.close();
}

test("prints a log, without what would move a terminal, and verifies it", async () => {
  const folder = temporaryFolder();
  logIn(folder, 3);
  const { status, stdout } = await edgepolicy(["audit", "log", folder]);
  expect(status).toBe(0);
  expect(stdout.split("\n")).toEqual([
    '1  2026-01-01T00:00:00.000Z  ban.set  m.?[2Jrossi: r1  {"id":"b1"}',
    '2  2026-01-01T00:00:00.000Z  ban.set  m.?[2Jrossi: r2  {"id":"b2"}',
    '3  2026-01-01T00:00:00.000Z  ban.set  m.?[2Jrossi: r3  {"id":"b3"}',
    "",
  ]);
  const verified = await edgepolicy(["audit", "verify", folder]);
  expect(verified).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("3 entries (1 to 3), 1 checkpoint,") as string,
  });
  expect(verified.stdout).toContain("entries after 2 are chained and not signed yet");
});

test("exports lines that verify, and says which one was changed", async () => {
  const folder = temporaryFolder();
  logIn(folder, 3);
  const { stdout } = await edgepolicy(["audit", "log", folder, "--format", "json"]);
  const path = join(folder, "export.ndjson");
  writeFileSync(path, stdout);
  expect((await edgepolicy(["audit", "verify", path])).status).toBe(0);
  writeFileSync(path, stdout.replace('"r2"', '"r4"'));
  const broken = await edgepolicy(["audit", "verify", path, "--format", "json"]);
  expect(broken.status).toBe(1);
  expect(JSON.parse(broken.stdout)).toEqual({ ok: false, seq: 2, problem: "has not the hash of its content" });
});

test("an earlier log without an entry is none, and proves nothing of a later one", async () => {
  const folder = temporaryFolder();
  logIn(folder, 3);
  const at = folderWith({ empty: "", garbage: "one\n{}\n" });
  for (const name of ["empty", "garbage"]) {
    const { status, stdout, stderr } = await edgepolicy(["audit", "verify", folder, "--earlier", at(name)]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(`--earlier ${at(name)}: none of its lines is an entry or a checkpoint`);
  }
});

test("a key in the place of which a folder stands is told in words", async () => {
  const folder = temporaryFolder();
  logIn(folder, 1);
  const { status, stderr } = await edgepolicy(["audit", "verify", folder, "--key", folder]);
  expect({ status, stderr }).toEqual({
    status: 2,
    stderr: `edgepolicy: cannot read \`${folder}\`: it is a directory\n  name a file in it\n`,
  });
});

test("says what is no log", async () => {
  const at = folderWith({ garbage: "one\ntwo\n", key: "none" });
  expect(await edgepolicy(["audit", "log", at("garbage")])).toMatchObject({
    status: 2,
    stdout: "one\ntwo\n",
    stderr: expect.stringContaining("is not an audit log: none of its lines is an entry") as string,
  });
  expect(await edgepolicy(["audit", "verify", at("garbage")])).toMatchObject({
    status: 1,
    stdout: expect.stringContaining("entry 1 is neither an entry nor a checkpoint") as string,
  });
  expect((await edgepolicy(["audit", "verify", at("nothing")])).stderr).toBe(
    `edgepolicy: ${at("nothing")}: there is no such file\n  check the spelling and the folder you are in\n`,
  );
  expect((await edgepolicy(["audit", "verify", at("garbage"), "--key", at("key")])).stderr).toBe(
    `edgepolicy: \`${at("key")}\` is not an Ed25519 public key in PEM\n  a server's data folder has its own as audit.pub\n`,
  );
  for (const argv of [
    ["verify", at("nothing")],
    ["verify", at("garbage"), "--key", at("key")],
    ["log", at("")],
    ["log", at("garbage"), "more"],
  ]) {
    expect((await edgepolicy(["audit", ...argv])).status, argv.join(" ")).toBe(2);
  }
});

test.each(["log", "verify"])("%s alone is told what it is for", async (action) => {
  const { status, stderr } = await edgepolicy(["audit", action]);
  expect({ status, stderr }).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("the folder of --data, or a file of what /v1/audit gave, is missing") as string,
  });
});

test("still audits a policy of the name of an action", async () => {
  const at = folderWith({ verify: SIGN_IN });
  expect((await edgepolicy(["audit", at("verify"), "--fail-on", "none"])).stdout).toMatch(/^Audit of sign-in/);
});
