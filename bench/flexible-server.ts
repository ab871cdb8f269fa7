/**
 * A party of `limited.ts`: node:http and `rate-limiter-flexible` in memory, as its page shows them together. A process of its own, that
 * answers its first message with where it listens.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { LimitStart } from "./limit-parties.ts";
import { requireRival } from "./rivals/load.ts";

interface Flexible {
  readonly RateLimiterMemory: new (options: {
    readonly points: number;
    readonly duration: number;
  }) => { consume(key: string): Promise<unknown> };
}

const NO_BODY = { "content-length": "0" };

function serve({ most, seconds }: LimitStart): void {
  const { RateLimiterMemory } = requireRival("rate-limiter-flexible") as Flexible;
  const limiter = new RateLimiterMemory({ points: most, duration: seconds });
  const server = createServer((request, response) => {
    const answer = (status: number): void => void response.writeHead(status, NO_BODY).end();
    limiter.consume(String(request.headers["x-client"])).then(
      () => answer(200),
      () => answer(429),
    );
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1", () => {
    process.send?.({ port: (server.address() as AddressInfo).port, adminUrl: "" });
  });
}

if (process.send !== undefined) {
  process.once("message", (message) => serve(message as LimitStart));
  process.on("disconnect", () => process.exit());
}
