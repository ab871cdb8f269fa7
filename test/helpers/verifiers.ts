/** Verifiers of the sources of a policy that stands in a folder of its own, on a clock that the test sets. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadPolicy, nodeFiles, renderDiagnostics } from "../../dsl/index.ts";
import { makeRequest, type Request } from "../../engine/index.ts";
import { readConfig } from "../../server/config.ts";
import { identifyCaller } from "../../server/identity/identify.ts";
import type { Presented, Verifier } from "../../server/identity/verifier.ts";
import { loadRunnable } from "../../server/policy-loader.ts";
import type { ServerOptions } from "../../server/index.ts";
import { received, type Sent } from "./presented.ts";
import { temporaryFolder } from "./server.ts";
import { idsOf } from "./tokens.ts";

export interface VerifierSetup {
  readonly identity: string;
  /** Lines of credentials by client, each a YAML record: `{ id: k, type: hmac }`. */
  readonly clients: Readonly<Record<string, readonly string[]>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: Partial<ServerOptions>;
  /** Further declarations. */
  readonly routes?: string;
}

export interface Verifiers {
  readonly verifiers: readonly Verifier[];
  /** Seconds since the Unix epoch. */
  now: number;
  readonly reports: string[];
  /** Who sent it, as `client` and `error` of the request. */
  identify(sent: Sent): Request;
  /** The client, or why there is none. */
  who(sent: Sent): string | null;
  /** As {@link who}, of a request of which less is shown. */
  whoShown(request: Request, presented: Presented): string | null;
  /** Reads the files anew, as a reload does. */
  reload(): void;
}

export function inventoryWith(clients: VerifierSetup["clients"]): string {
  const records = Object.entries(clients).map(
    ([id, credentials]) => `  - id: ${id}
    kind: partner
    purpose: signs requests in tests
    owner: { team: core, accountable: p.one }
    environment: prod
    status: active
    operations: ["*"]
    credentials:
${credentials.map((credential) => `      - ${credential}\n`).join("")}`,
  );
  return `teams:\n  - { id: core, contact: "mailto:core@example.com", people: [p.one] }\npeople:\n  - { id: p.one, active: true }\nclients:\n${records.join("")}`;
}

export function makeTestVerifiers(
  { identity, clients, files = {}, options = {}, routes = "" }: VerifierSetup,
  now: number,
): Verifiers {
  const folder = temporaryFolder();
  const path = join(folder, "policy.edgepolicy");
  const text = `policy "t" { default allow }\nidentity { ${identity} }\nclients from "clients.yaml"\n${routes}\n`;
  for (const [name, content] of Object.entries({
    ...files,
    "clients.yaml": inventoryWith(clients),
    "policy.edgepolicy": text,
  })) {
    writeFileSync(join(folder, name), content);
  }
  const reports: string[] = [];
  const config = readConfig({
    policy: path,
    report: (line) => void reports.push(line),
    clock: () => state.now * 1_000_000,
    ...options,
  });
  const load = (): ReturnType<typeof loadRunnable> => {
    const result = loadPolicy(path, nodeFiles);
    if (result.policy === null)
      throw new Error(renderDiagnostics(result.diagnostics, result.sources, { color: false }));
    return loadRunnable(() => result, config);
  };
  const state = { now, loaded: null as ReturnType<typeof loadRunnable> | null };
  state.loaded = load();
  const fill = (request: Request, presented: Presented): Request => {
    const { policy, verifiers } = state.loaded ?? load();
    const routeOf = (asked: Request): number => policy.routes.findIndex(({ name }) => asked.path === `/${name}`);
    const now = (): number => state.now * 1e6;
    const view = { policy, verifiers, clients: idsOf(policy) };
    void identifyCaller({ engine: { routeOf }, view, now }, request, presented);
    return request;
  };
  const outcome = ({ client, identityError }: Request): string | null => client ?? identityError;
  return {
    get verifiers() {
      return state.loaded?.verifiers ?? [];
    },
    get now() {
      return state.now;
    },
    set now(seconds) {
      state.now = seconds;
    },
    reports,
    identify: (sent) => {
      const { request, presented } = received(sent);
      return fill(request, presented);
    },
    who: (sent) => {
      const { request, presented } = received(sent);
      return outcome(fill(request, presented));
    },
    whoShown: (request, presented) => outcome(fill(makeRequest({ ...request }), presented)),
    reload: () => {
      state.loaded = load();
    },
  };
}
