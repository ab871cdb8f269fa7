/** What the admin interface works with. */
import type { SourceFile } from "../../dsl/index.ts";
import type { Gate } from "../gate.ts";
import type { Operation } from "../operation.ts";
import type { ReloadResult } from "../policy-loader.ts";
import type { Crew } from "../workers/crew.ts";
import type { Act } from "../containment/act.ts";

export interface AdminParts {
  readonly gate: Gate;
  readonly operation: Operation;
  /** Release of the HTTP library, for `/v1/policy`. */
  readonly transport: string;
  /** @param cause - For the report and the audit log. */
  readonly reload: (cause: string, by: Omit<Act, "reason">) => Promise<ReloadResult>;
  /** Texts of the running policy. */
  readonly sources: () => readonly SourceFile[];
  /** Why the server is not ready: it stops, or too few workers serve. Null where it is. */
  readonly unready: () => string | null;
  /** Null where there are no workers. */
  readonly crew: Pick<Crew, "size" | "up" | "ends" | "decisions" | "metrics" | "settled"> | null;
}
