/** Comparing engines: two engines of different policies stand for engines that disagree. */
import { describe, expect, test } from "vitest";
import { ENGINES, Session } from "../../../../cli/decide/session.ts";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { createEngine, type Policy } from "../../../../engine/index.ts";
import { isRecordError, parseRequestLine, type RequestRecord } from "../../../../traffic/index.ts";
import { SIGN_IN } from "../run.ts";

function policyOf(text: string): Policy {
  const { policy } = loadPolicyText(text);
  if (policy === null) throw new Error("the policy has errors");
  return policy;
}

function record(extra: object = {}): RequestRecord {
  const parsed = parseRequestLine(
    JSON.stringify({ method: "POST", path: "/v1/login", ip: "203.0.113.9", response: { status: 401 }, ...extra }),
  );
  if (isRecordError(parsed)) throw new Error(parsed.error);
  return parsed;
}

const POLICY = policyOf(SIGN_IN);

/** The compiled engine beside one of an altered policy. */
function against(altered: string): Session {
  return new Session(POLICY, [createEngine, () => createEngine(policyOf(altered))]);
}

describe("a difference", () => {
  test("in a decision is found at its request", () => {
    const session = against(SIGN_IN.replace("fails > 2", "fails > 1"));
    expect(session.decide(record()).difference).toBeNull();
    expect(session.decide(record()).difference).toBeNull();
    const { decision, difference } = session.decide(record());
    expect(decision.verdict).toBe("allow");
    expect(difference).toMatchObject({ of: "the decision" });
    expect(difference?.compiled).toContain('"verdict":"allow"');
    expect(difference?.reference).toContain('"verdict":"block"');
  });

  test("in state alone is found at the end, with the key", () => {
    const session = against(SIGN_IN.replace("response.status == 401", "response.status == 403"));
    expect(session.decide(record()).difference).toBeNull();
    expect(session.finish()).toEqual({
      of: 'the signal `fails` of [{"option":0,"value":"203.0.113.9"}]',
      compiled: "1",
      reference: "0",
    });
  });

  test("in which outcomes are awaited is found when one is reported", () => {
    const session = against(SIGN_IN.replace(" where response.status == 401", ""));
    expect(session.decide(record()).difference).toMatchObject({
      of: "whether an outcome was awaited",
      compiled: "true",
      reference: "false",
    });
  });

  test("is none between the compiled engine and the reference", () => {
    const session = new Session(POLICY, ENGINES.both);
    for (let n = 0; n < 20; n++) {
      expect(session.decide(record({ at: n * 20_000, ip: `203.0.113.${n % 3}` })).difference).toBeNull();
    }
    expect(session.finish()).toBeNull();
    expect(session.keysLeftOut).toBe(false);
  });
});

test("reports outcomes that still wait when the requests end", () => {
  const session = against(SIGN_IN.replace("response.status == 401", "response.status == 403"));
  session.decide(record({ response: { status: 401, after: "10s" } }));
  expect(session.finish()).toMatchObject({ compiled: "1", reference: "0" });
});
