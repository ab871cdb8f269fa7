/** An inventory that was read once need not be read again for a load in which only the policy has changed; all else is as if it were. */
import { describe, expect, test } from "vitest";
import { loadPolicyText, rememberClients } from "../../../dsl/index.ts";
import { readClients } from "../../../dsl/inventory/clients.ts";
import { Report } from "../../../dsl/check/report.ts";

const POLICY =
  'policy "p" { default block }\nclients from "clients.yaml"\nroute order = GET "/o"\nrule ok on order when has client then allow\n';
const INVENTORY = `teams: [{ id: t, contact: "mailto:t@example.com", people: [a] }]
people: [{ id: a, active: true }]
clients:
  - { id: one, kind: partner, purpose: p, owner: { team: t, accountable: a }, environment: prod, status: active, operations: [order] }
`;

describe("an inventory that was read before", () => {
  test("is the same object, and another text is read", () => {
    const read = rememberClients();
    const first = read(INVENTORY, 1, new Report());
    expect(read(INVENTORY, 1, new Report())).toBe(first);
    const other = INVENTORY.replace("id: one", "id: two");
    expect(read(other, 1, new Report()).clients.map(({ client }) => client.id)).toEqual(["two"]);
    expect(read(INVENTORY, 1, new Report())).toEqual(readClients(INVENTORY, 1, new Report()));
  });

  test("has its places in the file that it is now", () => {
    const read = rememberClients();
    read(INVENTORY, 1, new Report());
    expect(read(INVENTORY, 2, new Report()).clients[0]?.span.file).toBe(2);
  });

  test("says again what is wrong with it", () => {
    const readAgain = rememberClients();
    const broken = INVENTORY.replace("environment: prod", "environment: 7");
    const twice = INVENTORY + (INVENTORY.split("\n").at(-2) ?? "");
    for (const text of [INVENTORY, broken, twice]) {
      const files = { "clients.yaml": text };
      const fresh = loadPolicyText(POLICY, files);
      for (let time = 0; time < 3; time++)
        expect(loadPolicyText(POLICY, files, { readClients: readAgain })).toEqual(fresh);
      const codes = fresh.diagnostics.map(({ severity }) => severity);
      expect(codes.includes("error")).toBe(text !== INVENTORY);
    }
  });
});
