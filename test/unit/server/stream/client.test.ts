import { Packr } from "msgpackr/pack";
import { Unpackr } from "msgpackr/unpack";
import { describe, expect, it, onTestFinished } from "vitest";
import { VERDICTS } from "../../../../engine/index.ts";
import { VERDICTS as CLIENT_VERDICTS } from "../../../../server/stream/client/rows.ts";
import { readChallenge, solve } from "../../../../server/challenge/client/index.ts";
import { loadUws } from "../../../../server/load-uws.ts";
import { uwsTransport } from "../../../../server/transport-uws.ts";
import type { Socket, SocketHandler } from "../../../../server/web-socket.ts";
import type { StreamClient, StreamClientOptions, StreamRequest } from "../../../../server/stream/client/index.ts";
import { connectStream } from "../../../../server/stream/client/index.ts";
import { retryDelayMs } from "../../../../server/stream/client/stream-client.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";
import { RawWebSocket } from "../../../helpers/raw-web-socket.ts";
import { freePort, serve, startService, until } from "../../../helpers/server.ts";

const POLICY = `policy "s" { default allow }
identity { api_key { header "x-key" } }
clients from "clients.yaml"
route login = POST "/v1/login" { body { username: string } }
signal failures = count on login where response.status == 401 per ip over 10m
limit rate per client else skip allow 2 per 1m
rule curl when header["user-agent"] ?? "" == "curl" then block 451 because "no curl"
rule stuffing on login when failures > 1 then block 403
`;
const FILES = { "clients.yaml": inventoryOf([{ client: "acme", key: "k" }]) };
const GET: StreamRequest = { method: "GET", path: "/", ip: "192.0.2.1" };
const CURL: StreamRequest = { ...GET, headers: { "user-agent": "curl" } };
const LOGIN: StreamRequest = { method: "POST", path: "/v1/login", ip: "192.0.2.7", body: { username: "u" } };

function client(port: number, options: Partial<StreamClientOptions> = {}): { stream: StreamClient; states: string[] } {
  const states: string[] = [];
  const stream = connectStream({
    url: `ws://127.0.0.1:${port}/authz/stream`,
    deadlineMs: 3_000,
    retryLeastMs: 10,
    retryMostMs: 40,
    onState: (state, reason) => states.push(reason === "" ? state : `${state}: ${reason}`),
    ...options,
  });
  onTestFinished(() => stream.close());
  return { stream, states };
}

describe("the stream's client", () => {
  it("gets the server's decisions, for many requests at once", async () => {
    const server = await serve(POLICY, {}, FILES);
    const { stream, states } = client(server.port, { refusals: true });
    const asked = Array.from({ length: 3_000 }, (_, at) => stream.decide(at % 3 === 0 ? CURL : GET));
    const decisions = await Promise.all(asked);
    expect(decisions.map(({ status }) => status)).toEqual(asked.map((_, at) => (at % 3 === 0 ? 451 : 200)));
    expect(new Set(decisions.map(({ id }) => id)).size).toBe(3_000);
    expect(decisions[0]).toMatchObject({ verdict: "block", by: "curl", reason: "no curl", failure: null });
    expect(decisions[0]?.refusal?.headers).toContain("application/problem+json");
    expect(JSON.parse(decisions[0]?.refusal?.body ?? "")).toMatchObject({ status: 451, decision: decisions[0]?.id });
    expect(decisions[1]).toEqual({
      id: expect.any(String) as string,
      verdict: "allow",
      status: 200,
      by: null,
      reason: "",
      delay: 0,
      retryAfter: 0,
      client: null,
      refusal: null,
      failure: null,
    });
    expect(states).toEqual(["open"]);
    expect(await server.metrics()).toContain("edgepolicy_stream_connections 1");
  });

  it("hands answers to challenges in, and passes out", async () => {
    const policy = `policy "s" { default allow }\nroute job = GET "/job"\nrule price on job then challenge pow`;
    const { port } = await serve(policy, { challenges: { bits: 4 } });
    for (const headers of [undefined, ["User-Agent"]]) {
      const { stream } = client(port, { challenges: true, ...(headers === undefined ? {} : { headers }) });
      const job: StreamRequest = { ...GET, path: "/job" };
      const posed = await stream.decide(job);
      expect(posed).toMatchObject({ verdict: "challenge", status: 401, by: "price" });
      expect("pass" in posed).toBe(false);
      const answer = await solve(readChallenge(JSON.parse(posed.refusal?.body ?? "")), { maxBits: 4 });
      const answered = await stream.decide({ ...job, headers: { "edge-answer": answer } });
      expect(answered).toMatchObject({ verdict: "allow", refusal: null });
      const [pass = ""] = (answered.pass ?? "").split(";");
      expect(await stream.decide({ ...job, headers: { "edge-pass": pass } })).toMatchObject({ verdict: "allow" });
      expect(await stream.decide(job)).toMatchObject({ verdict: "challenge" });
      stream.close();
    }
  });

  it("sends the credential in headers, or states who it is; and learns who was found", async () => {
    const { port } = await serve(POLICY, {}, FILES);
    const { stream } = client(port, { headers: ["User-Agent", "X-Key"] });
    const found = await stream.decide({ ...GET, headers: { "x-key": "k", "x-other": "1" } });
    expect(found).toMatchObject({ verdict: "allow", client: "acme" });
    expect(await stream.decide({ ...GET, client: "acme", evidence: "bearer_token" })).toMatchObject({ client: "acme" });
    const third = await stream.decide({ ...GET, client: "acme" });
    expect(third).toMatchObject({ verdict: "throttle", status: 429, by: "rate", client: "acme" });
    expect(third.retryAfter).toBeGreaterThan(1);
    expect(await stream.decide({ ...CURL, client: null })).toMatchObject({ status: 451 });
  });

  it("reports outcomes", async () => {
    const { port } = await serve(POLICY, {}, FILES);
    const { stream } = client(port);
    for (let turn = 0; turn < 2; turn++) {
      stream.report(await stream.decide(LOGIN), { status: 401, size: 7, latencyMicros: 250_000, headers: { a: "b" } });
    }
    expect(await stream.decide(LOGIN)).toMatchObject({ by: "stuffing" });
    expect(stream.outcomesDropped).toBe(0);
  });

  it("keeps within what the server allows, and splits what is too long for a frame", async () => {
    const limits = { requestsMax: 8, rowsMax: 5, frameBytesMax: 600 };
    const { port } = await serve(POLICY, { stream: limits }, FILES);
    const { stream, states } = client(port);
    const path = `/${"a".repeat(200)}`;
    const decisions = await Promise.all(Array.from({ length: 50 }, () => stream.decide({ ...GET, path })));
    expect(decisions.every(({ verdict, failure }) => verdict === "allow" && failure === null)).toBe(true);
    const long = await stream.decide({ ...GET, path: `/${"a".repeat(700)}` });
    expect(long).toMatchObject({ status: 503, failure: "rejected", reason: "the request is longer than 600 bytes" });
    expect(states).toEqual(["open"]);
  });

  it("says which request is none, and decides the others", async () => {
    const { port } = await serve(POLICY, {}, FILES);
    const { stream } = client(port, { failMode: "open" });
    const [bad, good] = await Promise.all([stream.decide({ ...GET, ip: "x" }), stream.decide(GET)]);
    expect(bad).toMatchObject({
      verdict: "allow",
      id: "",
      failure: "rejected",
      reason: "ip is not an IPv4 or IPv6 address",
    });
    expect(good).toMatchObject({ failure: null });
  });

  it("answers by its fail mode at once while there is no server, and by the server when it is there", async () => {
    const port = await freePort();
    const own = {
      id: "",
      verdict: "block",
      status: 599,
      by: null,
      delay: 0,
      retryAfter: 0,
      client: null,
      refusal: null,
    } as const;
    const { stream, states } = client(port, {
      failMode: (request, failure) => ({ ...own, failure, reason: `${request.path} ${failure}` }),
    });
    // The first is asked while the first attempt is under way, and waits for it.
    expect(await stream.decide(GET)).toMatchObject({ status: 599, reason: "/ not_connected" });
    const before = performance.now();
    expect(await stream.decide(GET)).toMatchObject({ reason: "/ not_connected" });
    expect(performance.now() - before).toBeLessThan(1_000);
    await serve(POLICY, { listen: `127.0.0.1:${port}` }, FILES);
    await until(() => stream.state === "open");
    expect(await stream.decide(GET)).toMatchObject({ verdict: "allow", failure: null });
    expect(states.filter((state) => state.startsWith("waiting")).length).toBeGreaterThan(0);
  });

  it("decides closed where the fail mode throws", async () => {
    const { stream } = client(await freePort(), {
      failMode: () => {
        throw new Error("oops");
      },
    });
    expect(await stream.decide(GET)).toMatchObject({ verdict: "block", status: 503, failure: "not_connected" });
  });

  it("goes on where whoever is told of its state throws", async () => {
    const port = await freePort();
    const { stream } = client(port, {
      onState: () => {
        throw new Error("oops");
      },
    });
    expect(await stream.decide(GET)).toMatchObject({ failure: "not_connected" });
    await serve(POLICY, { listen: `127.0.0.1:${port}` }, FILES);
    await until(() => stream.state === "open");
    expect(await stream.decide(GET)).toMatchObject({ verdict: "allow", failure: null });
    const asked = stream.decide(GET);
    stream.close();
    expect(await asked).toMatchObject({ failure: "closed" });
  });

  it.each(["waiting", "connecting", "open"])("stays closed where it is closed when it is %s", async (at) => {
    const port = await freePort();
    const seen: string[] = [];
    const { stream } = client(port, {
      onState: (state) => {
        seen.push(state);
        if (state === at) stream.close();
      },
    });
    const server = at === "open" ? await serve(POLICY, { listen: `127.0.0.1:${port}` }, FILES) : null;
    await until(() => stream.state === "closed");
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen.indexOf("closed")).toBe(seen.length - 1);
    expect(await stream.decide(GET)).toMatchObject({ failure: "closed" });
    if (server !== null) await until(async () => (await server.metrics()).includes("edgepolicy_stream_connections 0"));
  });

  it("goes to the fail mode past the deadline, where the server says nothing", async () => {
    // It accepts connections, and never answers.
    const { port } = await startService(() => {});
    const { stream } = client(port, { deadlineMs: 40, queueMax: 2, failMode: "open" });
    const three = await Promise.all([stream.decide(GET), stream.decide(GET, 80), stream.decide(GET)]);
    expect(three.map(({ verdict, failure }) => [verdict, failure])).toEqual([
      ["allow", "deadline"],
      ["allow", "deadline"],
      ["allow", "queue_full"],
    ]);
    stream.report({ id: "x-1" }, { status: 200 });
    expect(stream.outcomesDropped).toBe(1);
  });

  it("keeps nothing of what is decided until its deadline", async () => {
    const { port } = await serve(POLICY, {}, FILES);
    const { stream } = client(port, { deadlineMs: 3_600_000 });
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    await stream.decide(GET);
    const before = timers();
    await Promise.all([GET, CURL, GET].map((request) => stream.decide(request)));
    await Promise.all([1, 2, 3].map((hours) => stream.decide(GET, hours * 3_600_000)));
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it("loses no decision when the server stops", async () => {
    const first = await serve(POLICY, {}, FILES);
    const { stream, states } = client(first.port);
    await stream.decide(GET);
    const asked = Array.from({ length: 200 }, () => stream.decide(GET));
    const stopped = first.running.stop();
    expect((await Promise.all(asked)).every(({ failure }) => failure === null)).toBe(true);
    await stopped;
    await until(() => states.some((state) => state.startsWith("waiting")));
    expect(states.at(1)).toBe("waiting: the server stops");
    expect(await stream.decide(GET)).toMatchObject({ failure: "not_connected" });
  });

  it("settles everything when it is closed, and takes no more", async () => {
    const { port } = await startService(() => {});
    const { stream, states } = client(port);
    const waiting = stream.decide(GET);
    stream.close();
    stream.close();
    expect(await waiting).toMatchObject({ status: 503, failure: "closed" });
    expect(await stream.decide(GET)).toMatchObject({ status: 503, failure: "closed" });
    expect(states).toEqual(["closed: closed here"]);
  });

  it("waits longer each time, by half of it by chance", () => {
    expect([0, 1, 2, 20].map((attempts) => retryDelayMs(attempts, 100, 10_000, 1))).toEqual([100, 200, 400, 10_000]);
    expect([0, 1, 2, 2_000].map((attempts) => retryDelayMs(attempts, 100, 10_000, 0))).toEqual([50, 100, 200, 5_000]);
  });

  it("knows the engine's verdicts, and refuses options that are none", () => {
    expect(CLIENT_VERDICTS).toEqual(VERDICTS);
    expect(() => connectStream({ url: "http://127.0.0.1/" })).toThrow("is not ws://");
    expect(() => connectStream({ url: "ws://127.0.0.1/", deadlineMs: 0 })).toThrow("option deadlineMs");
  });
});

describe("a server that does not keep to the protocol", () => {
  const packr = new Packr({ useRecords: false });
  const hello = packr.pack([0, 1, 100, 10, 10_000, "p-"]);

  /** A server that greets, unless with null, and answers each frame of requests with `answer`. */
  async function answering(
    answer: (seq: number) => Uint8Array | string,
    greeting: Uint8Array | null = hello,
  ): Promise<number> {
    const { uws } = await loadUws();
    let socket: Socket | null = null;
    const handler: SocketHandler = {
      onOpen: (opened) => (socket = opened),
      onMessage: (data) => {
        const [kind, seq] = unpackr.unpack(data) as [number, number];
        if (kind === 0 && greeting !== null) socket?.send(greeting);
        if (kind === 1) socket?.send(answer(seq));
      },
      onDrain: () => {},
      onStop: () => {},
      onClose: () => {},
    };
    const limits = { messageBytesMax: 1_000_000, idleSeconds: 60, waitingBytesMax: 1_000_000 };
    const listener = uwsTransport(uws)({
      address: { host: "127.0.0.1", port: 0 },
      routes: {
        exact: new Map(),
        otherwise: (_from, reply) => reply.send(404, [], ""),
        otherSockets: { limits, onUpgrade: (_from, _reply, accept) => void accept(handler) },
      },
      onFault: () => {},
    });
    onTestFinished(() => listener.close());
    return listener.port;
  }
  const unpackr = new Unpackr({ useRecords: false });

  it.each<[string, (seq: number) => Uint8Array | string, string]>([
    ["no msgpack", () => new Uint8Array([0xc1]), "an answer cannot be read"],
    ["text", () => "hello", "an answer cannot be read"],
    ["an answer to another frame", (seq) => packr.pack([1, seq + 1, [1]]), "which was not asked so"],
    ["too few decisions", (seq) => packr.pack([1, seq, []]), "which was not asked so"],
    ["a row that is none", (seq) => packr.pack([1, seq, [true]]), "a row is no decision"],
    ["more credit than a number", () => packr.pack([2, "many"]), "a limit is no count"],
    ["a frame and more", (seq) => Buffer.concat([packr.pack([1, seq, ["x".repeat(99)]]), hello]), "end of buffer"],
  ])("loses its connection for %s, and lets nobody through", async (_, answer, reason) => {
    const { stream, states } = client(await answering(answer), { retryLeastMs: 10_000 });
    expect(await stream.decide(GET)).toMatchObject({ status: 503, failure: "not_connected" });
    expect(states.at(-1)).toContain(reason);
  });

  it.each([
    ["nothing but its version", [0, 1]],
    ["frames of no rows", [0, 1, 100, 0, 10_000, "p-"]],
  ])("loses its connection for a greeting with %s", async (_, greeting) => {
    const port = await answering(() => "", packr.pack(greeting));
    const { stream, states } = client(port, { retryLeastMs: 10_000 });
    expect(await stream.decide(GET)).toMatchObject({ status: 503, failure: "not_connected" });
    expect(states.at(-1)).toContain("a limit is no count");
  });

  it("is given up where it does not greet", { timeout: 20_000 }, async () => {
    const { stream, states } = client(await answering(() => "", null), { deadlineMs: 50, retryLeastMs: 10_000 });
    await until(async () => (await stream.decide(GET)).failure === "not_connected", 10_000);
    expect(states.at(-1)).toContain("the server is silent");
  });

  it("has its unknown verdicts taken as refusals, and other frames passed over", async () => {
    const { stream } = client(await answering((seq) => packr.pack([1, seq, [[1, 77, 200]]])));
    expect(await stream.decide(GET)).toMatchObject({ id: "p-1", verdict: "block", failure: null });
  });
});

describe("/authz/stream", () => {
  it("is for configured peers that are no browsers, and no more than are allowed", async () => {
    const { port, metrics } = await serve(POLICY, { stream: { connectionsMax: 1 } }, FILES);
    const first = await new RawWebSocket(port, "/authz/stream").opened();
    expect(first.head).toMatch(/^HTTP\/1.1 101/);
    const second = await new RawWebSocket(port, "/authz/stream").opened();
    expect(second.head).toMatch(/^HTTP\/1.1 503[^]*Retry-After: 1/);
    first.socket.destroy();
    await until(async () => (await metrics()).includes("stream_connections 0"));
    const page = await new RawWebSocket(port, "/authz/stream", { origin: "https://evil.example" }).opened();
    expect(page.head).toMatch(/^HTTP\/1.1 403/);
    expect((await new RawWebSocket(port, "/authz/stream").opened()).head).toMatch(/101/);
    const other = await serve(POLICY, { adapterPeers: ["192.0.2.0/24"] }, FILES);
    expect((await new RawWebSocket(other.port, "/authz/stream").opened()).head).toMatch(/^HTTP\/1.1 403/);
  });

  it("tells who asks without an upgrade what it is", async () => {
    const { url } = await serve(POLICY, {}, FILES);
    const answer = await fetch(`${url}/authz/stream`);
    expect(answer.status).toBe(426);
    expect(await answer.json()).toMatchObject({ detail: "this is a WebSocket" });
  });
});

describe("what the server could not read", () => {
  const nested = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
  const looped: Record<string, unknown> = {};
  Object.assign(looped, { one: looped, two: looped });
  const more = (members: object): StreamRequest => ({ ...LOGIN, ...members }) as StreamRequest;

  it.each<[string, StreamRequest, string]>([
    ["nothing", undefined as unknown as StreamRequest, "a request must be an object"],
    ["a path that is a number", more({ path: 5 }), "path must be a text"],
    ["a header that is a number", more({ headers: { a: 1 } }), "headers must be an object of texts"],
    ["a date in the body", more({ body: { at: new Date() } }), "body must be what JSON has"],
    ["bytes as the body", more({ body: new Uint8Array(3) }), "body must be what JSON has"],
    ["a function in the body", more({ body: [(): void => {}] }), "body must be what JSON has"],
    ["a large integer", more({ body: 2n ** 80n }), "body must be what JSON has"],
    ["an object in itself, twice", more({ body: looped }), "body must be what JSON has"],
    ["a size that is a text", more({ size: "5" }), "size must be a whole number, and not negative"],
    ["facts that are a list", more({ facts: [] }), "facts must be an object of what JSON has"],
    ["scopes that are a text", more({ scopes: "a" }), "scopes must be an array of texts"],
    ["a credential of numbers", more({ credential: { id: 5 } }), "credential must be an id, and two times or null"],
  ])("%s is refused alone", async (_, request, reason) => {
    const server = await serve(POLICY, {}, FILES);
    const { stream, states } = client(server.port);
    const [before, refused, after] = await Promise.all([
      stream.decide(GET),
      stream.decide(request),
      stream.decide(GET),
    ]);
    expect(refused).toMatchObject({ verdict: "block", failure: "rejected", reason });
    expect([before, after]).toMatchObject([{ failure: null }, { failure: null }]);
    expect(states).toEqual(["open"]);
  });

  it.each<[string, StreamRequest]>([
    ["half a surrogate pair", more({ body: { username: "\ud800", "\udfff": 1 } })],
    ["half a surrogate pair in a path and a header", more({ path: "/\ud800", headers: { "x-a": "\udc00" } })],
    ["a body that nests deep", more({ body: { username: nested(3_000) } })],
    ["a body that nests as deep as is read", more({ body: nested(32) })],
    [
      "headers of one name as a list, and one that is undefined",
      more({ headers: { "set-cookie": ["a"], b: undefined } }),
    ],
    ["a member that is undefined", more({ body: { username: undefined } })],
  ])("%s, which a caller can bring about, is decided", async (_, request) => {
    const server = await serve(POLICY, {}, FILES);
    const { stream, states } = client(server.port);
    expect(await stream.decide(request)).toMatchObject({ verdict: "allow", failure: null });
    expect(await stream.decide({ ...request, ip: "192.0.2.9" })).toMatchObject({ failure: null });
    expect(states).toEqual(["open"]);
  });

  it("of outcomes is dropped and counted", async () => {
    const server = await serve(POLICY, {}, FILES);
    const { stream, states } = client(server.port);
    const decision = await stream.decide(LOGIN);
    const wrong = [undefined, {}, { status: "401" }, { status: 401, size: -1 }, { status: 401, latencyMicros: NaN }];
    for (const outcome of wrong) stream.report(decision, outcome as unknown as { status: number });
    stream.report(decision, { status: 401, headers: { a: 1 } as unknown as Record<string, string> });
    expect(stream.outcomesDropped).toBe(6);
    for (let times = 0; times < 2; times++) stream.report(await stream.decide(LOGIN), { status: 401 });
    expect(await stream.decide(LOGIN)).toMatchObject({ by: "stuffing" });
    expect(states).toEqual(["open"]);
  });

  it.each([
    [{ url: undefined }, "option url: `undefined` is not ws://HOST:PORT/authz/stream"],
    [{ url: "nonsense" }, "option url: `nonsense` is not ws://"],
    [{ url: "http://127.0.0.1/authz/stream" }, "is not ws://"],
    [{ failMode: "opne" }, "option failMode: `opne` is not open, closed or a function"],
  ])("of options %j is an error", (options, said) => {
    expect(() => client(9, options as unknown as StreamClientOptions)).toThrow(said);
  });
});
