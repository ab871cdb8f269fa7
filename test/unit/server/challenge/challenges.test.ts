/** Answers and passes at the gate: who may use them, where, when and how often. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeRequest, type Request } from "../../../../engine/index.ts";
import type { ChallengeOptions } from "../../../../server/challenge/options.ts";
import type { Gate, Ruling } from "../../../../server/gate.ts";
import { reloadPolicy } from "../../../../server/policy-loader.ts";
import { addRefusalFields } from "../../../../server/refusal.ts";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { answerTo, posedIn, type PosedText, wrongAnswerTo, zerosOf } from "../../../helpers/answers.ts";
import { makeGate } from "../../../helpers/gate.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";
import { check } from "../../../helpers/property.ts";

const POLICY = `policy "shop" { default allow }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route work  = GET "/job"
route more  = GET "/more"
route other = GET "/other"
route echo  = GET "/echo"
route dear  = GET "/dear"
rule price  on work, more then challenge pow
rule listen on echo       then challenge nonce
rule elsewhere on other   then challenge pow
limit few   on dear per ip.network allow 1 per 1m otherwise challenge pow`;
const FILES = { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) };
const SECRET = "a secret of thirty-two characters or more";
const START_MS = 1_800_000_000_000;

interface Bench {
  readonly gate: Gate;
  /** Sets the clock, in milliseconds from the start. */
  readonly at: (ms: number) => void;
}

function bench(challenges: ChallengeOptions = {}, policy = POLICY): Bench {
  let nowMs = START_MS;
  const options = { clock: () => nowMs * 1_000, challenges: { secrets: [SECRET], bits: 4, ...challenges } };
  const gate = makeGate(policy, { files: FILES, options });
  return { gate, at: (ms) => void (nowMs = START_MS + ms) };
}

interface Asked extends Partial<Request> {
  readonly answer?: string;
  /** Value of `Edge-Pass`. */
  readonly pass?: string;
}

function ask(gate: Gate, { answer = "", pass = "", ...fields }: Asked = {}): Ruling {
  const request = makeRequest({ path: "/job", ip: "203.0.113.9", ...fields });
  const earned = gate.admit(request, answer === "" && pass === "" ? null : { answer, passes: pass });
  const { id, record, client, decision, challenge, pass: gained } = gate.decide(request, "proxy", earned);
  return { number: 1, id, request, record, client, decision, challenge, pass: gained, proofNonce: null };
}

/** The challenge that is posed to a request. */
function posed(gate: Gate, asked: Asked = {}): PosedText {
  const fields = addRefusalFields([], ask(gate, asked), gate.view.policy);
  return posedIn(fields[fields.indexOf("WWW-Authenticate") + 1]);
}

const verdict = (ruling: Ruling): string => ruling.decision.verdict;
const earn = (gate: Gate, asked: Asked = {}): string =>
  ask(gate, { ...asked, answer: answerTo(posed(gate, asked)) }).pass;
const countOf = (gate: Gate, name: string, labels: string): number =>
  Number(new RegExp(`^edgepolicy_${name}\\{${labels}\\} (\\d+)$`, "m").exec(gate.metrics.render())?.[1]);

describe("an answer", () => {
  it.each([
    ["pow", "/job"],
    ["nonce", "/echo"],
  ])("to %s lets its request through, with a pass that lets others through", (kind, path) => {
    const { gate } = bench();
    const challenge = posed(gate, { path });
    expect(challenge).toMatchObject({ kind, bits: kind === "pow" ? 4 : 0, refused: "" });
    const answered = ask(gate, { path, answer: answerTo(challenge) });
    expect(verdict(answered)).toBe("allow");
    expect(answered.pass).toMatch(/^[IJ][\w-]{43};max-age=300$/);
    expect(verdict(ask(gate, { path, pass: answered.pass }))).toBe("allow");
    expect(ask(gate, { path, pass: answered.pass }).pass).toBe("");
    expect(countOf(gate, "challenges_posed_total", `kind="${kind}"`)).toBe(1);
    expect(countOf(gate, "challenge_answers_total", `kind="${kind}",result="accepted"`)).toBe(1);
    expect(countOf(gate, "challenge_passes_total", `kind="${kind}",result="accepted"`)).toBe(2);
  });

  it("is taken once", () => {
    const { gate } = bench();
    const answer = answerTo(posed(gate));
    expect(verdict(ask(gate, { answer }))).toBe("allow");
    expect(posed(gate, { answer })).toMatchObject({ kind: "pow", refused: "replayed" });
    expect(ask(gate, { answer }).pass).toBe("");
    expect(countOf(gate, "challenge_answers_total", 'kind="pow",result="replayed"')).toBe(2);
  });

  it("is taken once whatever else solves the same challenge", () => {
    const { gate } = bench({ bits: 1 });
    const { token } = posed(gate);
    const texts = Array.from({ length: 60 }, (_, counter) => `${token}.${counter}`);
    const [first = "", second = ""] = texts.filter((text) => zerosOf(text) >= 1);
    expect(verdict(ask(gate, { answer: first }))).toBe("allow");
    expect(posed(gate, { answer: second }).refused).toBe("replayed");
  });

  it("needs the work", () => {
    const { gate } = bench();
    const challenge = posed(gate);
    expect(posed(gate, { answer: wrongAnswerTo(challenge) }).refused).toBe("unsolved");
    expect(verdict(ask(gate, { answer: answerTo(challenge) }))).toBe("allow");
  });

  it("has one form", () => {
    const { gate } = bench();
    const answer = answerTo(posed(gate));
    const nonce = posed(gate, { path: "/echo" }).token;
    const [token = ""] = answer.split(".");
    for (const wrong of [
      token,
      `${token}.`,
      `${token}.01`,
      `${token}.1x`,
      `${answer} `,
      `${token}:1`,
      `${token}.12345678901`,
      "x",
      ",",
    ])
      expect(posed(gate, { answer: wrong }).refused, wrong).toBe("malformed");
    expect(posed(gate, { path: "/echo", answer: `${nonce}.1` }).refused).toBe("malformed");
    const pass = ask(gate, { answer }).pass.split(";")[0] ?? "";
    expect(posed(gate, { answer: `${pass}.1` }).refused).toBe("malformed");
  });

  it("is the caller's own: of its network, or of its client wherever it calls from", () => {
    const { gate } = bench();
    const answer = (asked: Asked): string => answerTo(posed(gate, asked));
    expect(posed(gate, { answer: answer({}), ip: "198.51.100.1" }).refused).toBe("foreign");
    expect(posed(gate, { answer: answer({}), client: "acme" }).refused).toBe("foreign");
    expect(posed(gate, { answer: answer({ client: "acme" }) }).refused).toBe("foreign");
    expect(verdict(ask(gate, { answer: answer({}), ip: "203.0.113.200" }))).toBe("allow");
    const mine = answer({ client: "acme" });
    expect(verdict(ask(gate, { answer: mine, client: "acme", ip: "198.51.100.1" }))).toBe("allow");
    const v6 = answer({ ip: "2001:db8::1" });
    expect(verdict(ask(gate, { answer: v6, ip: "2001:db8::ffff:1" }))).toBe("allow");
    expect(posed(gate, { answer: answer({ ip: "2001:db8::1" }), ip: "2001:db8:0:1::1" }).refused).toBe("foreign");
  });

  it("is for its route group", () => {
    const { gate } = bench();
    const answer = answerTo(posed(gate));
    expect(posed(gate, { path: "/other", answer }).refused).toBe("foreign");
    expect(posed(gate, { path: "/nowhere/at/all", answer })).toMatchObject({ kind: "" });
    expect(verdict(ask(gate, { path: "/more", answer }))).toBe("allow");
  });

  it("is for one server: another policy, or one with other secrets, takes none of its answers", () => {
    const { gate } = bench();
    const answer = answerTo(posed(gate));
    const strange = bench({}, POLICY.replace('"shop"', '"shed"')).gate;
    const locked = bench({ secrets: [`${SECRET}, another`] }).gate;
    expect(posed(strange, { answer }).refused).toBe("foreign");
    expect(posed(locked, { answer }).refused).toBe("foreign");
    const rotated = bench({ secrets: [`${SECRET}, another`, SECRET] }).gate;
    expect(verdict(ask(rotated, { answer }))).toBe("allow");
  });

  it("comes in time", () => {
    const { gate, at } = bench({ lifetimeMs: 10_000 });
    const [early, late] = [answerTo(posed(gate)), answerTo(posed(gate))];
    at(9_999);
    expect(verdict(ask(gate, { answer: early }))).toBe("allow");
    at(10_000);
    expect(posed(gate, { answer: late }).refused).toBe("expired");
  });

  it("is not taken anew after the clock was set forth and back", () => {
    const { gate, at } = bench({ lifetimeMs: 10_000 });
    const [used, unused] = [answerTo(posed(gate)), answerTo(posed(gate))];
    ask(gate, { answer: used });
    at(3_600_000);
    ask(gate, {});
    posed(gate);
    at(1_000);
    expect(posed(gate, { answer: used }).refused).toBe("expired");
    expect(posed(gate, { answer: unused }).refused).toBe("expired");
    // What is posed now can be answered now.
    expect(verdict(ask(gate, { answer: answerTo(posed(gate)) }))).toBe("allow");
  });

  it("is not taken from a clock that is far ahead, by more than clocks differ", () => {
    const { gate: ahead, at } = bench({ lifetimeMs: 10_000 });
    at(50_000);
    const near = answerTo(posed(ahead));
    at(61_000);
    const far = answerTo(posed(ahead));
    const { gate } = bench({ lifetimeMs: 10_000 });
    expect(posed(gate, { answer: far }).refused).toBe("expired");
    expect(verdict(ask(gate, { answer: near }))).toBe("allow");
  });

  it("is refused where no more can be remembered, each kind by itself", () => {
    const { gate, at } = bench({ answersMax: 2, lifetimeMs: 10_000 });
    const others = ["198.51.100.1", "192.0.2.1"].map((ip) => earn(gate, { ip }));
    expect(others.every((pass) => pass !== "")).toBe(true);
    const third = answerTo(posed(gate));
    expect(posed(gate, { answer: third })).toMatchObject({ refused: "full" });
    expect(ask(gate, { answer: third }).pass).toBe("");
    expect(earn(gate, { path: "/echo" })).not.toBe("");
    expect(gate.challenges.remembered.answers).toBe(3);
    at(140_000);
    expect(earn(gate)).not.toBe("");
    expect(gate.challenges.remembered.answers).toBe(2);
  });

  it("of one caller takes an eighth of what can be remembered, and leaves the rest to others", () => {
    const { gate } = bench({ answersMax: 16 });
    const asked = { path: "/echo" };
    expect([earn(gate, asked), earn(gate, asked)].every((pass) => pass !== "")).toBe(true);
    expect(posed(gate, { ...asked, answer: answerTo(posed(gate, asked)) }).refused).toBe("full");
    // Its neighbours are the same caller, its clients are not.
    expect(earn(gate, { ...asked, ip: "203.0.113.10" })).toBe("");
    expect(earn(gate, { ...asked, client: "acme", evidence: "static_secret" })).not.toBe("");
    expect(earn(gate, { ...asked, ip: "198.51.100.1" })).not.toBe("");
  });

  it("turns a limit's challenge into a throttle, which says when to come back", () => {
    const { gate } = bench();
    ask(gate, { path: "/dear" });
    const answered = ask(gate, { path: "/dear", answer: answerTo(posed(gate, { path: "/dear" })) });
    expect(verdict(answered)).toBe("throttle");
    expect(answered.decision.retryAfter).toBeGreaterThan(50);
    expect(answered.pass).not.toBe("");
  });

  it("that is changed anywhere is never taken", () => {
    const { gate } = bench({ bits: 1 });
    const answer = answerTo(posed(gate));
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    check(
      fc.property(fc.nat(43), fc.constantFrom(...alphabet.split("")), (place, letter) => {
        const changed = answer.slice(0, place) + letter + answer.slice(place + 1);
        if (changed === answer) return;
        for (let counter = 0; counter < 8; counter++) {
          const ruling = ask(gate, { answer: `${changed.slice(0, 44)}.${counter}` });
          expect([verdict(ruling), ruling.pass]).toEqual(["challenge", ""]);
        }
      }),
    );
    check(
      fc.property(fc.string({ maxLength: 120 }), fc.string({ maxLength: 600 }), (text, pass) => {
        const ruling = ask(gate, { answer: text, pass });
        expect([verdict(ruling), ruling.pass]).toEqual(["challenge", ""]);
      }),
    );
  });
});

describe("a pass", () => {
  it("ends, also where it was verified before", () => {
    const { gate, at } = bench({ passMs: 30_000 });
    const pass = earn(gate);
    at(29_999);
    expect(verdict(ask(gate, { pass }))).toBe("allow");
    expect(gate.challenges.remembered.passes).toBe(1);
    at(30_000);
    expect(verdict(ask(gate, { pass }))).toBe("challenge");
    expect(gate.challenges.remembered.passes).toBe(0);
    expect(verdict(ask(gate, { pass }))).toBe("challenge");
    at(0);
    expect(verdict(ask(gate, { pass }))).toBe("challenge");
    expect(countOf(gate, "challenge_passes_total", 'kind="pow",result="expired"')).toBe(3);
  });

  it.each([true, false])("is its caller's, for its kind and routes (verified before: %j)", (before) => {
    const { gate } = bench();
    const pass = earn(gate);
    if (before) expect(verdict(ask(gate, { pass }))).toBe("allow");
    expect(verdict(ask(gate, { pass, ip: "198.51.100.1" }))).toBe("challenge");
    expect(verdict(ask(gate, { pass, client: "acme" }))).toBe("challenge");
    expect(verdict(ask(gate, { pass, path: "/other" }))).toBe("challenge");
    expect(verdict(ask(gate, { pass, path: "/echo" }))).toBe("challenge");
    expect(verdict(ask(gate, { pass, path: "/more" }))).toBe("allow");
    expect(countOf(gate, "challenge_passes_total", 'kind="pow",result="foreign"')).toBe(4);
  });

  it("stands beside others, up to four", () => {
    const { gate } = bench();
    const [work, echo] = [earn(gate), earn(gate, { path: "/echo" })];
    for (const path of ["/job", "/echo"]) expect(verdict(ask(gate, { path, pass: `${echo}, ${work}` }))).toBe("allow");
    const junk = "J".repeat(44);
    expect(verdict(ask(gate, { pass: `${junk},${junk},${junk},${work}` }))).toBe("allow");
    expect(verdict(ask(gate, { pass: `${junk},${junk},${junk},${junk},${work}` }))).toBe("challenge");
    expect(verdict(ask(gate, { pass: `${work},${" ".repeat(600)}` }))).toBe("challenge");
  });

  it("is no answer, and an answer no pass", () => {
    const { gate } = bench();
    const answer = answerTo(posed(gate));
    expect(verdict(ask(gate, { pass: answer.slice(0, 44) }))).toBe("challenge");
    expect(posed(gate, { answer: earn(gate).slice(0, 44) }).refused).toBe("malformed");
  });

  it("outlives a reload that leaves its routes alone, and no other", () => {
    const { gate } = bench();
    const pass = earn(gate);
    const reload = (text: string): void => void reloadPolicy(() => loadPolicyText(text, FILES), gate);
    reload(POLICY.replace("rule price ", "rule cost "));
    expect(verdict(ask(gate, { pass }))).toBe("allow");
    reload(POLICY.replace("on work, more", "on work"));
    expect(verdict(ask(gate, { pass }))).toBe("challenge");
    reload(POLICY);
    expect(verdict(ask(gate, { pass }))).toBe("allow");
  });

  it("is remembered only if it is genuine", () => {
    const { gate } = bench();
    const pass = earn(gate);
    for (let n = 0; n < 100; n++) ask(gate, { pass: `J${String(n).padStart(43, "A")}` });
    expect(gate.challenges.remembered.passes).toBe(0);
    ask(gate, { pass });
    expect(gate.challenges.remembered.passes).toBe(1);
  });
});

describe("a secret made at random", () => {
  it("is told once, where something is sealed with it", () => {
    const reports: string[] = [];
    const options = { report: (line: string) => void reports.push(line) };
    const mtls = 'policy "p" { default allow }\nrule x then challenge mtls';
    const gate = makeGate(mtls, { options });
    expect(reports).toEqual([]);
    const reload = (text: string): void => void reloadPolicy(() => loadPolicyText(text), gate);
    reload(mtls.replace("mtls", "pow"));
    reload(mtls.replace("mtls", "nonce"));
    expect(reports).toEqual([expect.stringContaining("set EDGEPOLICY_CHALLENGE_SECRET")]);
    makeGate(mtls.replace("mtls", "pow"), { options });
    expect(reports).toHaveLength(2);
  });
});
