import { describe, expect, it } from "vitest";
import type { Request } from "../../../../engine/index.ts";
import { makeRequest } from "../../../../engine/index.ts";
import { identifyCaller, whenIdentified } from "../../../../server/identity/identify.ts";
import type { Finding, Verifier } from "../../../../server/identity/verifier.ts";
import { RecordedReply } from "../../../helpers/http-fakes.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const identity = (client: string): Finding => ({
  client,
  evidence: "bearer_token",
  credential: null,
  scopes: ["a"],
  claims: {},
});

/** A source that finds `finding` in its header, at once or a moment later. */
function source(header: string, finding: Finding, later = false): Verifier {
  return {
    headers: [header],
    mayWait: later,
    isOffered: (presented) => presented.header(header) !== "",
    verify: () => (later ? Promise.resolve(finding) : finding),
  };
}

/** @param after - The inventory that is reloaded while keys are waited for; null for none. */
async function identified(
  verifiers: readonly Verifier[],
  offered: readonly string[],
  after: readonly string[] | null = null,
): Promise<Request> {
  const identities = verifiers.map(() => ({ kind: "api_key" as const, header: "", on: null, span: SPAN }));
  const viewOf = (...clients: string[]) => ({
    policy: { identity: identities },
    verifiers,
    clients: new Set(clients),
  });
  const parts = { engine: { routeOf: () => -1 }, view: viewOf("one", "two"), now: () => 0 };
  const request = makeRequest({});
  let gone = false;
  const header = (name: string): string => {
    if (gone) throw new Error("read after the handler returned");
    return offered.includes(name) ? "x" : "";
  };
  const waiting = identifyCaller(parts, request, { header, fromProxy: false });
  gone = true;
  if (after !== null) parts.view = viewOf(...after);
  await waiting;
  return request;
}

const ORDERS = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

describe.each(ORDERS)("sources of which the first waits: %s, and the second: %s", (first, second) => {
  const a = (finding: Finding): Verifier => source("x-a", finding, first);
  const b = (finding: Finding): Verifier => source("x-b", finding, second);

  it("take the first that is present, with all that it states", async () => {
    const request = await identified([a(identity("one")), b(identity("one"))], ["x-a", "x-b"]);
    expect(request).toMatchObject({ client: "one", evidence: "bearer_token", scopes: ["a"], identityError: null });
    expect(await identified([a(identity("one")), b(identity("two"))], ["x-b"])).toMatchObject({ client: "two" });
  });

  it("name no client that is gone when they are done with waiting", async () => {
    const both = [a(identity("one")), b(identity("one"))];
    expect(await identified(both, ["x-a", "x-b"], ["one"])).toMatchObject({ client: "one", identityError: null });
    const request = await identified(both, ["x-a", "x-b"], ["two"]);
    const waited = first || second;
    expect(request).toMatchObject({ client: waited ? null : "one", evidence: waited ? null : "bearer_token" });
    expect(request.identityError).toBe(waited ? "client_unknown" : null);
  });

  it("make a request nobody's that names two clients", async () => {
    const request = await identified([a(identity("one")), b(identity("two"))], ["x-a", "x-b"]);
    expect(request).toMatchObject({
      client: null,
      evidence: null,
      scopes: null,
      claims: null,
      identityError: "identity_conflict",
    });
  });

  it("refuse by the first, and let a second that is refused not matter", async () => {
    expect(await identified([a("expired"), b(identity("two"))], ["x-a", "x-b"])).toMatchObject({
      client: null,
      identityError: "expired",
    });
    expect(await identified([a(identity("one")), b("expired")], ["x-a", "x-b"])).toMatchObject({
      client: "one",
      identityError: null,
    });
    expect((await identified([a(identity("one")), b("identity_conflict")], ["x-a", "x-b"])).client).toBeNull();
  });

  it("take nothing for nobody", async () => {
    expect(await identified([a(identity("one")), b(identity("two"))], [])).toMatchObject({
      client: null,
      identityError: null,
    });
  });
});

describe("whenIdentified", () => {
  it("goes on at once where nothing is waited for", () => {
    let ran = false;
    whenIdentified(
      null,
      new RecordedReply(),
      () => {},
      () => (ran = true),
    );
    expect(ran).toBe(true);
  });

  it("does not take a verifier that fails for a caller without a credential", async () => {
    const reply = new RecordedReply();
    const lines: string[] = [];
    let ran = false;
    const waiting = Promise.reject(new Error("boom"));
    whenIdentified(
      waiting,
      reply,
      (line) => lines.push(line),
      () => (ran = true),
    );
    await waiting.catch(() => {});
    await Promise.resolve();
    await Promise.resolve();
    expect({ ran, status: reply.status }).toEqual({ ran: false, status: 503 });
    expect(lines.join("\n")).toContain("boom");
  });
});
