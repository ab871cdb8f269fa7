import { Packr } from "msgpackr/pack";
import { describe, expect, it } from "vitest";
import type { Request } from "../../../../engine/index.ts";
import { createReference, makeRequest, VERDICTS } from "../../../../engine/index.ts";
import { loadPolicyText } from "../../../../dsl/index.ts";
import type { Gate } from "../../../../server/gate.ts";
import { StreamSession } from "../../../../server/stream/session.ts";
import { answerTo, type PosedText } from "../../../helpers/answers.ts";
import { type GateSetup, makeGate } from "../../../helpers/gate.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";
import { RecordedSocket } from "../../../helpers/recorded-socket.ts";

const packr = new Packr({ useRecords: false });
const AT = Date.UTC(2026, 0, 1) * 1_000;

const POLICY = `policy "s" { default allow }
identity { api_key { header "x-key" } }
clients from "clients.yaml"
route login = POST "/v1/login" { body { username: string } }
route order = GET "/v1/orders/{id}"
fact bot : int from header "x-bot"
signal failures = count on login where response.status == 401 per ip over 10m
limit rate on order per client else ip allow 2 per 1m otherwise slow up to 40s
rule bots when bot ?? 0 > 5 then block because "a bot"
rule curl when header["user-agent"] ?? "" == "curl" then block 451
rule stuffing on login when failures > 1 then block 403
rule named on login when username ?? "" == "root" then block because "no root"
`;
const FILES = { "clients.yaml": inventoryOf([{ client: "acme", key: "k" }]) };

class Stream {
  readonly gate: Gate;
  readonly socket = new RecordedSocket();
  readonly session: StreamSession;
  gone = 0;
  constructor(setup: GateSetup = {}, policy = POLICY) {
    this.gate = makeGate(policy, { files: FILES, ...setup, options: { clock: () => AT, ...setup.options } });
    this.session = new StreamSession(this.gate, this.gate.config.stream, () => void this.gone++);
    this.socket.onClose = () => this.session.onClose();
    this.session.onOpen(this.socket);
  }
  /** Sends frames, and returns what came back. */
  say(...frames: readonly unknown[]): readonly unknown[] {
    const before = this.socket.sent.length;
    for (const frame of frames) this.session.onMessage(frame instanceof Uint8Array ? frame : packr.pack(frame), true);
    return this.socket.sent.slice(before);
  }
  /** Says hello, names columns and asks; the rows of the answers. */
  ask(columns: readonly string[], ...rows: readonly (readonly unknown[])[]): readonly unknown[] {
    this.say([0, 1], [3, columns]);
    return (this.say([1, 7, rows])[0] as [number, number, unknown[]])[2];
  }
}

const BASIC = ["method", "path", "ip"];
/** `/é` in Latin-1. */
const notUtf8 = Buffer.from(
  packr
    .pack([1, 0, [["GET", "/é!", "192.0.2.1"]]])
    .toString("latin1")
    .replace("Ã©", "é?"),
  "latin1",
);
const deep = Array.from({ length: 40 }).reduce((inner: unknown) => [inner], 1);
const promising = Buffer.concat([
  packr.pack([1, 0, [["GET", "/", "192.0.2.1", null]]]).subarray(0, -1),
  Buffer.from([0xdd, 0x7f, 0xff, 0xff, 0xff]),
]);

describe("the stream", () => {
  it("greets with what it allows, and the prefix of decisions' names", () => {
    const stream = new Stream({ options: { stream: { requestsMax: 100, rowsMax: 10, frameBytesMax: 9_999 } } });
    expect(stream.say([0, 1])).toEqual([[0, 1, 100, 10, 9_999, stream.gate.ids.prefix]]);
  });

  it("answers a frame in its order, with the number alone for what is let through", () => {
    const stream = new Stream();
    const rows = stream.ask(
      [...BASIC, "header:User-Agent"],
      ["GET", "/", "192.0.2.1", "firefox"],
      ["GET", "/", "192.0.2.1", "curl"],
      ["GET", "/", "192.0.2.1"],
      ["GET", "/", "192.0.2.1", null],
    );
    expect(rows).toEqual([1, [2, 4, 451, null, "curl", "curl"], 3, 4]);
    expect(stream.gate.metrics.verdicts[0]).toBe(3);
    expect(stream.gate.metrics.decideSeconds.counts.reduce((sum, count) => sum + count)).toBe(4);
  });

  it("tells delays, retries, refusals and who was identified", () => {
    const stream = new Stream();
    stream.say([0, 1, { refusals: true }], [3, [...BASIC, "client", "header:x-key"]]);
    const order = (client: string | null, key: string | null = null): unknown[] => [
      "GET",
      "/v1/orders/1",
      "192.0.2.1",
      client,
      key,
    ];
    const [answer] = stream.say([
      1,
      0,
      [order("acme"), order(null, "k"), order("acme"), order("acme"), order(null, "no")],
    ]);
    const [, , rows] = answer as [number, number, unknown[]];
    expect(rows[0]).toBe(1);
    expect(rows[1]).toEqual([2, 0, 200, "acme"]);
    expect(rows[2]).toEqual([3, 1, 200, null, "rate", "rate", 30]);
    const [number, verdict, status, client, by, , delay, retry, refusal] = rows[3] as unknown[];
    expect([number, verdict, status, client, by, delay, retry]).toEqual([
      4,
      3,
      429,
      null,
      "rate",
      0,
      expect.any(Number),
    ]);
    const [fields, body] = refusal as [string[], string];
    expect(fields).toContain("application/problem+json");
    expect(JSON.parse(body)).toMatchObject({ status: 429, decision: stream.gate.ids.nameOf(4) });
    expect((rows[4] as unknown[]).slice(0, 6)).toEqual([5, 4, 401, null, null, "unknown_key"]);
  });

  it("decides as the interpreter does, with every column there is", () => {
    const { policy } = loadPolicyText(POLICY, FILES);
    if (policy === null) throw new Error("the policy has errors");
    const columns = [
      ...["method", "path", "ip", "host", "size", "headers", "body", "asn", "country", "ja4", "facts", "client"],
      ...["evidence", "identity_error", "scopes", "claims", "credential", "passes"],
    ];
    const requests: Partial<Request>[] = [
      { method: "POST", path: "/v1/login", body: { username: "root" }, size: 3, facts: { bot: 1 } },
      { method: "POST", path: "/v1/login", body: { username: "ü", deep: [{ a: [1.5, -1, true, null] }] } },
      { facts: { bot: 9 }, asn: 64_500, country: "IT", ja4: "t13d" },
      { client: "acme", evidence: "bearer_token", scopes: ["a"], claims: { t: "x" }, passes: ["pow"] },
      { credential: { id: "k1", issued: 1e15, expires: null }, client: "acme", headers: { "user-agent": "curl" } },
      { identityError: "expired" },
      { path: "/v1/orders/é?x=1", ip: "2001:DB8::1", host: "a.example" },
    ];
    const rowOf = (some: Partial<Request>): unknown[] => {
      const r = makeRequest(some);
      const credential = r.credential && [r.credential.id, (r.credential.issued ?? 0) / 1e6, r.credential.expires];
      const known = [r.method, r.path, r.ip, r.host, r.size, r.headers, r.body ?? null, r.asn, r.country, r.ja4];
      return [...known, r.facts, r.client, r.evidence, r.identityError, r.scopes, r.claims, credential, r.passes];
    };
    const engine = createReference(policy);
    const expected = requests.map((some) => {
      const { verdict, status, by } = engine.decide(makeRequest(some), AT);
      return verdict === 0 ? "allow" : [VERDICTS[verdict], status, by];
    });
    const rows = new Stream().ask(columns, ...requests.map(rowOf));
    const got = rows.map((row) => {
      const [, verdict, status, , by = null] = Array.isArray(row) ? row : [0, 0];
      return verdict === 0 ? "allow" : [VERDICTS[verdict as number], status, by];
    });
    expect(got).toEqual(expected);
    expect(new Set(got.map(String)).size).toBeGreaterThan(3);
  });

  it("leaves nothing of a row to the next", () => {
    const columns = [...BASIC, "client", "header:user-agent", "fact:bot", "body", "size", "host", "identity_error"];
    const full = ["POST", "/v1/login", "192.0.2.1", "acme", "curl", 9, { username: "root" }, 5, "h", "expired"];
    const rows = new Stream().ask(
      columns,
      full,
      BASIC.map((_, i) => ["POST", "/v1/login", "192.0.2.2"][i]),
    );
    expect(rows[1]).toBe(2);
  });

  it("says of a row why it is no request, and decides the others", () => {
    const stream = new Stream();
    const rows = stream.ask(
      [...BASIC, "client", "identity_error"],
      ["GET", "/", "192.0.2.300"],
      ["G T", "/", "192.0.2.3"],
      ["GET", "x", "192.0.2.3"],
      ["GET", null, "192.0.2.3"],
      ["GET", "/", "192.0.2.3", "nobody"],
      ["GET", "/", "192.0.2.3", null, "expird"],
      ["GET", "/", "192.0.2.3", "acme"],
    );
    expect(rows).toEqual([
      "ip is not an IPv4 or IPv6 address",
      "method is not an HTTP method",
      "path does not begin with /",
      "path is missing",
      "client is not in the inventory",
      "identity_error is not one of those that there are",
      1,
    ]);
    expect(stream.gate.metrics.malformed.get("bad_record")).toBe(6);
    expect(stream.socket.ended).toBeNull();
  });

  describe("and challenges", () => {
    const CHALLENGED = `policy "s" { default allow }
route job = GET "/job"
rule price on job then challenge nonce
`;
    const columns = [...BASIC, "header:edge-answer", "header:edge-pass"];
    const job = (ip: string, ...shown: readonly (string | null)[]): unknown[] => ["GET", "/job", ip, ...shown];
    type Row = readonly [number, number, number, null, string | null, string, number, number, unknown, string?];
    const askFor = (stream: Stream, ...rows: readonly unknown[]): readonly unknown[] =>
      (stream.say([1, 0, rows])[0] as [number, number, unknown[]])[2];
    const answerIn = (row: unknown): string => {
      const [, body] = (row as Row)[8] as [string[], string];
      const { challenge } = JSON.parse(body) as { challenge: Omit<PosedText, "refused"> };
      return answerTo({ ...challenge, refused: "" });
    };

    it("poses them with all that an answer takes, and tells the pass that an answer earned", () => {
      const stream = new Stream({}, CHALLENGED);
      stream.say([0, 1, { challenges: true }], [3, columns]);
      const [posed] = askFor(stream, job("192.0.2.1"));
      expect((posed as Row).slice(1, 5)).toEqual([2, 401, null, "price"]);
      const [answered] = askFor(stream, job("192.0.2.1", answerIn(posed)));
      expect((answered as Row).slice(1, 9)).toEqual([0, 200, null, null, "", 0, 0, null]);
      const [pass = ""] = ((answered as Row)[9] ?? "").split(";");
      expect(pass).not.toBe("");
      expect(askFor(stream, job("192.0.2.1", null, pass))).toEqual([3]);
    });

    it("leaves the pass of one row to no other, whether there is a column of passes or not", () => {
      for (const more of [[], ["passes"]]) {
        const stream = new Stream({}, CHALLENGED);
        stream.say([0, 1, { challenges: true }], [3, [...columns, ...more]]);
        const answer = answerIn(askFor(stream, job("192.0.2.1"))[0]);
        const rows = askFor(stream, job("192.0.2.1", answer), job("192.0.2.1"), job("192.0.2.1", answer));
        expect(rows.map((row) => (row as Row)[2])).toEqual([200, 401, 401]);
        expect(JSON.stringify((rows[2] as Row)[8])).toContain("replayed");
      }
    });

    it("takes none from a client that did not ask for it", () => {
      const stream = new Stream({}, CHALLENGED);
      stream.say([0, 1, { refusals: true }], [3, columns]);
      const answer = answerIn(askFor(stream, job("192.0.2.1"))[0]);
      const [again] = askFor(stream, job("192.0.2.1", answer));
      expect([(again as Row)[2], (again as Row).length]).toEqual([401, 9]);
      expect(stream.gate.challenges.remembered.answers).toBe(0);
    });

    it("takes them too where callers are waited for", () => {
      const stream = new Stream({}, CHALLENGED);
      stream.gate.view = { ...stream.gate.view, identifyWaits: true };
      stream.say([0, 1, { challenges: true }], [3, columns]);
      const [answered] = askFor(stream, job("192.0.2.1", answerIn(askFor(stream, job("192.0.2.1"))[0])));
      expect([(answered as Row)[2], (answered as Row).length]).toEqual([200, 10]);
    });
  });

  it("takes outcomes by number and by name, once each, without a word", () => {
    const stream = new Stream();
    const login = ["POST", "/v1/login", "192.0.2.1"];
    stream.ask(BASIC, login, login, login);
    const name = stream.gate.ids.nameOf(2);
    expect(
      stream.say([
        2,
        [
          [1, 401],
          [1, 401],
          [name, 401, 10, 0.25, { "X-A": "1" }],
          [3, 999],
          [77, 401],
        ],
      ]),
    ).toEqual([]);
    const [answer] = stream.say([1, 8, [login]]);
    expect(answer).toMatchObject([1, 8, [[4, 4, 403, null, "stuffing", "stuffing"]]]);
    expect(stream.gate.metrics.malformed.get("bad_outcome")).toBe(1);
  });

  it("takes other columns from then on", () => {
    const stream = new Stream();
    stream.ask(BASIC, ["GET", "/", "192.0.2.1"]);
    const [answer] = stream.say([3, ["fact:bot", ...BASIC]], [1, 1, [[9, "GET", "/", "192.0.2.1"]]]);
    expect(answer).toMatchObject([1, 1, [[2, 4, 403, null, "bots", "a bot"]]]);
  });

  it.each<[string, readonly unknown[], string]>([
    ["no hello", [[3, BASIC]], "the first frame is [0, version]"],
    [
      "two",
      [
        [0, 1],
        [0, 1],
      ],
      "a second hello",
    ],
    ["a number", [5], "a frame must be an array"],
    ["nothing", [new Uint8Array(0)], "the frame is cut short"],
    [
      "an unknown kind",
      [
        [0, 1],
        [9, 1],
      ],
      "there is no frame of kind 9 with 2 values",
    ],
    ["an empty array", [[0, 1], []], "there is no frame of kind -1"],
    [
      "rows without columns",
      [
        [0, 1],
        [1, 0, []],
      ],
      "rows came before",
    ],
    [
      "an unknown column",
      [
        [0, 1],
        [3, [...BASIC, "color"]],
      ],
      "there is no column `color`",
    ],
    [
      "a missing column",
      [
        [0, 1],
        [3, ["method", "path"]],
      ],
      "column `ip` is missing",
    ],
    [
      "a column twice",
      [
        [0, 1],
        [3, [...BASIC, "header:A", "header:a"]],
      ],
      "comes twice",
    ],
    [
      "headers both ways",
      [
        [0, 1],
        [3, [...BASIC, "header:a", "headers"]],
      ],
      "one or the other",
    ],
    [
      "a row that is none",
      [
        [0, 1],
        [3, BASIC],
        [1, 0, [1]],
      ],
      "a row must be an array",
    ],
    [
      "a row too long",
      [
        [0, 1],
        [3, BASIC],
        [1, 0, [["GET", "/", "192.0.2.1", 1]]],
      ],
      "a row has 4 values",
    ],
    [
      "a value of another type",
      [
        [0, 1],
        [3, BASIC],
        [1, 0, [[1, "/", "192.0.2.1"]]],
      ],
      "method must be a text",
    ],
    [
      "a negative seq",
      [
        [0, 1],
        [3, BASIC],
        [1, -1, []],
      ],
      "seq must be a whole number",
    ],
    [
      "too many rows",
      [
        [0, 1],
        [3, BASIC],
        [1, 0, new Array(5).fill(["GET", "/", "192.0.2.1"])],
      ],
      "at most 4 rows",
    ],
    [
      "too many outcomes",
      [
        [0, 1],
        [2, new Array(5).fill([1, 200])],
      ],
      "at most 4 rows",
    ],
    [
      "an outcome without a status",
      [
        [0, 1],
        [2, [[1]]],
      ],
      "an outcome is",
    ],
    ["bytes after it", [Buffer.concat([packr.pack([0, 1]), Buffer.from([0])])], "something follows"],
    ["half of it", [[0, 1], packr.pack([3, BASIC]).subarray(0, 9)], "cut short"],
    ["text that is not UTF-8", [[0, 1], [3, BASIC], notUtf8], "a text is not UTF-8"],
    [
      "a body nested too deeply",
      [
        [0, 1],
        [3, [...BASIC, "body"]],
        [1, 0, [["GET", "/", "192.0.2.1", deep]]],
      ],
      "deeper",
    ],
    ["more promised than there is", [[0, 1], [3, [...BASIC, "body"]], promising], "longer than the frame"],
    [
      "binary data",
      [
        [0, 1],
        [3, [...BASIC, "body"]],
        [1, 0, [["GET", "/", "192.0.2.1", new Uint8Array(2)]]],
      ],
      "type 0x",
    ],
    [
      "a column too many",
      [
        [0, 1],
        [3, [...BASIC, ...Array.from({ length: 62 }, (_, i) => `fact:f${i}`)]],
      ],
      "at most 64",
    ],
  ])("ends with 1007 on %s", (_, frames, reason) => {
    const stream = new Stream({ options: { stream: { rowsMax: 4 } } });
    stream.say(...frames);
    expect(stream.socket.ended?.[0]).toBe(1007);
    expect(stream.socket.ended?.[1]).toContain(reason);
    expect(stream.gone).toBe(1);
    expect(stream.gate.metrics.malformed.get("bad_frame")).toBe(1);
  });

  it("ends with 1007 on text, and with 1008 on a version that is not spoken", () => {
    const text = new Stream();
    text.session.onMessage(Buffer.from("[0,1]"), false);
    expect(text.socket.ended).toEqual([1007, "frames are binary"]);
    const other = new Stream();
    other.say([0, 2]);
    expect(other.socket.ended).toEqual([1008, "version 2 is not spoken here, but version 1"]);
  });

  it("says that no more is taken when it stops, and answers what comes still", () => {
    const stream = new Stream();
    stream.ask(BASIC, ["GET", "/", "192.0.2.1"]);
    stream.session.onStop();
    expect(stream.socket.sent.at(-1)).toEqual([2, 0]);
    expect(stream.say([1, 9, [["GET", "/", "192.0.2.1"]]])).toEqual([[1, 9, [2]]]);
    stream.socket.end(1000, "");
  });
});

describe("callers for whom keys are fetched", () => {
  /** A stream whose API keys are found out when the test says so. */
  function waitingStream(options: GateSetup["options"] = {}): {
    stream: Stream;
    arrive: (key: string, found: boolean) => void;
  } {
    const stream = new Stream({ options });
    const asked = new Map<string, (found: boolean) => void>();
    stream.gate.view = {
      ...stream.gate.view,
      identifyWaits: true,
      verifiers: [
        {
          headers: ["x-key"],
          mayWait: true,
          isOffered: (presented) => presented.header("x-key") !== "",
          verify: (_request, presented) =>
            new Promise((resolve, reject) =>
              asked.set(presented.header("x-key"), (found) =>
                found
                  ? resolve({ client: "acme", evidence: null, credential: null, scopes: null, claims: null })
                  : reject(new Error("lost")),
              ),
            ),
        },
      ],
    };
    return { stream, arrive: (key, found) => asked.get(key)?.(found) };
  }
  const columns = [...BASIC, "header:x-key"];
  const row = (key: string | null): unknown[] => ["GET", "/", "192.0.2.1", key];
  const settle = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5));

  it("are waited for, and frames answered in their order", async () => {
    const { stream, arrive } = waitingStream();
    stream.say([0, 1], [3, columns]);
    expect(stream.say([1, 1, [row(null), row("a")]], [1, 2, [row("b"), row(null)]], [1, 3, [row(null)]])).toEqual([]);
    arrive("b", true);
    await settle();
    expect(stream.socket.sent).toHaveLength(1);
    arrive("a", true);
    await settle();
    expect(stream.socket.sent.slice(1)).toEqual([
      [1, 1, [1, [2, 0, 200, "acme"]]],
      [1, 2, [[3, 0, 200, "acme"], 4]],
      [1, 3, [5]],
    ]);
    expect(stream.say([1, 4, [row(null)]])).toEqual([[1, 4, [6]]]);
  });

  it("leave their row without a decision where that breaks", async () => {
    const { stream, arrive } = waitingStream();
    stream.say([0, 1], [3, columns], [1, 1, [row("a"), row(null)]]);
    arrive("a", false);
    await settle();
    expect(stream.socket.sent.at(-1)).toEqual([1, 1, ["who calls could not be found out", 1]]);
  });

  it("have their connection ended by a fault of ours, which is said", async () => {
    const reports: string[] = [];
    const { stream, arrive } = waitingStream({ report: (line) => void reports.push(line) });
    stream.say([0, 1], [3, columns], [1, 1, [row("a")]]);
    stream.gate.watcher = {
      decided: () => {
        throw new Error("planted");
      },
    };
    arrive("a", true);
    await settle();
    expect(stream.socket.ended).toEqual([1011, "the server failed"]);
    expect(reports.join("\n")).toContain("fault in a handler: Error: planted");
  });

  it("are no more at once than was announced", async () => {
    const { stream, arrive } = waitingStream({ stream: { requestsMax: 3 } });
    stream.say([0, 1], [3, columns], [1, 1, [row("a"), row(null)]], [1, 2, [row("b")]]);
    expect(stream.socket.ended).toBeNull();
    stream.say([1, 3, [row(null)]]);
    expect(stream.socket.ended).toEqual([1008, "more than 3 requests are unanswered"]);
    arrive("a", true);
    arrive("b", true);
    await settle();
    expect(stream.socket.sent).toHaveLength(1);
  });
});
