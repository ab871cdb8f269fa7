/** Readers of logs, mappings and identifications: whatever the text, a request that an engine takes, nothing, or a reason. */
import fc from "fast-check";
import { type Request, createEngine } from "../../engine/index.ts";
import { loadPolicyText } from "../../dsl/index.ts";
import {
  formatOf,
  LOG_FORMATS,
  type LineReading,
  lineReader,
  readIdentification,
  readMapping,
  type YamlResult,
} from "../../traffic/index.ts";
import { anyText, type FuzzTarget, hasHole, mutated, require } from "./inputs.ts";

const LINES = [
  '192.0.2.1 - u [04/Mar/2026:09:00:01 +0000] "GET /a\\x20?b=1 HTTP/1.1" 200 17 "https://example.com/" "a/1 \\"b\\""',
  '{"level":"info","ts":1772614801.5,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"192.0.2.1","method":"GET","host":"h","uri":"/","headers":{"User-Agent":["a"]}},"bytes_read":1,"duration":"1m2.5s","size":1,"status":200,"resp_headers":{"Server":["Caddy"]}}',
  '2026-03-04T10:00:01.000+01:00 stdout F {"start_time":"2026-03-04T09:00:01.000Z",":authority":"h","method":"GET","path":"/","response_code":200,"bytes_sent":"1","duration":1,"downstream_remote_address":"[2001:db8::1]:1"}',
  '{"msec":"1772614801.5","remote_addr":"192.0.2.1","request":"GET / HTTP/1.1","status":"200","request_time":"0.5","http_user_agent":"a"}',
  '{"eventTime":"2026-03-04T09:00:01Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","sourceIPAddress":"192.0.2.1","userIdentity":{"accessKeyId":"A"},"requestParameters":{"a":[1]},"errorCode":"AccessDenied"}',
  '{"ClientHost":"192.0.2.1","DownstreamContentSize":3,"DownstreamStatus":404,"Duration":2500,"RequestAddr":"h","RequestMethod":"GET","RequestPath":"/?a","StartUTC":"2026-03-04T09:00:01.5Z","request_User-Agent":"a","level":"info","msg":"","time":"2026-03-04T09:00:02Z"}',
  '{"time":"2026-03-04T09:00:01.000Z","id":"a-1","adapter":"proxy","method":"GET","path":"/","host":"h","ip":"192.0.2.0/24","client":"c","credential":"k","verdict":"allow","headers":{"user-agent":"a"}}',
  'https 2026-03-04T09:00:02.000000Z app/lb/5 192.0.2.1:2817 10.0.0.1:80 0.25 0.5 -1 200 200 34 57 "GET https://h:443/?a HTTP/1.1" "a \\"b\\"" - - arn "Root" "-" "-" 0 2026-03-04T09:00:01.000000Z "forward"',
  '{"log":"192.0.2.1 - - [04/Mar/2026:09:00:01 +0000] \\"GET / HTTP/1.1\\" 200 17\\n","stream":"stdout"}',
];
const EXTENDED = `#Software: Microsoft Internet Information Services 10.0
#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc(Server) sc-status sc-bytes time-taken
2026-03-04 09:00:01 GET /a+b x=%zz 192.0.2.1 a+b - 200 7 15
2026-03-04\t09:00:01\tGET\t/a%2520b\t-\tfe80::1%4\ta%20b\ts\t404\t7\t0.001
`;
const MAPPING = `pattern: '(?<t>\\S+) (?<ip>\\S+) (?:(?<m>[A-Z]+) )?(?<p>.*?)(?<s>\\d{3})?'
others: ['#.*', '(?:x|y)+']
only: { m: [GET, POST] }
fields:
  time: { from: t, format: "%Y-%m-%dT%H:%M:%S%z" }
  ip: ip
  path: p
  query: s
  method: { from: m }
  host: { value: h }
  headers: { user-agent: m }
  response: { status: s, latency: { from: s, unit: ms } }
`;
const JSON_MAPPING =
  "fields: { time: { from: a.b, format: unix_ms }, ip: [c, d.e], path: f, facts: { g: h }, body: i }\n";
const IDENTIFICATION =
  'identify:\n  - { client: c, user_agent: ["a/*", b], header: { x-a: "*" }, evidence: network }\n  - { client: c, network: [192.0.2.0/24, "2001:db8::/32"], key: k }\n';

const { policy } = loadPolicyText(
  'policy "f" { default allow }\nroute r = GET "/r"\nsignal n = count where response.status >= 400 per ip over 1m\nrule a when host == "x" or n > 2 then block',
);
if (policy === null) throw new Error("the policy of the logs does not load");
const ENGINE = createEngine(policy);

function takeSoundly(reading: LineReading, line: string): void {
  if (reading === null) return;
  if (typeof reading === "string") {
    require(reading !== "" && !hasHole(reading, line) && !reading.includes("\n"), `a reason without holes: ${reading}`);
    return;
  }
  const { request, at, response } = reading;
  require(at === null || (Number.isSafeInteger(at) && at >= 0), `a time: ${at}`);
  require(request.ip !== "", "an address");
  const { token } = ENGINE.decide(request, at ?? 0);
  if (response === null) return;
  const { status, size, latencyMicros } = response.outcome;
  require(status >= 100 &&
    status <= 599 &&
    Number.isSafeInteger(size) &&
    Number.isSafeInteger(latencyMicros), "an outcome");
  ENGINE.observe(token, response.outcome, (at ?? 0) + (response.afterMicros ?? 0));
}

/** Each format reads or refuses the line, as often as it is asked. */
function readLineSoundly(line: string): void {
  const told = formatOf(line);
  for (const format of LOG_FORMATS) {
    const reader = lineReader(format, new Set(["c"]));
    const reading = reader.read(line);
    takeSoundly(reading, line);
    require(JSON.stringify(reader.read(line)) === JSON.stringify(reading), "a line reads the same again");
    if (told === "combined" && format === told)
      require(typeof reading === "object", "the format that is told takes the line");
  }
}

/** In an extended log one line tells what the next ones mean. */
function readExtendedSoundly(text: string): void {
  const reader = lineReader("w3c", new Set());
  for (const line of text.split("\n")) takeSoundly(reader.read(line), line);
}

function checkProblems(result: YamlResult<unknown>, text: string): void {
  if (result.ok) return;
  require(result.problems.length > 0, "what is refused has a problem");
  for (const problem of result.problems) {
    require(/^(?:\d+:\d+: |and \d+ more$)/.test(problem) &&
      !hasHole(problem, text), `a problem with its place: ${problem}`);
  }
}

function mapSoundly(text: string): void {
  const mapping = readMapping(text);
  checkProblems(mapping, text);
  if (!mapping.ok) return;
  const reader = mapping.value.createReader(new Set(["c"]));
  for (const line of [
    "2026-03-04T09:00:01Z 192.0.2.1 GET /a 200",
    '{"a":{"b":1},"c":{"d.e":"192.0.2.1"},"f":"/"}',
    "",
    " ".repeat(500),
  ]) {
    takeSoundly(reader.read(line), line);
  }
}

function identifySoundly(text: string): void {
  const identification = readIdentification(text, ["c"]);
  checkProblems(identification, text);
  if (!identification.ok) return;
  const request = {
    ip: "192.0.2.1",
    host: "h",
    headers: { "user-agent": "a/1" },
    client: null,
    credential: null,
  } as unknown as Request;
  const entry = identification.value.identify({ request, at: null, response: null });
  require(entry >= 0 === (request.client !== null), "an entry tells a client");
}

export const LOG_TARGETS: readonly FuzzTarget[] = [
  { name: "log line", inputs: fc.oneof(anyText, ...LINES.map(mutated)), run: readLineSoundly },
  { name: "extended log", inputs: fc.oneof(anyText, mutated(EXTENDED)), run: readExtendedSoundly },
  { name: "mapping", inputs: fc.oneof(anyText, mutated(MAPPING), mutated(JSON_MAPPING)), run: mapSoundly },
  { name: "identification", inputs: fc.oneof(anyText, mutated(IDENTIFICATION)), run: identifySoundly },
];
