/** What the middleware of Hono makes of answers that it did not make itself. */
import { Hono } from "hono";
import { expect, it } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { edgepolicy as forHono } from "../../../../server/middleware/hono.ts";
import { echo, startService } from "../../../helpers/server.ts";

const { policy } = loadPolicyText(`policy "answers" { default allow }`);
if (policy === null) throw new Error("the test's policy is wrong");

it("adds its fields to an answer that Hono's route has from another service", async () => {
  const service = await startService(echo);
  const app = new Hono()
    .use(forHono({ policy, address: () => "192.0.2.1" }))
    .get("/", async () => fetch(service.url))
    .get("/away", () => Response.redirect("https://a.example/", 302));
  const answers = [await app.request("/"), await app.request("/away")];
  expect(answers.map(({ status }) => status)).toEqual([200, 302]);
  for (const { headers } of answers) expect(headers.get("x-edge-decision")).toMatch(/;allow/);
  expect(answers[1]?.headers.get("location")).toBe("https://a.example/");
  await answers[0]?.text();
});

it("wants to know how long a body is, where no server of Node.js tells that one comes", async () => {
  const sized = loadPolicyText(`policy "sized" { default allow }\nrule long when body.size > 3B then block 413`).policy;
  if (sized === null) throw new Error("the test's policy is wrong");
  const app = new Hono()
    .use(forHono({ policy: sized, address: () => "192.0.2.1" }))
    .all("/", (context) => context.text("ok"));
  const statusOf = async (headers: Record<string, string>, body?: string): Promise<number> =>
    (await app.request("/", { method: body === undefined ? "GET" : "POST", headers, ...(body ? { body } : {}) }))
      .status;
  expect(await statusOf({}, "long")).toBe(411);
  expect(await statusOf({ "content-length": "4" }, "long")).toBe(413);
  expect(await statusOf({ "content-length": "2" }, "no")).toBe(200);
  expect(await statusOf({})).toBe(200);
});

it("gives back what a request took whose route throws what is no error", async () => {
  const places = loadPolicyText(`policy "places" { default allow }\nlimit places per ip allow 1 at once`).policy;
  if (places === null) throw new Error("the test's policy is wrong");
  const app = new Hono()
    .use(forHono({ policy: places, address: () => "192.0.2.1" }))
    .get("/bad", () => Promise.reject("no error"))
    .get("/", (context) => context.text("ok"));
  await expect(Promise.resolve(app.request("/bad"))).rejects.toBe("no error");
  expect((await app.request("/")).status).toBe(200);
});
