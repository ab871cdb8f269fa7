/** Clients told by what requests show. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRequest, type Request } from "../../../../engine/index.ts";
import { type Identification, readIdentification } from "../../../../traffic/identify/identification.ts";

const CLIENTS = ["acme", "globex", "probe"];

function read(text: string): Identification {
  const result = readIdentification(text, CLIENTS);
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.value;
}

function identified(identification: Identification, fields: Partial<Request>): [string | null, string | null] {
  const request = makeRequest(fields);
  identification.identify({ request, at: null, response: null });
  return [request.client, request.evidence];
}

describe("an entry", () => {
  const identification = read(`
identify:
  - { client: probe, user_agent: ["kube-probe/*", health], evidence: network }
  - { client: acme, network: [203.0.113.0/24, 2001:db8::/32], header: { X-Partner: acme } }
  - { client: globex, key: "gx-*" }
  - { client: acme, host: acme.example.com }
`);
  it.each<[string, Partial<Request>, [string | null, string | null]]>([
    ["a user agent", { headers: { "user-agent": "kube-probe/1.2" } }, ["probe", "network"]],
    ["a whole user agent", { headers: { "user-agent": "health2" } }, [null, null]],
    ["a network and a header", { ip: "203.0.113.9", headers: { "x-partner": "acme" } }, ["acme", null]],
    ["IPv6", { ip: "2001:db8::5", headers: { "x-partner": "acme" } }, ["acme", null]],
    ["a network alone", { ip: "203.0.113.9" }, [null, null]],
    ["a key", { credential: { id: "gx-1", issued: null, expires: null } }, ["globex", null]],
    ["a host", { host: "acme.example.com" }, ["acme", null]],
    ["the first that holds", { host: "acme.example.com", headers: { "user-agent": "health" } }, ["probe", "network"]],
    ["not what the log says itself", { client: "globex", host: "acme.example.com" }, ["globex", null]],
  ])("takes requests by %s", (_name, fields, wanted) => {
    expect(identified(identification, fields)).toEqual(wanted);
  });
});

it("finds among many entries what looking through them would", () => {
  const agents = fc.constantFrom("a", "b", "c");
  const entry = fc.record({ agent: fc.option(agents), host: fc.option(agents) });
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 70 }), agents, agents, (entries, agent, host) => {
      const some = entries.filter((each) => each.agent !== null || each.host !== null);
      if (some.length === 0) return;
      const text = JSON.stringify({
        identify: some.map((each) => ({
          client: "acme",
          ...(each.agent === null ? {} : { user_agent: each.agent }),
          ...(each.host === null ? {} : { host: each.host }),
        })),
      });
      const request = makeRequest({ host, headers: { "user-agent": agent } });
      const wanted = some.findIndex((each) => (each.agent ?? agent) === agent && (each.host ?? host) === host);
      expect(read(text).identify({ request, at: null, response: null })).toBe(wanted);
    }),
    { seed: 4, numRuns: 300 },
  );
});

describe("what is wrong with a file", () => {
  it.each([
    ["", /^1:1: the file must be a mapping/],
    ["identify: x", /`identify` must be a list of entries/],
    ["identify: [{ client: acm, key: k }]", /^1:22: no client "acm" in the inventory; did you mean `acme`\?/],
    ["identify: [{ client: acme }]", /^1:12: an entry needs one of user_agent, header, network, host, key/],
    ["identify: [{ key: k }]", /has no `client`/],
    ["identify: [{ client: acme, agent: x }]", /has no member "agent"/],
    ["identify: [{ client: acme, network: 300.1.1.1 }]", /must be a network like .* but is "300.1.1.1"/],
    ["identify: [{ client: acme, network: 2001:db8::7/64 }]", /after its prefix: write "2001:db8::\/64"/],
    ["identify: [{ client: acme, key: k, evidence: strong }]", /`evidence` must be one of/],
    ["identify: [{ client: acme, key: [] }]", /`key` must not be empty/],
    ["identify: [{ client: acme, user_agent: '' }]", /must not be empty/],
    ["identify: [{ client: acme, header: x }]", /`header` must be a mapping/],
  ])("%j", (text, message) => {
    const result = readIdentification(text, CLIENTS);
    expect(result.ok ? "" : result.problems[0]).toMatch(message);
  });
});
