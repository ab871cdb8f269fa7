/** The `fetch` that answers challenges, before a server that really poses them, as a proxy and behind one. */
import { describe, expect, it } from "vitest";
import { withChallenges } from "../../../../../server/challenge/client/index.ts";
import { echo, serve, startService, type TestServer } from "../../../../helpers/server.ts";

const POLICY = `policy "shop" { default allow }
route work = GET | POST "/job"
route echo = GET "/echo"
route cert = GET "/cert"
rule price  on work then challenge pow
rule listen on echo then challenge nonce
rule proven on cert then challenge mtls`;
const OPTIONS = { challenges: { bits: 8, secrets: ["a secret of thirty-two characters or more"] } };

async function guarded(
  options: object = OPTIONS,
): Promise<TestServer & { readonly answers: Response[]; readonly call: typeof fetch }> {
  const service = await startService(echo);
  const server = await serve(POLICY, { upstream: service.url, ...options });
  const answers: Response[] = [];
  const call = withChallenges({
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      answers.push(response);
      return response;
    },
  });
  return { ...server, answers, call };
}

const statuses = (answers: readonly Response[]): readonly number[] => answers.map(({ status }) => status);

describe("withChallenges", () => {
  it.each(["/job", "/echo"])("answers once, and then uses the pass: %s", async (path) => {
    const { url, call, answers } = await guarded();
    for (let n = 0; n < 3; n++) expect((await call(`${url}${path}`)).status).toBe(200);
    expect(statuses(answers)).toEqual([401, 200, 200, 200]);
    const { headers } = (await (await call(`${url}${path}`)).json()) as { headers: Record<string, string> };
    expect(headers["edge-pass"]).toBeUndefined();
    expect(headers["edge-answer"]).toBeUndefined();
  });

  it("sends the body again", async () => {
    const { url, call } = await guarded();
    const response = await call(new Request(`${url}/job`, { method: "POST", body: "x".repeat(70_000) }));
    expect(await response.json()).toMatchObject({ method: "POST", bytes: 70_000 });
  });

  it("answers once for many requests at a time", async () => {
    const { url, call, answers } = await guarded();
    const all = await Promise.all(Array.from({ length: 12 }, async () => (await call(`${url}/job`)).status));
    expect(all).toEqual(Array.from({ length: 12 }, () => 200));
    expect(answers.filter((each) => each.headers.has("edge-pass"))).toHaveLength(1);
  });

  it("keeps passes of several route groups", async () => {
    const { url, call, answers } = await guarded();
    for (const path of ["/job", "/echo", "/job", "/echo"]) await call(`${url}${path}`);
    expect(statuses(answers)).toEqual([401, 200, 401, 200, 200, 200]);
  });

  it("gives the refusal where it cannot answer", async () => {
    const { url, call, answers } = await guarded();
    const response = await call(`${url}/cert`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ challenge: { kind: "mtls" } });
    expect(answers).toHaveLength(1);
    const easy = withChallenges({ maxBits: 7 });
    expect(await (await easy(`${url}/job`)).json()).toMatchObject({ challenge: { kind: "pow", bits: 8 } });
  });

  it("answers once a call, also where the answer is not taken", async () => {
    const { url, call, answers } = await guarded({ challenges: { ...OPTIONS.challenges, answersMax: 1 } });
    expect((await call(`${url}/job`)).status).toBe(200);
    const others = withChallenges();
    const response = await others(`${url}/job`);
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ challenge: { refused: "full" } });
    expect(statuses(answers)).toEqual([401, 200]);
  });

  it("stops by the request's signal", async () => {
    const { url } = await guarded({ challenges: { ...OPTIONS.challenges, bits: 32 } });
    const call = withChallenges({ maxBits: 32 });
    await expect(call(`${url}/job`, { signal: AbortSignal.timeout(200) })).rejects.toThrow(/timeout/i);
  });

  it("uses a pass that comes with a refusal, and no more than once", async () => {
    const { url } = await guarded();
    const ask = (pass: string | null, answer: string | null): Promise<Response> =>
      fetch(`${url}/authz/traefik`, {
        headers: {
          "x-forwarded-for": "198.51.100.7",
          "x-forwarded-uri": "/job",
          "x-forwarded-method": "GET",
          "x-forwarded-host": "a",
          ...(pass === null ? {} : { "edge-pass": pass }),
          ...(answer === null ? {} : { "edge-answer": answer }),
        },
      });
    const sent: string[] = [];
    const behind = withChallenges({
      fetch: async (input) => {
        const { headers } = input as Request;
        sent.push(headers.has("edge-pass") ? "pass" : headers.has("edge-answer") ? "answer" : "bare");
        return ask(headers.get("edge-pass"), headers.get("edge-answer"));
      },
    });
    expect((await behind("http://a/job")).status).toBe(200);
    expect((await behind("http://a/job")).status).toBe(200);
    expect(sent).toEqual(["bare", "answer", "pass", "pass"]);
    const mocking = withChallenges({
      fetch: async () =>
        new Response(null, {
          status: 401,
          headers: {
            "edge-pass": "I;max-age=9",
            "www-authenticate": `Edge challenge="nonce", token="${"E".repeat(44)}", expires=9`,
          },
        }),
    });
    expect((await mocking("http://a/")).status).toBe(401);
  });
});
