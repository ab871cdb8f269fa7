import { expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { makeRequest } from "../../../../engine/index.ts";
import { SharedNetworks } from "../../../../simulator/measures/collateral.ts";
import type { PopulationSummary } from "../../../../simulator/measures/scenario-result.ts";
import { runScenario } from "../../../../simulator/index.ts";
import { stage, type Staged, textOf } from "../../../helpers/scenarios.ts";

const from = (ip: string, asn: number | null = null): ReturnType<typeof makeRequest> => makeRequest({ ip, asn });

test("counts refusals in a /24 or /64 that an attack was sent from, before or after", () => {
  const shared = new SharedNetworks();
  shared.refused(from("203.0.113.9"), 0, "alpha");
  shared.attackedFrom(from("203.0.113.200"));
  shared.attackedFrom(from("2001:db8:1:2::1"));
  shared.refused(from("203.0.113.9"), 0, "alpha");
  shared.refused(from("203.0.113.9"), 0, "beta");
  shared.refused(from("2001:db8:1:2:ffff::9"), 0, "beta");
  shared.refused(from("203.0.114.9"), 0, "gamma");
  shared.refused(from("2001:db8:1:3::1"), 0, "gamma");
  expect(shared.collateralOf(0)).toEqual({
    refused: 4,
    clients: ["alpha", "beta"],
    networks: ["2001:db8:1:2::/64", "203.0.113.0/24"],
    refusedByAsn: 0,
  });
});

test("tells populations and autonomous systems apart", () => {
  const shared = new SharedNetworks();
  shared.attackedFrom(from("198.18.0.1", 64500));
  shared.refused(from("10.0.0.1", 64500), 0, "alpha");
  shared.refused(from("10.0.0.2", 64501), 0, "alpha");
  shared.refused(from("198.18.0.9"), 1, "beta");
  expect(shared.collateralOf(0)).toMatchObject({ refused: 0, refusedByAsn: 1 });
  expect(shared.collateralOf(1)).toMatchObject({ refused: 1, refusedByAsn: 0, clients: ["beta"] });
  expect(shared.collateralOf(2)).toMatchObject({ refused: 0, networks: [] });
});

const BAN = (key: string): string => `rule guess on login when no client then block for 1h per ${key}`;
const CROWD = (networks: string): string =>
  `population callers = steady { clients where client.kind is partner rate 1 per 5s each mix thing 100% }
   attack crowd = credential_stuffing { target login from ${networks} sources 1 rate 1 per 2s from 1m to 4m success 0% }`;
const harmOf = ({ policy, scenario }: Staged): PopulationSummary =>
  runScenario(policy, scenario, { seeds: [1, 2] }).populations[0]!;

test("a ban by network harms who sits beside the attacker, and the measure says that it was that", () => {
  const harmed = harmOf(stage(BAN("ip.network"), CROWD("10.1.0.0/24")));
  const { refused } = harmed;
  expect(refused).toBeGreaterThan(50);
  expect(harmed.collateral).toEqual({ refused, refusedByAsn: refused, clients: ["alpha"] });
  expect(harmed.worstClient).toMatchObject({ client: "alpha" });
  const spared = harmOf(stage(BAN("ip.network"), CROWD("198.18.0.0/24")));
  const none = { refused: 0, refusedByAsn: 0, clients: [] };
  expect(spared).toMatchObject({ refused: 0, collateral: none, worstClient: null });
});

/** As {@link stage}, with a /16 for the first client. */
function wideStage(rules: string, clauses: string): Staged {
  const { text, files } = textOf(rules, clauses);
  const inventory = files["clients.yaml"]!.replace("10.1.0.0/24", "10.1.0.0/16");
  const { policy, scenarios } = loadPolicyText(text, { "clients.yaml": inventory });
  return { policy: policy!, scenario: scenarios[0]! };
}

test("a ban by autonomous system harms who shares that with the attacker, in whatever network of it", () => {
  const ban = BAN("ip.asn else ip.network");
  const harmed = harmOf(wideStage(ban, CROWD("10.1.0.0/16")));
  const { refused } = harmed;
  expect(refused).toBeGreaterThan(50);
  expect(harmed.collateral).toEqual({ refused: 0, refusedByAsn: refused, clients: [] });
  expect(harmed.worstClient).toMatchObject({ client: "alpha" });
  const spared = harmOf(wideStage(ban, CROWD("10.9.0.0/16")));
  expect(spared).toMatchObject({ refused: 0, collateral: { refused: 0, refusedByAsn: 0 } });
});

test("who is refused in another system than the attacker's is no collateral", () => {
  const harmed = harmOf(stage("rule closed on thing then block", CROWD("198.18.0.0/24")));
  expect(harmed.refused).toBeGreaterThan(150);
  expect(harmed.collateral).toEqual({ refused: 0, refusedByAsn: 0, clients: [] });
});
