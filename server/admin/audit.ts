/** `/v1/audit`: the audit log as `edgepolicy audit verify` reads it. */
import { type Endpoint, onlyParameters, readLimit, readNumber } from "./call.ts";
import type { AdminParts } from "./parts.ts";

const MOST_ENTRIES = 10_000;

export function auditEndpoint({ operation: { audit } }: AdminParts): Endpoint {
  return {
    path: "/v1/audit",
    get: ({ query }) => {
      onlyParameters(query, ["after", "limit"]);
      const after = readNumber(query, "after", 0, Number.MAX_SAFE_INTEGER);
      const lines = audit.lines(after, readLimit(query, 1_000, MOST_ENTRIES));
      return { value: lines.map((line) => `${line}\n`).join(""), contentType: "application/x-ndjson" };
    },
  };
}
