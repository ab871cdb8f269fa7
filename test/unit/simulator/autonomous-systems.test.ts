import { expect, test } from "vitest";
import { AutonomousSystems, clientNetworks } from "../../../simulator/autonomous-systems.ts";
import { client } from "../../helpers/generators-vocabulary.ts";
import { campaign } from "../../helpers/campaign.ts";
import { castAttacker, stage, STEADY } from "../../helpers/scenarios.ts";

type Networks = readonly (readonly string[])[];

function systemsOf(clients: Networks, populations: Networks = []): AutonomousSystems {
  return new AutonomousSystems(
    { clients: clients.map((networks, i) => client(`client-${i}`, { networks })) },
    populations.map((networks) => ({ networks })),
  );
}

const FIRST = 64_512;
const FIRST_POPULATION = 4_200_000_000 + 256 * 65_536;

test("all networks of a client are one system, and each population's are another", () => {
  const systems = systemsOf([["203.0.113.0/24", "2001:db8:1::/48"], ["198.51.100.0/24"]], [[], ["192.0.2.0/24"]]);
  expect(systems.of("203.0.113.9")).toBe(FIRST);
  expect(systems.of("2001:db8:1:ffff::9")).toBe(FIRST);
  expect(systems.of("198.51.100.1")).toBe(FIRST + 1);
  expect(systems.of("192.0.2.1")).toBe(FIRST_POPULATION + 1);
  expect(systems.of("203.0.114.9")).toBeNull();
  expect(systems.of("2001:db8:2::1")).toBeNull();
});

test("of networks within one another the longest counts, of equal ones the first of the inventory", () => {
  const systems = systemsOf([["10.0.0.0/8"], ["10.1.0.0/16"], ["10.1.0.0/16"]], [["10.0.0.0/8"], ["10.2.0.0/16"]]);
  expect(systems.of("10.9.0.1")).toBe(FIRST);
  expect(systems.of("10.1.0.1")).toBe(FIRST + 1);
  expect(systems.of("10.2.0.1")).toBe(FIRST_POPULATION + 1);
});

test("no network is told apart below a /24 or a /64, since none is routed", () => {
  const systems = systemsOf([["203.0.113.5"], ["203.0.113.128/25"], ["2001:db8::5/128"]]);
  expect(systems.of("203.0.113.200")).toBe(FIRST);
  expect(systems.of("2001:db8::ffff:1")).toBe(FIRST + 2);
  expect(systems.of("2001:db8:0:1::5")).toBeNull();
});

test("clients without networks have one each", () => {
  const clients = [client("a", {}), client("b", { networks: ["10.0.0.0/8"] }), client("c", {})];
  expect(clients.map((one, place) => clientNetworks(one, place))).toEqual([
    ["100.64.0.0/24"],
    ["10.0.0.0/8"],
    ["100.64.2.0/24"],
  ]);
  const systems = new AutonomousSystems({ clients }, []);
  expect(systems.of("100.64.2.77")).toBe(FIRST + 2);
  expect(systems.of("100.64.1.77")).toBeNull();
});

const attackFrom = (networks: string): ReadonlySet<number | null> => {
  const clauses = `${STEADY}
   attack crowd = credential_stuffing { target login ${networks} sources 64 rate 5 per 1s from 0s to 2m success 0% }`;
  return new Set(campaign(castAttacker(stage("", clauses))).map(({ asn }) => asn));
};

test("an attack among honest callers is in their system, and elsewhere in systems of its own", () => {
  const own = attackFrom("");
  expect(attackFrom("from 198.18.0.0/16")).toEqual(own);
  expect(own.size).toBe(2);
  const mixed = attackFrom("from 10.1.0.0/24, 198.18.0.0/18");
  expect([...mixed].filter((asn) => !own.has(asn))).toEqual([FIRST]);
});
