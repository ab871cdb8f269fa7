/** Requests as `test` blocks: what is written reads back as it was. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { format, loadPolicyText } from "../../../dsl/index.ts";
import { makeRequest, type Request } from "../../../engine/index.ts";
import { asTestRequest } from "../../../simulator/test-request.ts";
import { testBlockText } from "../../../simulator/test-block-text.ts";
import { check } from "../../helpers/property.ts";

const TEXT = 'policy "t" { default allow }\nroute any = GET "/a"\nfact region : string from header "x-region"\n';

function readBack(block: string) {
  const { tests, policy, diagnostics } = loadPolicyText(`${TEXT}\n${block}`);
  if (policy === null) throw new Error(`${diagnostics[0]?.message}\n${block}`);
  return { test: tests[0], policy };
}

const text = fc.string({ unit: "binary", maxLength: 12 }).filter((value) => value.isWellFormed());
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 2 },
    text,
    fc.integer(),
    fc.boolean(),
    fc.array(tie("value"), { maxLength: 3 }),
    tie("object"),
  ),
  object: fc.dictionary(text, tie("value"), { maxKeys: 3 }).map((each) => ({ ...each })),
}));

const arbitraryRequest: fc.Arbitrary<Request> = fc
  .record({
    method: fc.constantFrom("GET", "POST", "DELETE"),
    path: text.map((value) => `/${value}`),
    host: fc.constantFrom("", "api.example.com"),
    ip: fc.constantFrom("192.0.2.1", "2001:db8::1"),
    headers: fc.dictionary(fc.constantFrom("x-region", "user-agent", "accept"), text, { noNullPrototype: true }),
    body: fc.option(json.object, { nil: undefined }),
    asn: fc.option(fc.nat({ max: 4_294_967_295 })),
    country: fc.constantFrom(null, "DE"),
    ja4: fc.option(text),
    scopes: fc.option(fc.array(text, { maxLength: 2 })),
    claims: fc.option(json.object as fc.Arbitrary<Record<string, unknown>>),
    passes: fc.constantFrom([], ["pow"]),
  })
  .map((fields) => makeRequest(fields as Partial<Request>));

test("a request that a test can make is the one that is read back", () => {
  const step = fc.record({
    request: arbitraryRequest,
    at: fc.integer({ min: 0, max: 10_000_000 }),
    respond: fc.option(fc.record({ status: fc.constantFrom(200, 401), after: fc.nat({ max: 5_000 }) })),
  });
  check(
    fc.property(fc.array(step, { minLength: 1, maxLength: 3 }), text, (steps, name) => {
      const { policy } = loadPolicyText(TEXT);
      if (policy === null) throw new Error("the policy does not load");
      const written = steps.map(({ request, at, respond }) => ({
        atMicros: at * 1_000,
        repeat: null,
        request: asTestRequest(request, policy),
        respond: respond === null ? null : { status: respond.status, afterMicros: respond.after * 1_000 },
        expect: null,
      }));
      const block = testBlockText({ name: `n${name}`, comments: [name], steps: written });
      expect(format(block).text).toBe(block);
      const { test: read } = readBack(block);
      expect(read?.name).toBe(`n${name}`);
      expect(read?.steps).toMatchObject(written.map(({ request: _request, ...rest }) => rest));
      expect(read?.steps.map((each) => (each.kind === "request" ? each.request : null))).toEqual(
        written.map(({ request }) => request),
      );
    }),
  );
});

test("says when it begins, what repeats and what is expected", () => {
  const request = makeRequest({ path: "/a", ip: "192.0.2.1" });
  const step = { atMicros: 90_000_000, respond: { status: 401, afterMicros: 1_500_000 }, request };
  const block = testBlockText({
    name: "n",
    comments: ["one\nline"],
    clockMicros: Date.UTC(2026, 2, 4, 5, 6, 7) * 1_000,
    steps: [
      { ...step, repeat: { times: 3, everyMicros: 500_000, as: null }, expect: null },
      { ...step, atMicros: 120_000_000, repeat: null, respond: null, expect: { verdict: "allow", by: null } },
    ],
  });
  expect(block).toBe(`// one line
test "n" {
  clock 2026-03-04T05:06:07Z
  at 90s repeat 3 every 500ms GET "/a" from 192.0.2.1 respond 401 after 1500ms
  at 2m  GET "/a" from 192.0.2.1 expect allow
}
`);
});
