/**
 * What is fuzzed, and what must hold for every input: a result or diagnostics, no crash, and the promises of each stage. Each target
 * throws where a promise is broken.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Packr } from "msgpackr/pack";
import {
  type Diagnostic,
  type LoadResult,
  diagnosticsToJson,
  format,
  loadPolicy,
  loadPolicyText,
  makeSource,
  memoryFiles,
  packBundle,
  type PolicyTest,
  parse,
  RecordedFiles,
  renderDiagnostics,
} from "../../dsl/index.ts";
import { createEngine, decodeBundle, makeRequest, restoreEngine } from "../../engine/index.ts";
import { StreamSession } from "../../server/stream/session.ts";
import { runTests } from "../../simulator/index.ts";
import { isOverlayError, parseOverlays, parseRequestLine } from "../../traffic/index.ts";
import { LOG_TARGETS } from "./log-targets.ts";
import { withoutPlaces } from "../helpers/ast.ts";
import { CREDENTIAL_TARGETS } from "./credential-targets.ts";
import { makeGate } from "../helpers/gate.ts";
import { RecordedSocket } from "../helpers/recorded-socket.ts";
import { mutatedPolicy, respacedPolicy, tokenSoup } from "../helpers/policy-texts.ts";
import { FORWARDING_TARGETS } from "./forwarding-targets.ts";
import { readSpoeSoundly, SPOE_FRAME } from "./spoe.ts";
import { anyText, type FuzzTarget, hasHole, mutated, require } from "./inputs.ts";
import { TOKEN_TARGETS } from "./token-targets.ts";
import { readUsualSoundly, USUAL_RECORD } from "./usual-record.ts";

const packr = new Packr({ useRecords: false });
const INVENTORY = readFileSync(join(import.meta.dirname, "../../examples/orders/clients.yaml"), "utf8");

const policies = fc.oneof(
  { weight: 2, arbitrary: anyText },
  { weight: 3, arbitrary: tokenSoup },
  { weight: 5, arbitrary: mutatedPolicy },
);

/** Places lie in the text, messages are written out, and all renderers take them. */
function checkDiagnostics(diagnostics: readonly Diagnostic[], text: string): void {
  for (const { span, notes, message, help, fix } of diagnostics) {
    require(!hasHole(message + help, text) &&
      !/\n/.test(message + help), `a message without holes: ${message} / ${help}`);
    const places = [span, ...notes.map((note) => note.span), ...(fix === null ? [] : [fix.span])];
    for (const { file, start, end } of places) {
      require(start >= 0 && start <= end && (file !== 0 || end <= text.length), `a place in the text: ${message}`);
    }
  }
}

function parseSoundly(text: string): void {
  const { file, diagnostics } = parse(text);
  checkDiagnostics(diagnostics, text);
  renderDiagnostics(diagnostics, [makeSource("policy.edgepolicy", text)], { color: false });
  require(file.declarations.every(({ span }) => span.end > span.start), "declarations have a place");
}

function formatSoundly(text: string): void {
  const once = format(text).text;
  if (once === null) return;
  require(format(once).text === once, "formatting twice is formatting once");
  const before = parse(text).file;
  const after = parse(once).file;
  const meaning = (file: typeof before): string => JSON.stringify(withoutPlaces(file.declarations));
  require(meaning(before) === meaning(after), "formatting changes no meaning");
  const comments = (file: typeof before): string => JSON.stringify(file.comments.map((each) => each.text).sort());
  require(comments(before) === comments(after), "formatting keeps comments");
}

function loadSoundly(text: string, files: Readonly<Record<string, string>>): void {
  const result = loadPolicyText(text, files);
  const failed = result.diagnostics.some(({ severity }) => severity === "error");
  require((result.policy === null) === failed, "a policy exactly where there is no error");
  checkDiagnostics(result.diagnostics, text);
  diagnosticsToJson(result.diagnostics, result.sources);
  renderDiagnostics(result.diagnostics, result.sources, { color: true });
}

const POLICY_OF_INVENTORY =
  'policy "f" { default block }\nclients from "clients.yaml"\nlist l : network from "l.txt"\nroute r = GET "/r"\n' +
  'rule a on r when has client and client.plan == "gold" then allow\nrule b when ip in l then block\n';

/** A text with other digits and without some of its lines: most of these are still right. */
function varied(text: string): fc.Arbitrary<string> {
  const lines = text.split("\n");
  const places = [...text.matchAll(/\d/g)].map(({ index }) => index);
  const digits = fc.array(fc.tuple(fc.constantFrom(...places), fc.nat({ max: 9 })), { maxLength: 4 });
  return fc.tuple(digits, fc.subarray([...lines.keys()], { minLength: lines.length - 1 })).map(([drawn, kept]) => {
    const digitAt = new Map(drawn);
    const other = text.replace(/\d/g, (digit, at: number) => String(digitAt.get(at) ?? digit));
    return kept.map((line) => other.split("\n")[line]).join("\n");
  });
}

const REQUEST_LINE =
  '{"at":"2026-01-01T00:00:00.000Z","method":"POST","path":"/v1/login?next=/","host":"api.example.com","ip":"203.0.113.9",' +
  '"headers":{"user-agent":"curl/8"},"body":{"username":"u1"},"size":64,"asn":64500,"country":"IT","ja4":"t13d","facts":{"a":1},' +
  '"client":"acme_sync","evidence":"bearer_token","passes":[],"scopes":["a"],"claims":{"tenant":"t1"},' +
  '"credential":{"id":"k1","issued":"2026-01-01","expires":"2027-01-01"},"response":{"status":401,"size":1,"latency":"35ms"}}';

const OVERLAYS =
  '{"id":"o1","author":"a","reason":"r","ends":"2026-01-02","kill":{"network":"192.0.2.0/24"}}\n' +
  '{"id":"o2","author":"a","reason":"r","ends":"2026-01-02T00:00:00Z","quarantine":{"label":"tier","value":"gold"}}\n' +
  '{"id":"o3","author":"a","reason":"r","ends":"2026-01-02","spare":{"client":"c"},"from":"pace"}\n' +
  '{"id":"o4","author":"a","reason":"r","ends":"2026-01-02","mode":"shadow","of":"pace"}\n' +
  '{"id":"o5","author":"a","reason":"r","ends":"2026-01-02","factor":0.5,"of":"pace"}\n';
const OVERLAID = createEngine(loadPolicyText(POLICY_OF_INVENTORY, { "clients.yaml": INVENTORY, "l.txt": "" }).policy!);

/** What is read is taken by an engine; what is not has a place and a reason on one line. */
function readOverlaysSoundly(text: string): void {
  const overlays = parseOverlays(text);
  if (isOverlayError(overlays))
    require(!hasHole(overlays.error, text) && !overlays.error.includes("\n"), `a reason: ${overlays.error}`);
  else OVERLAID.setOverlays(overlays);
}

const POLICY_OF_TESTS = `policy "f" { default block }
clients from "clients.yaml"
route order = GET "/v1/orders/{order_id}"
route login = POST "/v1/login" { body { username: string  lines: int from sum "lines[].n" } }
fact bot : int from header "x-bot"
class tier = gold when client.plan ?? "" == "gold", else other
signal users = distinct(username) on login per ip over 1m
signal surge = deviation on login per tier over 1m against 1h
signal fresh = novel(ip.network) per client else ip over 5m
score risk { +40 when users > 2  +20 when bot ?? 0 > 5 }
limit pace on order per ip allow 3 per 1m refund when response.status >= 500
limit places per ip allow 2 at once
limit quota per tier allow 100 per day "Europe/Rome"
rule open on order when has client then allow
rule stuffing on login when risk >= 40 or surge > 3 or fresh then block for 15m doubling to 1h per ip.network
rollout { stuffing canary 50% per ip until 2026-01-01T01:00:00Z }
test "t" {
  clock 2026-01-01T00:00:00Z
  at 0s repeat 5 every 1s as n POST "/v1/login" from 203.0.113.9 header "x-bot" "9" body { username: "u{n}", lines: [{ n: 1 }] } respond 401 after 2s
  at 2s GET "/v1/orders/7?a=b" from 198.51.100.4 as client acme_sync with evidence bound_token claims { a: 1 } expect allow
  at 9s POST "/v1/login" from 203.0.113.9 asn 1 country "IT" ja4 "t" with pass pow respond 500 expect block by stuffing after 1m score risk 40
  at 20s reload "next.edgepolicy"
  at 21s GET "/v1/orders/8" from 198.51.100.4 expect block
}
`;

/** Whether a step alone would take longer than an input may. */
function isLong(step: PolicyTest["steps"][number]): boolean {
  return step.kind === "request" && (step.repeat?.times ?? 1) > 100;
}

/** Tests of a policy that loads run to an end: the engines agree on all of it, and what fails is a report. */
function testSoundly(text: string): void {
  const load = (main: string): LoadResult =>
    loadPolicyText(main, { "clients.yaml": INVENTORY, "next.edgepolicy": POLICY_OF_TESTS });
  const { policy, sources, tests } = load(text);
  if (policy === null || tests.flatMap(({ steps }) => steps).some(isLong)) return;
  const suite = { file: "policy.edgepolicy", policy, sources, tests };
  const options = { coverage: true, filter: null, load: () => load(POLICY_OF_TESTS) };
  for (const { failures } of runTests(suite, options).tests) {
    require(failures.every(({ problem }) => problem.kind !== "engines_differ"), "both engines decide alike");
  }
}

/** A bundle, one character a byte. */
const BUNDLE = bundleText();

function bundleText(): string {
  const files = new RecordedFiles(
    memoryFiles({ p: POLICY_OF_TESTS, "clients.yaml": INVENTORY, "next.edgepolicy": POLICY_OF_TESTS }),
  );
  return Buffer.from(packBundle("p", loadPolicy("p", files), files)).toString("latin1");
}

/** Bytes behind a hash that vouches for them, whatever they are: read, or refused with a reason. */
function readBundleSoundly(text: string): void {
  const bytes = Buffer.from(text, "latin1");
  const read = decodeBundle(bytes, () => bytes.subarray(12, 44));
  require(read.ok || read.message !== "", "what is refused has a reason");
}

/** A snapshot, one character a byte; the policy it is of. */
const STATEFUL = loadPolicyText('policy "s" { default allow }\nsignal n = count per ip over 1m').policy;
const SNAPSHOT = snapshotText();

function snapshotText(): string {
  if (STATEFUL === null) throw new Error("the policy of the snapshot does not load");
  const engine = createEngine(STATEFUL);
  for (let call = 0; call < 20; call++) engine.decide(makeRequest({ ip: `192.0.2.${call}` }), 1_000_000);
  const snapshot = engine.snapshot();
  const parts: Uint8Array[] = [];
  for (let part = snapshot.next(); part !== null; part = snapshot.next()) parts.push(part.slice());
  return Buffer.concat(parts).toString("latin1");
}

/** Any bytes are taken up as they were written, or refused with a reason. */
function restoreSoundly(text: string): void {
  if (STATEFUL === null) return;
  const restored = restoreEngine(Buffer.from(text, "latin1"), STATEFUL);
  require(restored.ok ? text === SNAPSHOT : restored.message !== "", "only the whole snapshot is taken up");
}

/** What a stream of three columns may be sent after its hello, one character a byte. */
const STREAM_GATE = makeGate(POLICY_OF_INVENTORY, { files: { "clients.yaml": INVENTORY, "l.txt": "" } });
const STREAM_FRAMES: readonly string[] = [
  [
    1,
    7,
    [["POST", "/r?a=é", "203.0.113.9", 9, "h", { a: "b" }, { u: [1.5, -3, null, true] }, "acme_sync", ["k", 1, null]]],
  ],
  [
    1,
    70_000,
    [
      ["GET", "/r", "2001:db8::1"],
      ["GET", "/r", "x"],
    ],
  ],
  [
    2,
    [
      [1, 200],
      ["a-1", 401, 10, 0.25, { "x-a": "1" }],
    ],
  ],
  [3, ["method", "path", "ip", "header:x-a", "fact:b", "scopes", "claims", "passes", "evidence"]],
  [0, 1, { refusals: true }],
].map((frame) => packr.pack(frame).toString("latin1"));

/** Any frame is answered, or ends the connection with a code and a reason. */
function streamSoundly(text: string): void {
  const socket = new RecordedSocket();
  const session = new StreamSession(STREAM_GATE, STREAM_GATE.config.stream, () => {});
  session.onOpen(socket);
  const columns = ["method", "path", "ip", "size", "host", "headers", "body", "client", "credential"];
  for (const frame of [
    [0, 1],
    [3, columns],
  ])
    session.onMessage(packr.pack(frame), true);
  const before = socket.sent.length;
  session.onMessage(Buffer.from(text, "latin1"), true);
  const { ended } = socket;
  require(ended === null || (ended[1] !== "" && !hasHole(ended[1], text)), "what ends has a reason");
  require(ended === null || ended[0] === 1007 || ended[0] === 1008, "and a code");
  require(socket.sent.length <= before + 1, "a frame has one answer");
}

/** Every target, cheap ones first. */
export const TARGETS: readonly FuzzTarget[] = [
  {
    name: "request line",
    inputs: fc.oneof(anyText, mutated(REQUEST_LINE)),
    run: (text) => void parseRequestLine(text),
  },
  {
    name: "usual record",
    inputs: fc.oneof(anyText, mutated(USUAL_RECORD)),
    run: (text) => void readUsualSoundly(text),
  },
  ...LOG_TARGETS,
  ...CREDENTIAL_TARGETS,
  ...FORWARDING_TARGETS,
  {
    name: "stream frame",
    inputs: fc.oneof(anyText, ...STREAM_FRAMES.map(mutated)),
    run: streamSoundly,
  },
  { name: "bundle", inputs: fc.oneof(anyText, mutated(BUNDLE)), run: readBundleSoundly },
  { name: "snapshot", inputs: fc.oneof(anyText, mutated(SNAPSHOT)), run: restoreSoundly },
  { name: "SPOE frame", inputs: fc.oneof(anyText, mutated(SPOE_FRAME)), run: readSpoeSoundly },
  ...TOKEN_TARGETS,
  { name: "overlays", inputs: fc.oneof(anyText, mutated(OVERLAYS)), run: readOverlaysSoundly },
  { name: "lexer, parser", inputs: policies, run: parseSoundly },
  { name: "formatter", inputs: fc.oneof(policies, respacedPolicy), run: formatSoundly },
  { name: "checker, lints", inputs: policies, run: (text) => loadSoundly(text, { "clients.yaml": INVENTORY }) },
  { name: "test runner", inputs: fc.oneof(mutated(POLICY_OF_TESTS), varied(POLICY_OF_TESTS)), run: testSoundly },
  {
    name: "inventory",
    inputs: fc.oneof(anyText, mutated(INVENTORY)),
    run: (text) => loadSoundly(POLICY_OF_INVENTORY, { "clients.yaml": text, "l.txt": "192.0.2.0/24\n" }),
  },
  {
    name: "list file",
    inputs: fc.oneof(anyText, mutated("192.0.2.0/24\n# office\n2001:db8::/32\n203.0.113.9\n\n")),
    run: (text) => loadSoundly(POLICY_OF_INVENTORY, { "clients.yaml": INVENTORY, "l.txt": text }),
  },
];
