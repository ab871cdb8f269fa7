/** Questions whose answer nobody reads any more, because HAProxy's connection has gone: what they took is given back. */
import { describe, expect, it } from "vitest";
import { LEASE_MICROS } from "../../../../engine/index.ts";
import { InFlight } from "../../../../server/spoe/in-flight.ts";
import { claims, inventoryWith, ISSUER, keySetOf, makePair, sign } from "../../../helpers/tokens.ts";
import { serve, startService, type TestServer, until } from "../../../helpers/server.ts";
import { Asking, goodbye, hello, question } from "../../../helpers/spoe.ts";

const POLICY = `policy "gone" { default allow }
limit places per ip allow 1 at once
rule slowly when path == "/slow" then slow 4s`;

const HELD = "edgepolicy_held_requests 1\n";
const NONE_HELD = "edgepolicy_held_requests 0\n";

function ask({ running }: TestServer, ...questions: readonly Buffer[]): Asking {
  const haproxy = new Asking(running.haproxy?.port ?? 0);
  haproxy.socket.write(Buffer.concat([hello(), ...questions]));
  return haproxy;
}

it.each([
  ["lost", (haproxy: Asking): void => void haproxy.socket.destroy()],
  ["ended for what is no question", (haproxy: Asking): void => void haproxy.socket.write(Buffer.from([0, 1, 0, 0]))],
])("a question that is held back when its connection is %s gives its place back", async (_, go) => {
  const server = await serve(POLICY, { haproxy: "127.0.0.1:0" });
  const haproxy = ask(server, question(1, "GET", "/slow"));
  await until(async () => (await server.metrics()).includes(HELD));
  go(haproxy);
  await until(async () => (await server.metrics()).includes(NONE_HELD), 2_000);
  const next = ask(server, question(1, "GET", "/"));
  await next.until(() => next.answers.has(1));
  expect(next.answers.get(1)).toMatchObject({ verdict: "allow" });
});

it("a question that was answered is not given up when its connection goes", async () => {
  const server = await serve(POLICY.replace("4s", "20ms"), { haproxy: "127.0.0.1:0" });
  const haproxy = ask(server, question(1, "GET", "/slow"));
  await haproxy.until(() => haproxy.answers.has(1));
  haproxy.socket.destroy();
  await until(async () => (await server.metrics()).includes(NONE_HELD));
  const next = ask(server, question(1, "GET", "/"));
  await next.until(() => next.answers.has(1));
  // The service has not answered yet.
  expect(next.answers.get(1)).toMatchObject({ verdict: "refuse", status: 429 });
});

describe("requests that were let through by a HAProxy on this machine", () => {
  const start = async (): Promise<{
    readonly engine: (name: string, ...questions: readonly Buffer[]) => Promise<Asking>;
    readonly verdict: () => Promise<unknown>;
  }> => {
    const server = await serve(POLICY, { haproxy: "127.0.0.1:0" });
    const engine = async (name: string, ...questions: readonly Buffer[]): Promise<Asking> => {
      const haproxy = new Asking(server.running.haproxy?.port ?? 0);
      haproxy.socket.write(Buffer.concat([hello(16_380, "2.0", name), ...questions]));
      await haproxy.until(() => haproxy.others.length > 0 && haproxy.answers.size === questions.length);
      return haproxy;
    };
    const verdict = async (): Promise<unknown> =>
      (await engine("another", question(1, "GET", "/"))).answers.get(1)?.["verdict"];
    return { engine, verdict };
  };

  it("give their places back where it dies, which ends all its connections without a word", async () => {
    const { engine, verdict } = await start();
    const [one, two] = [await engine("e1", question(1, "GET", "/")), await engine("e1")];
    one.socket.destroy();
    // It may have ended one connection by accident, and tells the outcome on the other.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await verdict()).toBe("refuse");
    two.socket.destroy();
    await until(async () => (await verdict()) === "allow");
  });

  it("keep their places where it says goodbye: it goes on with them, and may die later", async () => {
    const { engine, verdict } = await start();
    const one = await engine("e1", question(1, "GET", "/"));
    one.socket.write(goodbye());
    await one.until(() => one.ended);
    expect(await verdict()).toBe("refuse");
    (await engine("e1")).socket.destroy();
    await until(async () => (await verdict()) === "allow");
  });
});

describe("InFlight", () => {
  it("knows of no request whose outcome was told, or whose place is free by its time", () => {
    let now = 0;
    const lost: string[] = [];
    const inFlight = new InFlight(
      (id) => void lost.push(id),
      () => now,
      10,
    );
    const haproxy = inFlight.join("e1");
    haproxy.began("old");
    now = LEASE_MICROS;
    for (const id of ["told", "left"]) haproxy.began(id);
    haproxy.ended("told");
    expect(inFlight.join("e1")).toBe(haproxy);
    haproxy.leave(true);
    expect(lost).toEqual([]);
    haproxy.leave(true);
    expect(lost).toEqual(["left"]);
    expect(inFlight.join("e1")).not.toBe(haproxy);
  });

  it("knows of no more requests than are waited for, the latest", () => {
    const lost: string[] = [];
    const haproxy = new InFlight(
      (id) => void lost.push(id),
      () => 0,
      2,
    ).join("e1");
    for (const id of ["a", "b", "c"]) haproxy.began(id);
    haproxy.leave(true);
    expect(lost).toEqual(["b", "c"]);
  });
});

it("nothing is decided for who went while it was found out who calls", async () => {
  const issuer = await makePair("ES256", "k1");
  let fetched = 0;
  let answer = (): void => {};
  const keys = await startService((_request, response) => {
    fetched++;
    answer = (): void => void response.end(keySetOf(issuer));
  });
  const policy = `${POLICY}
identity { jwt "${ISSUER}" { audience "orders-api"  keys "${keys.url}/keys"  client claim "azp" } }
clients from "clients.yaml"`;
  const server = await serve(policy, { haproxy: "127.0.0.1:0" }, { "clients.yaml": inventoryWith() });
  const now = Math.floor(Date.now() / 1_000);
  const token = await sign(issuer, claims({ iat: now - 5, exp: now + 600 }));
  const haproxy = ask(server, question(1, "GET", "/slow", ["authorization", `Bearer ${token}`]));
  await until(() => fetched === 1);
  haproxy.socket.destroy();
  const other = ask(server, question(1, "GET", "/", ["authorization", `Bearer ${token}`]));
  await other.until(() => other.others.length > 0);
  answer();
  await other.until(() => other.answers.has(1));
  expect(other.answers.get(1)).toMatchObject({ verdict: "allow", client: "acme" });
  expect(await server.metrics()).toContain('edgepolicy_decisions_total{verdict="slow"} 0\n');
});
