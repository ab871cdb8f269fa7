/** Every trace can be said as a test: the printed block parses to the requests that were sent, and passes on both engines. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import type { Request } from "../../../../engine/index.ts";
import { runTests } from "../../../../simulator/index.ts";
import { requestOf } from "../../../../simulator/policy-test/fill.ts";
import { occurrencesOf } from "../../../../simulator/policy-test/occurrences.ts";
import { traceOf } from "../../../../simulator/prove/build-trace.ts";
import { choicesOf } from "../../../../simulator/prove/choices.ts";
import { arbitraryPlan } from "../../../../simulator/prove/plan.ts";
import { runTrace } from "../../../../simulator/prove/run-trace.ts";
import { makeSubject } from "../../../../simulator/prove/subject.ts";
import { testText } from "../../../../simulator/prove/test-text.ts";
import { check } from "../../../helpers/property.ts";
import { INVENTORY, proven } from "../../../helpers/proving.ts";

/** Reads everything that a request can hold. */
const POLICY = `policy "all" { default allow  refused_credentials pass }
clients from "clients.yaml"
identity { jwt "https://id.example.com" { audience "orders-api"  keys "keys.json"  client claim "azp"  claims { tenant: string from "org.id", level: int } } }
fact bot_score : int from header "x-bot-score"
fact patience  : duration from header "x-patience"
window night = daily 22:30 to 06:00 "Europe/Rome"
list bad : string = ["sqlmap", "a \\"quoted\\" tool", "naïve"]
route login = POST "/v1/login" { body { username: string, price: number, lines: int from count "lines[]", dear: int from max "lines[].price" } }
route order = GET | DELETE "/v1/orders/{id}" { scopes ["orders:read"] min_evidence bearer_token }
route graph = POST "/graphql" { body graphql }
route host  = GET "//api.example.com/v2/**"
signal tries = count on login where response.status in [401, 403] per ip, header["x-tenant"] else ip over 10m
limit flight on order per client else ip allow 3 at once
limit pace per ip allow 2 per 1s
limit daily on login per ip allow 50 per day "Europe/Rome"
rule r1 when header["user-agent"] ?? "" in bad then block
rule r2 on login when price ?? 0 > 9.75 or lines ?? 0 > 3 or dear ?? 0 < 0 then slow 500ms
rule r3 on order when id matches /^[0-9]{4}$/ and query["next"] ?? "" contains "/admin" then throttle
rule r4 when cookie["session"] ?? "" == "x y" or query.count > 3 or body.size > 1KB then block 413
rule r5 on graph when depth ?? 0 > 6 or aliases ?? 0 > 5 or operation ?? "" == "Introspect" then block
rule r6 when (bot_score ?? 0) > 80 or (patience ?? 0s) > 5s then challenge pow
rule r7 when has token.scopes and token.tenant ?? "" == "acme" and token.level ?? 0 >= 3 and any of token.scopes in ["admin"] then note "admin"
rule r8 when ip.asn ?? 0 == 64500 or ip.country ?? "" == "XX" or tls.ja4 ?? "" like "t13d*" then block for 10m doubling to 1h per ip
rule r9 when tries > 3 or now in night or method is PATCH or host == "api.example.com" then throttle
signal heavy = count where response.size > 4KB and response.latency >= 250ms and response.header["x-cache"] ?? "" == "a miss" per ip over 10m
rule r11 when heavy > 2 or credential.id ?? "" == "k-1" or credential.age ?? 0s > 90d or (credential.expires_in ?? 1d) < 1h then throttle
rule r12 when has identity.error and identity.error in [revoked, expired] then block 401
rule r10 when path in ["/.env", "/x/../y"] or path.raw ends_with ".php" then block
`;

const files = { "clients.yaml": INVENTORY, "keys.json": "" };
const subject = makeSubject(proven(POLICY).policy, []);
const choices = choicesOf(subject, 40);

/** Requests of a test as they are sent. */
function sent(text: string): { readonly at: number; readonly request: Request }[] {
  const { tests, diagnostics } = loadPolicyText(`${POLICY}\n${text}`, files);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(errors.map(({ code, message }) => `${code} ${message}`)).toEqual([]);
  const [first] = tests;
  if (first === undefined) throw new Error("no test");
  return [...occurrencesOf(first)].flatMap(({ step, atMicros, repetition }) =>
    step.kind === "request" ? [{ at: first.clockMicros + atMicros, request: requestOf(step, repetition) }] : [],
  );
}

test("a trace is written as the test that it is, and the test passes", () => {
  check(
    fc.property(arbitraryPlan, (plan) => {
      const run = runTrace(subject.policy, traceOf(plan, choices));
      const refuting = run.events.length - 1;
      const text = testText(run, { name: "written", comments: ["one", "two"], refuting });
      const expected = run.events.map(({ atMicros, request }) => ({ at: atMicros, request }));
      expect(sent(text)).toEqual(expected);
      const { policy, sources, tests } = loadPolicyText(`${POLICY}\n${text}`, files);
      if (policy === null) throw new Error("it does not load");
      const load = (): ReturnType<typeof loadPolicyText> => loadPolicyText("");
      const suite = { file: "p", policy, sources, tests };
      const { tests: results } = runTests(suite, { load, coverage: false, filter: null });
      expect(results.flatMap(({ failures }) => failures.map(({ problem }) => problem))).toEqual([]);
    }),
    { runs: 30 },
  );
}, 60_000);
