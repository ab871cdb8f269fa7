/**
 * What is fuzzed, and what must hold for every input: a result or diagnostics, no crash, and the promises of each stage. Each target
 * throws where a promise is broken.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import {
  type Diagnostic,
  diagnosticsToJson,
  format,
  loadPolicyText,
  makeSource,
  parse,
  renderDiagnostics,
} from "../../dsl/index.ts";
import { createEngine } from "../../engine/index.ts";
import { isOverlayError, parseOverlays, parseRequestLine } from "../../traffic/index.ts";
import { withoutPlaces } from "../helpers/ast.ts";
import { mutatedPolicy, respacedPolicy, tokenSoup } from "../helpers/policy-texts.ts";

/** One stage with the inputs that it is given. */
export interface FuzzTarget {
  readonly name: string;
  readonly inputs: fc.Arbitrary<string>;
  /** @throws Where a promise of the stage is broken. */
  readonly run: (text: string) => void;
}

const INVENTORY = readFileSync(join(import.meta.dirname, "../../examples/orders/clients.yaml"), "utf8");

/** Bytes read as the file reader would hand them on, text or not. */
const anyBytes = fc.uint8Array({ maxLength: 400 }).map((bytes) => new TextDecoder().decode(bytes));
const anyText = fc.oneof(anyBytes, fc.string({ unit: "binary", maxLength: 300 }), fc.string({ maxLength: 300 }));
const policies = fc.oneof(
  { weight: 2, arbitrary: anyText },
  { weight: 3, arbitrary: tokenSoup },
  { weight: 5, arbitrary: mutatedPolicy },
);

function require(holds: boolean, promise: string): void {
  if (!holds) throw new Error(`broken promise: ${promise}`);
}

/** Places lie in the text, messages are written out, and all renderers take them. */
function checkDiagnostics(diagnostics: readonly Diagnostic[], text: string): void {
  for (const { span, notes, message, help, fix } of diagnostics) {
    require(!/undefined|NaN|\[object|\n/.test(message + help), `a message without holes: ${message} / ${help}`);
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

/** A text with a few pieces cut out, doubled or replaced. */
function mutated(text: string): fc.Arbitrary<string> {
  const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 12 }), fc.string({ maxLength: 4 }));
  return fc.array(edit, { minLength: 1, maxLength: 5 }).map((edits) =>
    edits.reduce((whole, [at, cut, insert]) => {
      const place = Math.floor(at * whole.length);
      return whole.slice(0, place) + insert + whole.slice(place + cut);
    }, text),
  );
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
  if (isOverlayError(overlays)) require(!/undefined|NaN|\n/.test(overlays.error), `a reason: ${overlays.error}`);
  else OVERLAID.setOverlays(overlays);
}

/** Every target, cheap ones first. */
export const TARGETS: readonly FuzzTarget[] = [
  {
    name: "request line",
    inputs: fc.oneof(anyText, mutated(REQUEST_LINE)),
    run: (text) => void parseRequestLine(text),
  },
  { name: "overlays", inputs: fc.oneof(anyText, mutated(OVERLAYS)), run: readOverlaysSoundly },
  { name: "lexer, parser", inputs: policies, run: parseSoundly },
  { name: "formatter", inputs: fc.oneof(policies, respacedPolicy), run: formatSoundly },
  { name: "checker, lints", inputs: policies, run: (text) => loadSoundly(text, { "clients.yaml": INVENTORY }) },
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
