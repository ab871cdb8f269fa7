/** What the admin interface says to a wrong body: what is wrong, where, and how a right one looks. */
import { describe, expect, it } from "vitest";
import { inventoryOf } from "../../../helpers/inventory.ts";
import { serve, type TestServer } from "../../../helpers/server.ts";

const POLICY = `policy "shop" { default allow }
clients from "clients.yaml"
rule trap when path == "/.env" then block for 1h per ip
rule flood when method is PUT then throttle`;
const ACT = { author: "m.rossi", reason: "inc-42" };
const JSON_TYPE = { "content-type": "application/json" };

interface Said {
  readonly status: number;
  readonly detail?: string;
  readonly field?: string;
  readonly example?: object;
  readonly warning?: string;
}

async function start(): Promise<TestServer> {
  return serve(POLICY, {}, { "clients.yaml": inventoryOf([{ client: "acme_sync", key: "k" }]) });
}

async function send(
  { adminUrl }: TestServer,
  call: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
): Promise<Said> {
  const [method = "", path = ""] = call.split(" ");
  const answer = await fetch(`${adminUrl}${path}`, { method, headers, body });
  return { ...((await answer.json()) as Said), status: answer.status };
}

const CALLS = [
  "POST /v1/explain",
  "POST /v1/reload",
  "POST /v1/bans",
  "DELETE /v1/bans",
  "POST /v1/overlays",
  "DELETE /v1/overlays",
  "POST /v1/revocations",
  "DELETE /v1/revocations",
  "POST /v1/clients/acme_sync/suspend",
  "POST /v1/clients/acme_sync/restore",
];

describe.each(CALLS)("%s", (call) => {
  it("says what is wrong with a body that is none", async () => {
    const server = await start();
    const said = async (...sent: [string | Uint8Array<ArrayBuffer>, Record<string, string>?]): Promise<Said> =>
      send(server, call, ...sent);
    expect(await said('{\n "author": m\n}')).toMatchObject({
      status: 400,
      detail: "not JSON: expected a value, found `m` at line 2, column 12",
      example: expect.any(Object) as object,
    });
    expect(await said("[]")).toMatchObject({
      status: 400,
      detail: "the body must be a JSON object, but is an array",
      example: expect.any(Object) as object,
    });
    expect(await said('{"reason":"a","reason":"b"}')).toMatchObject({
      status: 400,
      detail: '"reason" is there twice: leave one out',
      field: "reason",
    });
    const form = { "content-type": "application/x-www-form-urlencoded" };
    expect(await said("{}", form)).toMatchObject({
      status: 400,
      detail: expect.stringMatching(/came as "application\/x-www-form-urlencoded": .*`curl --json`/) as string,
    });
    expect(await said(new Uint8Array([0x7b, 0xff, 0x7d]))).toMatchObject({
      status: 400,
      detail: "the body is not UTF-8: see byte 1, counted from 0",
    });
    expect(await said(" ".repeat(65_537))).toMatchObject({
      status: 413,
      detail: "the body is longer than 65536 bytes",
    });
    expect(
      await said(JSON.stringify({ ...ACT, request: { method: "GET", path: "/", ip: "::1" }, nope: 1 })),
    ).toMatchObject({ status: 400 });
  });

  it("shows an example that does", async () => {
    const server = await start();
    const { example } = await send(server, call, "[]");
    const { status } = await send(server, call, JSON.stringify(example));
    // What is to be lifted is not there.
    expect(call.startsWith("DELETE") || call.endsWith("restore") ? [404] : [200, 201]).toContain(status);
  });
});

describe("what is wrong in a body", () => {
  it.each([
    ["POST /v1/explain", {}, "request", "`request` is missing"],
    ["POST /v1/explain", { method: "GET", path: "/", ip: "::1" }, "request", "`request` is missing"],
    ["POST /v1/explain", { request: "x" }, "request", "a request is a JSON object"],
    ["POST /v1/explain", { request: { method: "GET", path: "/" } }, "request.ip", "`ip` is missing"],
    ["POST /v1/explain", { request: { headers: { a: 1 } } }, "request.headers.a", "must be a string, but is a number"],
    ["DELETE /v1/bans", ACT, "id", "`id`, or a `rule` and a `request` that its ban meets is missing"],
    ["DELETE /v1/bans", { ...ACT, rule: "trap" }, "request", "`request` is missing"],
    ["DELETE /v1/bans", { ...ACT, rule: "trap", request: { method: "GET" } }, "request.path", "`path` is missing"],
    ["POST /v1/bans", { ...ACT, for: 3600, ban: {} }, "for", 'must be a duration like "35ms" or "5s", but is a number'],
    ["POST /v1/bans", { ...ACT, for: "1h", ban: { ip: "::1" } }, "ban.ip", '"ban.ip"; known are client, label, issuer'],
    ["POST /v1/reload", { force: true }, "force", 'unknown member "force"; known are author, reason'],
  ])("%s %j", async (call, body, field, detail) => {
    const server = await start();
    expect(await send(server, call, JSON.stringify(body))).toMatchObject({
      status: 400,
      field,
      detail: expect.stringContaining(detail) as string,
    });
  });

  it("may be a slip in a name, also where it is taken", async () => {
    const server = await start();
    const said = async (call: string, body: object): Promise<Said> =>
      send(server, call, JSON.stringify({ ...ACT, ...body }));
    const request = { method: "GET", path: "/", ip: "::1" };
    expect((await said("DELETE /v1/bans", { rule: "trip", request })).detail).toContain("did you mean `trap`?");
    expect((await said("DELETE /v1/bans", { rule: "flood", request })).detail).toContain("does not ban by what");
    expect((await said("POST /v1/revocations", { key: "acme_sync-1" })).warning).toContain(
      "did you mean `acme_sync-0`?",
    );
    expect((await said("POST /v1/revocations", { client: "acme_sinc" })).warning).toContain("no client");
    expect((await said("POST /v1/revocations", { key: "acme_sync-0" })).warning).toBeUndefined();
    expect((await said("POST /v1/bans", { for: "1h", ban: { client: "acme_sinc" } })).warning).toContain("`acme_sync`");
    expect((await said("POST /v1/bans", { for: "1h", ban: { label: "tier", value: "x" } })).warning).toBeUndefined();
    expect((await said("POST /v1/explian", {})).detail).toBe("no such page; did you mean `/v1/explain`?");
  });
});

it("a reload is written down with who asked for it and why, where that is stated", async () => {
  const server = await start();
  expect(
    await send(server, "POST /v1/reload", JSON.stringify({ author: "m.rossi", reason: "version 12" })),
  ).toMatchObject({ applied: true });
  const audit = await (await fetch(`${server.adminUrl}/v1/audit`)).text();
  expect(audit).toContain('"author":"m.rossi"');
  expect(audit).toContain('"reason":"POST /v1/reload: version 12"');
});
