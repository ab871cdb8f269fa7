import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { faultyWhere } from "../../../helpers/faulty-engine.ts";
import { serve, temporaryFolder, until } from "../../../helpers/server.ts";

const POLICY = `policy "logs" { default allow }
route login = POST "/v1/login"
signal failed = count on login where response.status == 401 per ip over 1h
rule guessing on login when failed >= 2 then block`;

const HEADERS = { "x-original-uri": "/v1/login", "x-original-method": "POST", "x-forwarded-for": "203.0.113.9" };

it("outcomes in a caller's log reach the policy, once each", async () => {
  const log = join(temporaryFolder(), "access.log");
  writeFileSync(log, "");
  const { url, metrics, reports } = await serve(POLICY, { callers: { via: ["nginx"] }, outcomesFrom: [log] });
  const ask = (): Promise<Response> => fetch(`${url}/authz/nginx`, { headers: HEADERS });
  const count = async (result: string): Promise<number> =>
    Number(new RegExp(`outcome_lines_total\\{result="${result}"\\} (\\d+)`).exec(await metrics())?.[1]);
  for (let request = 1; request <= 2; request++) {
    const answer = await ask();
    expect(answer.status).toBe(200);
    const line = `${JSON.stringify({ decision: answer.headers.get("x-edge-decision"), status: 401 })}\n`;
    appendFileSync(log, `${line}${line}garbage\n`);
    await until(async () => (await count("matched")) === request);
  }
  expect((await ask()).status).toBe(403);
  await until(async () => (await count("unreadable")) === 2);
  expect(await count("unmatched")).toBe(2);
  expect(reports.filter((line) => line.includes("garbage"))).toHaveLength(1);
});

it("says a fault of ours at a line, which ends nothing", async () => {
  const log = join(temporaryFolder(), "access.log");
  writeFileSync(log, "");
  const options = { callers: { via: ["nginx"] }, outcomesFrom: [log] } as const;
  const parts = { createEngine: faultyWhere((name) => name === "observe") };
  const { url, reports } = await serve(POLICY, options, {}, parts);
  const { headers } = await fetch(`${url}/authz/nginx`, { headers: HEADERS });
  appendFileSync(log, `${JSON.stringify({ decision: headers.get("x-edge-decision"), status: 401 })}\n`);
  await until(() => reports.some((line) => line.includes("fault at an outcome of a log: Error: planted")));
  expect((await fetch(`${url}/authz/nginx`, { headers: HEADERS })).status).toBe(200);
});
