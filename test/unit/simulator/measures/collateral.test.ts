import { expect, test } from "vitest";
import { makeRequest } from "../../../../engine/index.ts";
import { SharedNetworks } from "../../../../simulator/measures/collateral.ts";
import { runScenario } from "../../../../simulator/index.ts";
import { stage } from "../../../helpers/scenarios.ts";

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

const BAN = "rule guess on login when no client then block for 1h per ip.network";
const CROWD = (networks: string): string =>
  `population callers = steady { clients where client.kind is partner rate 1 per 5s each mix thing 100% }
   attack crowd = credential_stuffing { target login from ${networks} sources 1 rate 1 per 2s from 1m to 4m success 0% }`;

test("a ban by network harms who sits beside the attacker, and the measure says that it was that", () => {
  const beside = stage(BAN, CROWD("10.1.0.0/24"));
  const [harmed] = runScenario(beside.policy, beside.scenario, { seeds: [1, 2] }).populations;
  expect(harmed!.refused).toBeGreaterThan(50);
  expect(harmed!.collateral).toEqual({ refused: harmed!.refused, refusedByAsn: 0, clients: ["alpha"] });
  expect(harmed!.worstClient).toMatchObject({ client: "alpha" });
  const apart = stage(BAN, CROWD("198.18.0.0/24"));
  const [spared] = runScenario(apart.policy, apart.scenario, { seeds: [1, 2] }).populations;
  expect(spared).toMatchObject({ refused: 0, collateral: { refused: 0, clients: [] }, worstClient: null });
});
