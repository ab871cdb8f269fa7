import { expect, test } from "vitest";
import { PostedLog } from "../../../../server/workers/posted-log.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("lines of one turn are posted together, and as many wait as there is room for", async () => {
  const posted: (readonly string[])[] = [];
  const log = new PostedLog(true, 10, (lines) => void posted.push(lines));
  for (const line of ["aaaa", "bbbb", "cccc", "dd"]) log.write(line);
  expect(posted).toEqual([]);
  await turn();
  expect(posted).toEqual([["aaaa", "bbbb", "dd"]]);
  log.write("e");
  expect(log.dropped).toBe(2);
  log.taken(10);
  log.write("ffff");
  await log.close();
  await turn();
  expect(posted).toEqual([["aaaa", "bbbb", "dd"], ["ffff"]]);
  expect(log.dropped).toBe(2);
});
