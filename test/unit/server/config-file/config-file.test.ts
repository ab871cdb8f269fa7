/** Options in a file: what is read, what is refused and how, and their schema. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { readConfig } from "../../../../server/config.ts";
import type { Table } from "../../../../server/config-file/field.ts";
import { configJsonSchema } from "../../../../server/config-file/json-schema.ts";
import { mergeOptions } from "../../../../server/config-file/merge.ts";
import { printOptions } from "../../../../server/config-file/print.ts";
import { parseConfig, readConfigFile } from "../../../../server/config-file/read.ts";
import { secretOf } from "../../../../server/config-file/secrets.ts";
import { ServerError } from "../../../../server/server-error.ts";
import { fits } from "../../../helpers/json-schema.ts";
import { temporaryFolder } from "../../../helpers/server.ts";

const PATH = "/etc/edgepolicy/serve.yaml";
const SECRET = "0123456789abcdef";

const FULL = `# what the front door runs on
policy: orders.edgepolicy
listen: 0.0.0.0:8080
admin: 127.0.0.1:8081
adminToken: { env: OPERATE }
adminReadToken: { env: READ }
adminTokens:
  - { name: m.rossi, role: operate, token: { env: ROSSI } }
recentDecisions: 50
upstream: http://127.0.0.1:3000
adapterPeers: [10.0.0.0/8]
haproxy: 127.0.0.1:8082
callers: { via: [nginx, inline], shows: [outcomes] }
outcomesFrom: [log/access.log]
workers: auto
stuckExitMs: 60000
tokens: { publicOrigins: ["https://api.example.com"], clockSkewSeconds: 0, requireId: true, rememberedMax: 11, keepKeys: false, dpopNonce: true, dpopProofsMax: 12 }
signedRequests: { bodyBytesMax: 13, bodiesBytesMax: 14, replaysMax: 15 }
clientCertificates: { by: ["spiffe://example.com/proxy"] }
challenges: { secrets: [{ env: SEAL }], bits: 10, lifetimeMs: 16, passMs: 17, answersMax: 18 }
stream: { connectionsMax: 19, requestsMax: 20, rowsMax: 21, frameBytesMax: 22, waitingBytesMax: 23, idleSeconds: 60 }
peppers: { p1: { env: PEPPER } }
log:
  sink: { file: log/decisions.ndjson }
  decisions: refusals
  headers: [user-agent]
  queueBytes: 4096
  allowsOneIn: 10
  mask: { ip: network, path: hash, client: off, key: { env: OPERATE } }
  rotate: { bytes: 24, ageMs: 25, keep: 26, gzip: true }
state: orders.state
stateIntervalMs: 2000
data: data
audit: { key: audit.pem, checkpointEvery: 10, entriesMax: 1000 }
banGuard: { mode: on, percent: 2.5, least: 10, shadowMs: 60000 }
reportFormat: json
watch: false
rateLimitFields: all
stripCredentials: false
tracing: start
heldMax: 1
forwardedMax: 2
upstreamConnections: 3
connectTimeoutMs: 4
upstreamTimeoutMs: 5
sendTimeoutMs: 11
headBytesMax: 2048
bodyBytesMax: 6
bodyTimeoutMs: 7
recordBytesMax: 8
outcomesMax: 9
stopTimeoutMs: 10
`;
const ENV = { OPERATE: SECRET, READ: `${SECRET}r`, ROSSI: `${SECRET}m`, PEPPER: "salt", SEAL: SECRET.repeat(2) };

/** What is wrong with a text. */
function problemsOf(text: string, env: Readonly<Record<string, string>> = {}): string {
  try {
    parseConfig(text, PATH, env);
    return "";
  } catch (problem) {
    if (problem instanceof ServerError && problem.code === "config_invalid") return problem.message;
    throw problem;
  }
}

describe("a file of options", () => {
  it("states every option, with paths beside the file and secrets from elsewhere", () => {
    const options = parseConfig(FULL, PATH, ENV);
    expect(options).toMatchObject({
      policy: "/etc/edgepolicy/orders.edgepolicy",
      adminToken: SECRET,
      adminTokens: [{ name: "m.rossi", role: "operate", token: `${SECRET}m` }],
      peppers: { p1: "salt" },
      callers: { via: ["nginx", "inline"], shows: ["outcomes"] },
      outcomesFrom: ["/etc/edgepolicy/log/access.log"],
      workers: "auto",
      challenges: { secrets: [SECRET.repeat(2)], bits: 10 },
      log: {
        sink: { file: "/etc/edgepolicy/log/decisions.ndjson" },
        decisions: "refusals",
        mask: { path: "hash", key: SECRET },
        rotate: { keep: 26 },
      },
      data: "/etc/edgepolicy/data",
      audit: { key: "/etc/edgepolicy/audit.pem" },
      banGuard: { mode: "on", percent: 2.5 },
      watch: false,
    });
    const named = Object.keys(configJsonSchema()["properties"] as object);
    expect(Object.keys(options).sort()).toEqual(named.sort());
    expect(readConfig({ policy: "p", ...options })).toMatchObject({ recentDecisions: 50, stopTimeoutMs: 10 });
  });

  it("may be empty", () => {
    expect(parseConfig("", PATH, {})).toEqual({});
    expect(parseConfig("# nothing yet\n", PATH, {})).toEqual({});
  });

  it("takes a port that YAML reads as a number", () => {
    expect(parseConfig("listen: 8080", PATH, {})).toEqual({ listen: "8080" });
  });

  it.each([
    ["an unknown option, with the close one", "lisen: 1", "1:1: unknown option `lisen`; did you mean `listen`?"],
    ["one of a section", "log:\n  sinc: off", "2:3: unknown option `log.sinc`; did you mean `sink`?"],
    ["a name that objects have", "constructor: 1", "1:1: unknown option `constructor`"],
    ["a text for a number", "heldMax: many", "1:10: `heldMax` must be a positive whole number, but is `many`"],
    ["a fraction for a count", "heldMax: 1.5", "1:10: `heldMax` must be a positive whole number, but is 1.5"],
    ["a text for a flag", 'watch: "no"', "1:8: `watch` must be true or false, but is `no`"],
    [
      "a text for a list",
      "adapterPeers: 10.0.0.0/8",
      "1:15: `adapterPeers` must be a list of texts, but is `10.0.0.0/8`",
    ],
    [
      "another word",
      "rateLimitFields: al",
      "1:18: `rateLimitFields` must be one of refusals, all, but is `al`; did you mean `all`?",
    ],
    ["no mapping", "- policy", "1:1: the file must be a mapping of options, but is a list"],
    ["a section that is none", "log: stdout", "1:6: `log` must be a mapping of options, but is `stdout`"],
    ["a sink without its file", "log: { sink: {} }", "1:14: `log.sink.file` is missing"],
    [
      "a token without its role",
      "adminTokens:\n  - name: x\n    token: { env: OPERATE }",
      "2:5: `adminTokens[0].role` is missing",
    ],
    ["a path that is none", "data: 1", "1:7: `data` must be a path, but is 1"],
    ["a value left out", "data:", "1:6: `data` must be a path, but is nothing"],
    ["a key given twice", "watch: true\nwatch: false", "2:1: Map keys must be unique"],
    ["an alias", "policy: &p a\nstate: *p", "2:8: `state` must be a path, but is an alias, which is not followed here"],
    ["a tab", "log:\n\tsink: off", "2:1: Tabs are not allowed as indentation"],
  ])("refuses %s", (_, text, problem) => {
    expect(problemsOf(text, ENV)).toBe(`${PATH}:${problem}`);
  });

  it.each([`adminToken: ${SECRET}`, "adminToken: { env: A, file: b }", "adminToken: { env: 1 }"])(
    "takes no secret that stands in it: %s",
    (text) => {
      const problem = problemsOf(text);
      expect(problem).toContain(
        "1:13: `adminToken`: a secret stands elsewhere: write `{ env: NAME }` or `{ file: PATH }`",
      );
      expect(problem).not.toContain(SECRET);
    },
  );

  it("says that a secret's variable or file is not there", () => {
    expect(problemsOf("peppers: { p1: { env: NOT_SET } }")).toContain("`peppers.p1`: the variable NOT_SET is not set");
    expect(problemsOf("adminToken: { file: nowhere }")).toContain("cannot read `/etc/edgepolicy/nowhere`");
  });

  it("refuses what nests without end, in some lines", () => {
    const said = problemsOf("[".repeat(100_000)).split("\n");
    expect(said.length).toBeLessThanOrEqual(21);
    expect(said[0]).toContain(PATH);
  });

  it("refuses a tag, which the library reads on without", () => {
    expect(problemsOf("policy: a.edgepolicy\nadminToken: !env TOKEN")).toBe(
      `${PATH}:2:13: the tag "!env" says nothing about this value; remove it`,
    );
    expect(problemsOf("watch: !!set {true}")).toContain(`${PATH}:1:8: the tag "!!set" says`);
    expect(problemsOf("policy: !!str a.edgepolicy")).toBe("");
  });

  it("tells a wrong line once, and a second document", () => {
    expect(problemsOf("log:\n  sink: stdout\n\t- a: b").split("\n")).toHaveLength(1);
    expect(problemsOf("watch: true\n---\nwatch: false")).toBe(`${PATH}:2:1: the file holds more than one document`);
  });

  it("tells all problems at once", () => {
    expect(problemsOf("lisen: 1\nheldMax: 0\nlog: { sinc: 1 }").split("\n").length).toBe(3);
  });

  it("reads a secret's file without its line break", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "token"), `${SECRET}\n`);
    writeFileSync(join(folder, "serve.yaml"), "adminToken: { file: token }");
    expect(readConfigFile(join(folder, "serve.yaml"), {})).toEqual({ adminToken: SECRET });
  });

  it("says that it cannot be read", () => {
    expect(() => readConfigFile("/nowhere/serve.yaml", {})).toThrow(
      "cannot read the options `/nowhere/serve.yaml`: there is no such file",
    );
    expect(() => readConfigFile(temporaryFolder(), {})).toThrow(/^cannot read the options `[^`]*`: it is a directory$/);
    expect(() => readConfigFile("orders.edgepolicy", {})).toThrow("by its name it is a policy");
  });
});

describe("a file with other options", () => {
  const FIELDS: Table = {
    threads: { kind: "count_or_word", values: ["auto"], about: "" },
    logs: { kind: "paths", about: "" },
    seals: { kind: "secret_list", about: "" },
  };
  const read = (text: string): unknown => parseConfig(text, PATH, ENV, FIELDS);

  it("states a number or a word, paths, and secrets in a list", () => {
    expect(read("threads: auto\nlogs: [a, /b]\nseals: [{ env: READ }]")).toEqual({
      threads: "auto",
      logs: ["/etc/edgepolicy/a", "/b"],
      seals: [`${SECRET}r`],
    });
    expect(read("threads: 4")).toEqual({ threads: 4 });
  });

  it.each([
    ["threads: some", "`threads` must be a positive whole number or auto, but is `some`"],
    ["threads: 0", "`threads` must be a positive whole number or auto, but is 0"],
    ["logs: [1]", "`logs[0]` must be a path, but is 1"],
    ["seals: [text]", "`seals[0]`: a secret stands elsewhere"],
  ])("refuses %s", (text, problem) => {
    expect(() => read(text)).toThrow(problem);
  });
});

describe("the schema of options", () => {
  it("is the one in server/config.schema.json", () => {
    const file = join(import.meta.dirname, "../../../../server/config.schema.json");
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(configJsonSchema())));
  });

  it("takes what the reader takes", () => {
    expect(fits(parse(FULL), configJsonSchema())).toBe(true);
    expect(fits({ log: { sink: "off" } }, configJsonSchema())).toBe(true);
  });

  it.each([
    "lisen: 1",
    "heldMax: 0",
    "log: { sink: of }",
    "adminToken: text",
    "adminTokens: [{ name: x }]",
    "watch: 1",
  ])("refuses %s", (text) => {
    expect(fits(parse(text), configJsonSchema())).toBe(false);
  });
});

describe("options of two sources", () => {
  it("are those of the second where it states one, also within a section", () => {
    const file = { policy: "a", listen: "1", log: { sink: "stdout", queueBytes: 5 } } as const;
    expect(mergeOptions(file, { listen: "2", log: { sink: "off" } })).toEqual({
      policy: "a",
      listen: "2",
      log: { sink: "off", queueBytes: 5 },
    });
    expect(mergeOptions(file, { adapterPeers: ["::1"] })).toEqual({ ...file, adapterPeers: ["::1"] });
  });

  it("are printed as a file that means the same, without secrets", () => {
    const options = parseConfig(FULL, PATH, ENV);
    const printed = printOptions(options);
    for (const secret of Object.values(ENV)) expect(printed).not.toContain(secret);
    const without = printed.replaceAll("(set)", "{ env: OPERATE }");
    expect(Object.keys(parseConfig(without, PATH, ENV))).toEqual(Object.keys(parse(FULL) as object));
    expect(parseConfig(without, PATH, ENV)).toMatchObject({ log: options.log, banGuard: options.banGuard });
  });
});

describe("secrets of the environment", () => {
  it("are a variable's, or a file's that one names", () => {
    const path = join(temporaryFolder(), "token");
    writeFileSync(path, `${SECRET}\r\n`);
    expect(secretOf({ TOKEN: SECRET }, "TOKEN")).toBe(SECRET);
    expect(secretOf({ TOKEN_FILE: path }, "TOKEN")).toBe(SECRET);
    expect(secretOf({ TOKEN: "" }, "TOKEN")).toBeNull();
    expect(() => secretOf({ TOKEN: SECRET, TOKEN_FILE: path }, "TOKEN")).toThrow("TOKEN and TOKEN_FILE are both set");
    writeFileSync(path, "\n");
    expect(() => secretOf({ TOKEN_FILE: path }, "TOKEN")).toThrow(`option TOKEN_FILE: \`${path}\` holds no secret`);
  });
});
