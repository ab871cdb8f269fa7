import { expect, test } from "vitest";
import { makeRequest } from "../../../engine/index.ts";
import { Parking } from "../../../simulator/parking.ts";

const parked = (request: ReturnType<typeof makeRequest>) => ({ request, status: 200, abusive: false });

test("a request that waits does not change with what its sender sends meanwhile, nor the other way round", () => {
  const parking = new Parking();
  const body = { username: "a", order: { amount: 1, inner: { deep: true } }, tags: null };
  const before = structuredClone(body);
  const request = makeRequest({ path: "/first", body });
  const place = parking.park(parked(request));
  request.path = "/second";
  body.username = "b";
  body.order.inner.deep = false;
  expect(parking.recall(place, request)).not.toBeNull();
  expect([request.path, request.body]).toEqual(["/first", before]);
  expect(request.body).not.toBe(body);
  (request.body as typeof body).order.amount = 7;
  expect(body.order.amount).toBe(1);
});

test("a place is used again, and holds nothing once it was recalled", () => {
  const parking = new Parking();
  const request = makeRequest({ path: "/a" });
  const place = parking.park(parked(request));
  expect(parking.recall(place, request)?.request.path).toBe("/a");
  expect(parking.recall(place, request)).toBeNull();
  request.path = "/b";
  expect(parking.park(parked(request))).toBe(place);
  expect(parking.park(parked(request))).not.toBe(place);
  expect(request.body).toBeUndefined();
});
