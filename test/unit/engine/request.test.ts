import { expect, test } from "vitest";
import { makeOutcome, makeRequest } from "../../../engine/request.ts";

test("a request has every field, with nothing known but what is stated", () => {
  expect(makeRequest({})).toEqual({
    method: "GET",
    path: "/",
    host: "",
    ip: "0.0.0.0",
    headers: {},
    body: undefined,
    size: 0,
    asn: null,
    country: null,
    ja4: null,
    client: null,
    evidence: null,
    identityError: null,
    facts: {},
    scopes: null,
    claims: null,
    credential: null,
    passes: [],
  });
  expect(Object.keys(makeRequest({ method: "POST" }))).toEqual(Object.keys(makeRequest({ path: "/a", size: 3 })));
  expect(makeRequest({ method: "POST", passes: ["pow"] })).toMatchObject({
    method: "POST",
    passes: ["pow"],
    path: "/",
  });
});

test("what nothing was stated of cannot be changed for all requests", () => {
  const { headers, facts, passes } = makeRequest({});
  for (const each of [headers, facts, passes, makeOutcome(200).headers]) expect(Object.isFrozen(each)).toBe(true);
});

test("an outcome has a status, and nothing else unless it is stated", () => {
  expect(makeOutcome(404)).toEqual({ status: 404, size: 0, latencyMicros: 0, headers: {} });
  expect(makeOutcome(200, { size: 7, headers: { "x-a": "1" } })).toEqual({
    status: 200,
    size: 7,
    latencyMicros: 0,
    headers: { "x-a": "1" },
  });
});
