/** What lints do not say: policies that look like a mistake and are none. */
import { expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";

const HEAD = 'policy "t" { default allow }\nsignal hits = count per ip over 5m\n';

test.each([
  [
    "a cover that ends",
    "EP3003",
    "rule a when hits > 5 then block\nrule b when hits > 9 then throttle\nrollout { a on until 2090-01-01 }",
  ],
  [
    "a cover that a canary replaces",
    "EP3003",
    "rule a when hits > 5 then block\nrule b when hits > 9 then throttle\nrule c when hits > 7 then block\nrollout { c canary 10% per ip replaces a }",
  ],
  [
    "a double that is sealed",
    "EP3041",
    "rule a when hits > 5 then block\nsealed rule b when hits > 5 then block\nrule c when has client then exempt from a",
  ],
  [
    "an exemption from a rule that banned earlier",
    "EP3043",
    "rule a when method is POST then block for 1h per ip\nrule b when method is GET and has client then exempt from a",
  ],
  [
    "a deviation below zero",
    "EP3013",
    "signal d = deviation per ip over 5m against 1d\nrule a when d < 0 and hits > 3 then throttle",
  ],
  [
    "a segment as it is, a part of one, and what stands for a missing one",
    "EP3073",
    'route o = GET "/o/{id}"\nrule a when id ?? "" == "" then throttle\nrule b on o when id in ["%C3%A9", "a%20b", "a:b", "~"] or id contains "%c" or id like "*.*" then throttle',
  ],
  [
    "a host as it is",
    "EP3069",
    'rule a when host == "a.example.com" or host in ["[::1]", "b"] or host ends_with ":" then throttle',
  ],
  [
    "another text of capitals",
    "EP3069",
    'rule a when header["x-a"] ?? "" == "A" or path.raw contains "A" then throttle',
  ],
  [
    "a signal that counts refused credentials",
    "EP3070",
    "signal wrong = count where has identity.error per ip over 5m\nrule a when wrong > 3 then throttle",
  ],
  [
    "a field that one of the routes has",
    "EP3071",
    'route a = GET "/a/{id}"\nroute b = GET "/b"\nsignal ids = distinct(id) on a, b per ip over 5m\nrule c on b when ids > 9 then throttle',
  ],
  [
    "a blank in what is decoded",
    "EP3072",
    'rule a when query["q"] ?? "" contains "union select" or query.raw contains "union%20select" then throttle',
  ],
  ["the last hour", "EP3013", 'rule a when now.hour("UTC") >= 23 then throttle'],
  ["no query at all", "EP3013", "rule a when query.count <= 0 and body.size > 0B then throttle"],
  [
    "a share of all",
    "EP3013",
    "signal d = share(method is POST) per ip over 5m\nrule a when d == 100% and hits > 3 then throttle",
  ],
  [
    "a key by what is protected, beside a limit of its own",
    "EP3019",
    'route a = POST "/a" { body { name: string } }\nlimit n on a per name else skip allow 3 per 1m\nlimit i on a per ip allow 9 per 1m',
  ],
  [
    "a user agent that is empty",
    "EP3027",
    'identity { api_key { header "x-api-key" } }\nrule a when header["user-agent"] ?? "" == "" then block',
  ],
  [
    "a user agent beside behaviour",
    "EP3027",
    'identity { api_key { header "x-api-key" } }\nrule a when header["user-agent"] ?? "" != "acme/1" and hits > 9 then block',
  ],
  [
    "a challenge in shadow",
    "EP3023",
    'identity { api_key { header "x-api-key" } }\nrule a when hits > 5 then challenge dpop\nrollout { a shadow }',
  ],
  ["an allow by what is asked for", "EP3029", 'rule a when query["v"] ?? "" == "2" then allow'],
  ["a guard that implies nothing", "EP3012", 'rule a when has header["x"] and header["x"] == "1" then block'],
  ["an escaped dot before a star", "EP3050", "rule a when host matches /[ab]\\.*/ then block"],
  ["a lazy wildcard", "EP3050", "rule a when host matches /.*?[ab]/ then block"],
  ["an expression with an anchor", "EP3051", "rule a when host matches /^a*$/ then block"],
  ["text in another case", "EP3049", "rule a when host matches /api/i then block"],
  [
    "a score that only a test reads",
    "EP3015",
    'score s { +5 when hits > 3 }\ntest "x" { at 0s GET "/" from 192.0.2.1 expect allow score s 0 }',
  ],
])("%s", (_, code, text) => {
  const { diagnostics } = loadPolicyText(`${HEAD}${text}\n`);
  expect(diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(diagnostics.map((one) => one.code)).not.toContain(code);
});

test("without a time nothing is past its end", () => {
  const clients = `clients:
  - id: acme_sync
    kind: partner
    owner: { team: sales, accountable: m.rossi }
    environment: prod
    status: active
    expires: 2020-01-31
    review_by: 2020-01-31
`;
  const { diagnostics } = loadPolicyText(`${HEAD.replace(/signal.*\n/, "")}clients from "c.yaml"\n`, {
    "c.yaml": clients,
  });
  expect(diagnostics).toEqual([]);
});

test("where ambiguous paths pass, a parameter may have an encoded slash", () => {
  const rule = 'route o = GET "/o/{id}"\nrule r on o when id == "%2F" then throttle\n';
  const codes = (setting: string): readonly string[] =>
    loadPolicyText(`policy "t" { default allow ${setting} }\n${rule}`).diagnostics.map(({ code }) => code);
  expect(codes("")).toContain("EP3073");
  expect(codes("ambiguous_paths allow")).not.toContain("EP3073");
});
