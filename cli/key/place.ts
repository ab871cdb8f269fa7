/** Where a new credential belongs: the client's record in the inventory of a policy. */
import { type PolicyAnalysis, positionAt } from "../../dsl/index.ts";
import { closestName } from "../../traffic/index.ts";
import { loadAnalysis } from "../policy-file.ts";
import { CliProblem } from "../problem.ts";

/** States of a client in which it is let in. */
const LET_IN = ["active", "quarantined"];

/** A place in the inventory. */
export interface CredentialPlace {
  /** The client's record, as `FILE:LINE`. */
  readonly place: string;
  /** Why the key will not let the client in for now; empty where it will. */
  readonly warning: string;
}

/**
 * Finds the client in the inventory of the policy at `path`, whatever else is wrong with that.
 *
 * @throws {@link CliProblem} Where there is no such client, or a credential of the inventory has that id.
 */
export function placeOf(path: string, client: string, credential: string): CredentialPlace {
  const analysis = loadAnalysis(path);
  const { client: known, span } = findClient(path, analysis, client);
  refuseTaken(analysis, credential);
  const source = analysis.sources[span.file];
  const line = source === undefined ? 0 : positionAt(source, span.start).line;
  const warning = LET_IN.includes(known.status) ? "" : `${client} is ${known.status}: no key lets it in`;
  return { place: `${source?.path ?? path}:${line}`, warning };
}

function findClient(
  path: string,
  { inventory }: PolicyAnalysis,
  id: string,
): PolicyAnalysis["inventory"]["clients"][number] {
  const found = inventory.clients.find(({ client }) => client.id === id);
  if (found !== undefined) return found;
  const close = closestName(
    id,
    inventory.clients.map(({ client }) => client.id),
  );
  const hint = close === null ? "" : `; did you mean \`${close}\`?`;
  throw new CliProblem(
    `--client ${id}: the inventory of ${path} has no such client${hint}`,
    "for a client that is yet to be added, leave the policy out",
  );
}

function refuseTaken({ inventory }: PolicyAnalysis, id: string): void {
  const holder = inventory.clients.find(({ client }) => client.credentials.some((known) => known.id === id));
  if (holder === undefined) return;
  throw new CliProblem(
    `a credential of ${holder.client.id} has the id ${id} already`,
    `name another one, such as --id ${id}-2`,
  );
}
