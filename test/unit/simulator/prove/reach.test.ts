/** The generators reach both outcomes of every sort of condition, and every answer of a limit. */
import { expect, test } from "vitest";
import { prove } from "../../../helpers/proving.ts";

const HEAD = `policy "t" { default allow }
clients from "clients.yaml"
route login = POST "/v1/login" { body { username: string, amount: int, dear: bool } }
route order = GET "/v1/orders/{id}"
`;

/** What the search did not bring about. */
function missed(declarations: string): readonly string[] {
  return prove(`${HEAD}${declarations}`, { runs: 250, longest: 60 }).unreached.map(({ message }) => message);
}

test.each([
  [
    "comparisons of a body's numbers",
    "rule r on login when amount ?? 0 > 99 or amount ?? 0 <= -5 or amount ?? 0 == 42 then block",
  ],
  ["truth", "rule r on login when dear ?? false then block"],
  [
    "members of lists and networks",
    'list bad : string = ["a", "b"]\nrule r when header["x"] ?? "" in bad or ip in 198.51.100.0/24 then block',
  ],
  [
    "beginnings, ends and parts of texts",
    'rule r when header["x"] ?? "" starts_with "bot/" or query["q"] ?? "" contains "../" or path.raw ends_with ".php" then block',
  ],
  ["patterns", "rule r on order when id matches /^[0-9]{3}$/ or id matches /^(new|old)$/ then block"],
  [
    "methods, hosts and countries",
    'rule r when method is DELETE or host == "a.example.com" or ip.country ?? "" == "XX" then block',
  ],
  [
    "clients, evidence and absence",
    'rule r when has client and client.plan == "gold" and evidence >= signed_request then note "good"\nrule s when no header["x"] then note "bare"',
  ],
  [
    "two conditions of different attributes at once",
    'rule r on login when amount ?? 0 > 1_000 and header["x"] ?? "" == "y" then block',
  ],
  [
    "the clock",
    'window night = daily 22:15 to 06:00 "Europe/Rome"\nrule r when now in night or now.hour("UTC") == 12 then block',
  ],
  [
    "counts, distinct values and outcomes",
    "signal fails = count on login where response.status == 401 per ip over 10m\nsignal names = distinct(username) on login per ip over 10m\nrule r on login when fails > 8 or names >= 12 then block",
  ],
  [
    "scores of several signals",
    "signal tries = count on login per ip over 10m\nscore risk {\n  +40 when tries > 5\n  +30 when no client\n}\nrule r on login when risk >= 70 then block",
  ],
  [
    "ages and ends of credentials",
    'rule r on order when credential.age ?? 0s > 90d or credential.id ?? "" == "k-1" then block\nrule s on login when (credential.expires_in ?? 9d) < 1h then note "soon"',
  ],
  [
    "sizes, latencies and headers of answers",
    'signal heavy = count on order where response.size >= 4KB per ip over 10m\nsignal late = count on order where response.latency > 2s and response.header["x-cache"] ?? "" == "miss" per ip over 10m\nrule r on order when heavy > 3 or late > 2 then block',
  ],
  ["declared sizes of bodies", "rule r on login when body.size > 5MB then block 413"],
  [
    "every answer of limits",
    'limit fast on login per ip allow 5 per 1s otherwise slow up to 1s\nlimit places on order per ip allow 4 at once\nrule r on login when used(fast) > 50% then note "near"',
  ],
])("%s", (_, declarations) => {
  expect(missed(`${declarations}\n`)).toEqual([]);
});

test("a refused credential is tried where the policy lets it pass", () => {
  const found = prove(
    `${HEAD.replace("default allow", "default allow refused_credentials pass")}rule r when has identity.error and identity.error is revoked then block 401\n`,
    { runs: 250, longest: 60 },
  );
  expect(found.unreached).toEqual([]);
});
