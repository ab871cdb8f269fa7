import { expect, test } from "vitest";
import { castActors } from "../../../simulator/cast.ts";
import { stage } from "../../helpers/scenarios.ts";

const CLIENTS = 300;

test("each client is found at once, however many there are", () => {
  const { policy, scenario } = stage(
    "",
    "population p = steady { clients [alpha]  rate 1 per 1s each  mix thing 100% }",
  );
  const [model] = policy.clients;
  let reads = 0;
  const clients = Array.from({ length: CLIENTS }, (_, place) => ({
    ...model!,
    get id(): string {
      reads++;
      return `client_${place}`;
    },
  }));
  const [population] = scenario.populations;
  const crowd = { ...population!, clients: clients.map((_, place) => `client_${place}`) };
  const { actors } = castActors({ ...policy, clients }, { ...scenario, populations: [crowd] }, 1);
  expect(actors.map(({ name }) => name)).toEqual(crowd.clients);
  expect(reads).toBeLessThan(20 * CLIENTS);
});
