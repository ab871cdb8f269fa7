import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Request } from "../../../../engine/index.ts";
import { FRAME } from "../../../../server/spoe/frames.ts";
import type { RunningServer } from "../../../../server/index.ts";
import { posedIn } from "../../../helpers/answers.ts";
import { faultyWhere } from "../../../helpers/faulty-engine.ts";
import { serve, until } from "../../../helpers/server.ts";
import { Asking, framed, hello, question } from "../../../helpers/spoe.ts";

const POLICY = `policy "spoe" { default allow }
route login = POST "/v1/login" { body { username: string } }
rule slowly when path == "/slow" then slow 50ms
rule longer when path == "/longer" then slow 10s
rule gone   when path == "/gone" then block 410
rule nobody on login when (username ?? "") == "root" then block 404`;

async function asking(options = {}): Promise<Asking> {
  const { running } = await serve(POLICY, { haproxy: "127.0.0.1:0", ...options });
  return new Asking(running.haproxy?.port ?? 0);
}

/** More questions than the system's buffers have room for answers. */
const ASKED = 60_000;

/** A peer that has asked so much and reads no answer, once the server decides no further. */
async function unread(): Promise<{
  readonly running: RunningServer;
  readonly haproxy: Socket;
  readonly latest: number;
  readonly hasDecided: (count: number) => Promise<void>;
}> {
  const { running, metrics } = await serve(POLICY, { haproxy: "127.0.0.1:0", log: { sink: "off" } });
  const refused = async (): Promise<number> =>
    Number(/^edgepolicy_decisions_total\{verdict="block"\} (\d+)$/m.exec(await metrics())?.[1]);
  const haproxy = connect(running.haproxy?.port ?? 0, "127.0.0.1").on("error", () => {});
  onTestFinished(() => void haproxy.destroy());
  const one = question(1, "GET", "/gone");
  haproxy.pause().write(Buffer.concat([hello(), ...Array.from({ length: ASKED }, () => one)]));
  let latest = 0;
  await until(async () => {
    const before = latest;
    latest = await refused();
    return latest > 0 && latest === before;
  }, 20_000);
  return { running, haproxy, latest, hasDecided: (count) => until(async () => (await refused()) === count, 20_000) };
}

describe("HAProxy's door", () => {
  it("answers questions that come together, in any order, by their ids", async () => {
    const haproxy = await asking();
    haproxy.socket.write(
      Buffer.concat([hello(), question(1, "GET", "/slow?a=1"), question(2, "GET", "/x"), question(3, "GET", "/gone")]),
    );
    await haproxy.until(() => haproxy.answers.size === 3);
    expect([...haproxy.answers.keys()].at(-1)).toBe(1);
    expect(haproxy.answers.get(1)).toMatchObject({ verdict: "slow", status: 200 });
    expect(haproxy.answers.get(2)).toMatchObject({ verdict: "allow", status: 200 });
    expect(haproxy.answers.get(3)).toMatchObject({ verdict: "refuse", status: 403, edge_status: 410 });
    expect(JSON.parse(String(haproxy.answers.get(3)?.["body"]))).toMatchObject({ status: 410 });
  });

  it("takes frames that come by the byte", async () => {
    const haproxy = await asking();
    for (const byte of Buffer.concat([hello(), question(9, "GET", "/x")])) haproxy.socket.write(Buffer.from([byte]));
    await haproxy.until(() => haproxy.answers.has(9));
    expect(haproxy.answers.get(9)).toMatchObject({ verdict: "allow" });
  });

  it("throttles where the delay is longer than HAProxy waits", async () => {
    const haproxy = await asking();
    haproxy.socket.write(Buffer.concat([hello(), question(1, "GET", "/longer")]));
    await haproxy.until(() => haproxy.answers.has(1));
    expect(haproxy.answers.get(1)).toMatchObject({ verdict: "refuse", status: 429, retry_after: "10" });
  });

  it("reads fields of a body that is shown whole, and of no other", async () => {
    const haproxy = await asking();
    const body = '{"username":"root"}';
    const whole = ["content-length", String(body.length)];
    haproxy.socket.write(
      Buffer.concat([
        hello(),
        question(1, "POST", "/v1/login", whole, body),
        question(2, "POST", "/v1/login", ["content-length", "9999"], body),
        question(3, "POST", "/v1/login", whole, "not json"),
      ]),
    );
    await haproxy.until(() => haproxy.answers.size === 3);
    expect([1, 2, 3].map((id) => haproxy.answers.get(id)?.["status"])).toEqual([404, 200, 200]);
  });

  it.each([
    ["a frame that is too long", Buffer.from([0, 1, 0, 0])],
    ["a question before the greeting", question(1, "GET", "/")],
    ["bytes that are no frame", Buffer.from([0, 0, 0, 7, 3, 0, 0, 0, 1, 255, 255])],
    ["a greeting without a frame size", hello(10)],
  ])("ends the connection for %s, with its reason", async (_, bytes) => {
    const haproxy = await asking();
    haproxy.socket.write(bytes);
    await haproxy.until(() => haproxy.ended);
    expect(haproxy.others).toEqual([
      { type: FRAME.agentDisconnect, pairs: { "status-code": 4, message: expect.any(String) as string } },
    ]);
  });

  it.each([
    ["a target that is no path", "bad_target", "GET", "http://x/", []],
    ["`*`, of which HAProxy knows no path", "bad_target", "OPTIONS", null, []],
    ["a method in lower case", "bad_method", "get", "/", []],
    ["too many headers", "too_many_headers", "GET", "/", Array.from({ length: 202 }, () => "a")],
  ] as const)("refuses a caller's %s, and ends no connection for it", async (_, wrong, method, target, headers) => {
    const haproxy = await asking();
    haproxy.socket.write(
      Buffer.concat([
        hello(),
        question(1, "GET", "/slow"),
        question(2, method, target, headers),
        question(3, "GET", "/"),
      ]),
    );
    await haproxy.until(() => haproxy.answers.size === 3);
    expect(haproxy.answers.get(2)).toMatchObject({ verdict: "refuse", status: 400, problem: wrong });
    expect([haproxy.answers.get(1)?.["verdict"], haproxy.answers.get(3)?.["verdict"]]).toEqual(["slow", "allow"]);
  });

  it("closes a connection that it ended and whose peer goes on sending", async () => {
    const { running } = await serve(POLICY, { haproxy: "127.0.0.1:0" });
    const haproxy = connect({ port: running.haproxy?.port ?? 0, host: "127.0.0.1", allowHalfOpen: true });
    onTestFinished(() => void haproxy.destroy());
    haproxy.on("error", () => {}).resume();
    haproxy.write(question(1, "GET", "/"));
    const sending = setInterval(() => haproxy.write(question(2, "GET", "/")), 20);
    onTestFinished(() => clearInterval(sending));
    await expect(until(() => haproxy.destroyed)).resolves.toBeUndefined();
  });

  it("asks no more of who does not read, and all when it does", { timeout: 30_000 }, async () => {
    const { haproxy, latest, hasDecided } = await unread();
    expect(latest).toBeLessThan(ASKED);
    haproxy.resume();
    await hasDecided(ASKED);
  });

  it("stops though a peer does not read", { timeout: 30_000 }, async () => {
    const { running } = await unread();
    await expect(running.stop()).resolves.toBeUndefined();
  });

  it("says a fault of ours, leaves its question unanswered, and goes on", async () => {
    const faulty = faultyWhere((name, [of]) => name === "decide" && (of as Request).path === "/fault");
    const { running, reports } = await serve(POLICY, { haproxy: "127.0.0.1:0" }, {}, { createEngine: faulty });
    const haproxy = new Asking(running.haproxy?.port ?? 0);
    haproxy.socket.write(Buffer.concat([hello(), question(1, "GET", "/fault"), question(2, "GET", "/")]));
    await haproxy.until(() => haproxy.answers.has(2));
    expect(haproxy.answers.has(1)).toBe(false);
    expect(reports.join("\n")).toContain("fault in a handler: Error: planted");
  });

  it("says a fault of ours in an outcome, which ends nothing", async () => {
    const policy = `policy "spoe" { default allow }\nroute login = POST "/v1/login"
signal failures = count on login where response.status == 401 per ip over 10m
rule stuffing on login when failures > 5 then block`;
    const parts = { createEngine: faultyWhere((name) => name === "observe") };
    const { running, reports } = await serve(policy, { haproxy: "127.0.0.1:0" }, {}, parts);
    const haproxy = new Asking(running.haproxy?.port ?? 0);
    haproxy.socket.write(Buffer.concat([hello(), question(1, "POST", "/v1/login")]));
    await haproxy.until(() => haproxy.answers.has(1));
    const id = String(haproxy.answers.get(1)?.["id"]);
    const outcome = framed(FRAME.notify, 1, 2, (writer) =>
      writer.text("edge-outcome").byte(2).text("id").value(id).text("status").value(401),
    );
    haproxy.socket.write(Buffer.concat([outcome, question(3, "GET", "/")]));
    await haproxy.until(() => haproxy.answers.has(2) && haproxy.answers.has(3));
    expect(reports.join("\n")).toContain("fault in a handler: Error: planted");
  });

  it("ends the connection where the target is not shown, and for another version", async () => {
    const strange = await asking();
    const unshown = framed(FRAME.notify, 1, 1, (writer) => {
      writer.text("edge-request").byte(2);
      writer.text("ip").byte(6).byte(203).byte(0).byte(113).byte(9).text("method").value("GET");
    });
    strange.socket.write(Buffer.concat([hello(), unshown]));
    await strange.until(() => strange.ended);
    expect(strange.others.at(-1)?.pairs["message"]).toContain("target=pathq");
    const older = await asking();
    older.socket.write(hello(16_380, "1.0"));
    await older.until(() => older.ended);
    expect(older.others[0]?.pairs["status-code"]).toBe(5);
  });

  it("speaks to configured peers alone", async () => {
    const haproxy = await asking({ adapterPeers: ["192.0.2.1"] });
    haproxy.socket.write(hello());
    await haproxy.until(() => haproxy.ended);
    expect(haproxy.others).toEqual([]);
  });

  it("remembers used answers together with the workers", { timeout: 60_000 }, async () => {
    const policy = 'policy "p" { default allow }\nrule listen then challenge nonce';
    const { url, running } = await serve(policy, { haproxy: "127.0.0.1:0", workers: 2 });
    const ask = async (answer: string): Promise<Response> => {
      const stated = { "x-original-uri": "/x", "x-original-method": "GET", "x-forwarded-for": "203.0.113.9" };
      return fetch(`${url}/authz/nginx`, {
        headers: { ...stated, ...(answer === "" ? {} : { "edge-answer": answer }) },
      });
    };
    const challenge = async (answer: string): Promise<ReturnType<typeof posedIn>> =>
      posedIn((await ask(answer)).headers.get("www-authenticate"));
    const [here, there] = [(await challenge("")).token, (await challenge("")).token];
    const haproxy = new Asking(running.haproxy?.port ?? 0);
    haproxy.socket.write(Buffer.concat([hello(), question(1, "GET", "/x", ["edge-answer", here])]));
    await haproxy.until(() => haproxy.answers.has(1));
    expect(haproxy.answers.get(1)).toMatchObject({ verdict: "allow" });
    expect((await challenge(here)).refused).toBe("replayed");
    expect((await ask(there)).status).toBe(200);
    haproxy.socket.write(question(2, "GET", "/x", ["edge-answer", there]));
    await haproxy.until(() => haproxy.answers.has(2));
    expect(haproxy.answers.get(2)).toMatchObject({ verdict: "refuse", status: 401 });
  });
});
