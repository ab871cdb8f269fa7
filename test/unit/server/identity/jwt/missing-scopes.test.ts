import { expect, it } from "vitest";
import { loadPolicyText } from "../../../../../dsl/index.ts";
import { createEngine, makeRequest, type Request } from "../../../../../engine/index.ts";
import { scopesToAskFor } from "../../../../../server/identity/jwt/missing-scopes.ts";
import { inventoryWith } from "../../../../helpers/tokens.ts";

const FILES = {
  "clients.yaml": inventoryWith().replace("scopes: [orders.read]", "scopes: [orders.read, orders.all]"),
};
const GRANT = "rule known on orders when granted then allow";
const REACH = "rule over_reach on orders when has client and not granted then block 403";

/** The scopes to ask for after a request of a policy with these rules. */
function scopesAfter(rules: string, fields: Partial<Request> = {}, settings = "default block"): readonly string[] {
  const { policy, diagnostics } = loadPolicyText(
    `policy "p" { ${settings} }
identity { api_key { header "x-key" } }
clients from "clients.yaml"
route orders = GET "/orders" { scopes ["orders.read", "orders.all"] min_evidence bearer_token }
route others = GET "/others" { scopes ["orders.read"] }
route foreign = GET "/foreign" { scopes ["pay"] }
let fully = granted and evidence >= bearer_token
${rules}`,
    FILES,
  );
  if (policy === null) throw new Error(JSON.stringify(diagnostics));
  const request = makeRequest({
    method: "GET",
    path: "/orders",
    ip: "192.0.2.1",
    client: "acme",
    evidence: "bearer_token",
    scopes: ["orders.read"],
    ...fields,
  });
  const record = createEngine(policy).decide(request, 1);
  expect(record.toDecision().verdict).not.toBe("allow");
  return scopesToAskFor(policy, { record, request });
}

const BOTH = ["orders.read", "orders.all"];

it.each([
  ["the rule that allows asks for the grant", GRANT, "default block"],
  ["it does by a name", "rule known on orders when fully then allow", "default block"],
  ["all do", `${GRANT}\nrule more when granted and ip != 192.0.2.7 then allow`, "default block"],
  ["either way is by the grant", "rule known when (granted and ip == 192.0.2.1) or fully then allow", "default block"],
  ["the rule that refuses asks for none", REACH, "default allow"],
  ["it does by a name", "rule reach when has client and not (fully or granted) then block", "default allow"],
])("says which scopes a token needs where %s", (_, rules, settings) => {
  expect(scopesAfter(rules, {}, settings)).toEqual(BOTH);
});

it.each<readonly [string, string, Partial<Request>, string]>([
  ["another rule would allow it", `${GRANT}\nrule open on orders when ip == 192.0.2.7 then allow`, {}, "default block"],
  ["no rule allows it", "", {}, "default block"],
  ["the rule refuses for something else", "rule reach when granted or ip == 192.0.2.1 then block", {}, "default allow"],
  [
    "it refuses what is granted too",
    "rule reach when not (granted and ip == 192.0.2.7) then block",
    {},
    "default allow",
  ],
  ["the status says something else", REACH.replace("403", "451"), {}, "default allow"],
  ["the credential is no token", GRANT, { scopes: null, evidence: "static_secret" }, "default block"],
  ["the caller is nobody", GRANT, { client: null, evidence: null, scopes: null }, "default block"],
  [
    "the route is not the client's",
    "rule known when granted then allow",
    { path: "/others", scopes: [] },
    "default block",
  ],
  [
    "the inventory does not give the scope",
    "rule known when granted then allow",
    { path: "/foreign" },
    "default block",
  ],
  ["the evidence is too weak", GRANT, { evidence: "static_secret" }, "default block"],
  ["there is no such route", "rule known when granted then allow", { path: "/none" }, "default block"],
])("says nothing where %s", (_, rules, fields, settings) => {
  expect(scopesAfter(rules, fields, settings)).toEqual([]);
});

it("goes through lets once, however often they read each other", () => {
  const lets = Array.from(
    { length: 40 },
    (_, index) => `let n${index + 1} = (n${index} and ip == 192.0.2.1) or (n${index} and ip == 192.0.2.2)`,
  );
  const rules = ["let n0 = has client and not granted", ...lets, "rule reach when n40 then block"].join("\n");
  expect(scopesAfter(rules, {}, "default allow")).toEqual(BOTH);
});
