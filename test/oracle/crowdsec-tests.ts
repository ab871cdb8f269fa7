/**
 * CrowdSec's own regression tests under `../shared/data/crowdsec`: for each, a recorded log, how its lines are read, and the overflows
 * that CrowdSec expects of each scenario. See that folder's README for where they come from.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RequestRecord } from "../../traffic/index.ts";
import { parseTimeText } from "../../traffic/index.ts";
import { readCaddyLine, readEnvoyLine, readTraefikLine } from "./read-json-log.ts";
import { readCouchdbLine, readPaperlessLine, readSshLine } from "./read-login-log.ts";
import { readAccessLine, readNginxLine } from "./read-web-log.ts";

/** Where the tests lie; absent where the project stands alone. */
export const CROWDSEC: string = join(import.meta.dirname, "../../../shared/data/crowdsec");

type LineReader = (line: string) => RequestRecord;

/** How each test's log is read. */
const READERS: Readonly<Record<string, LineReader>> = {
  "CVE-2022-46169": readAccessLine,
  "apache-http-probing": readAccessLine,
  "caddy-basic-auth-bf": readCaddyLine,
  "couchdb-logs": readCouchdbLine,
  "envoy-http-crawl-non_statics": readEnvoyLine,
  "http-admin-interface-probing": readAccessLine,
  "http-dos-bypass-cache": readAccessLine,
  "http-dos-invalid-http-versions": readAccessLine,
  "http-dos-random-uri": readAccessLine,
  "http-dos-switching-ua": readAccessLine,
  "http-wordpress-scan": readAccessLine,
  "http-wordpress_user-enum": readAccessLine,
  "nginx-bad-user-agent": readAccessLine,
  "nginx-http-generic-bf": readNginxLine,
  "nginx-http-malformed": readAccessLine,
  "nginx-http-path-traversal": readAccessLine,
  "nginx-http-sensitive-files": readAccessLine,
  "nginx-http-sqli-probing": readAccessLine,
  nginx_req_limit_exceeded: readNginxLine,
  "paperless-ngx-bf": readPaperlessLine,
  "ssh-bf": readSshLine,
  "ssh-slow-bf": readSshLine,
  "ssh-time-based-bf": readSshLine,
  "traefik_base-http-scenario": readTraefikLine,
};

/** What CrowdSec expects of one scenario on one log. Sources and times go together by their place. */
export interface Expected {
  readonly scenario: string;
  readonly overflows: number;
  readonly sources: readonly string[];
  /** RFC 3339; null where upstream asserts none. */
  readonly times: readonly string[] | null;
  /** How many events the bucket had counted, with the one that overflowed it. */
  readonly events: readonly number[];
}

/** One of CrowdSec's tests. */
export interface CrowdsecTest {
  readonly name: string;
  /** In the order of the file. Times are there. */
  readonly events: readonly RequestRecord[];
  readonly expected: readonly Expected[];
}

/** Names of the tests, or none where the folder is absent. */
export const TEST_NAMES: readonly string[] = existsSync(CROWDSEC) ? Object.keys(READERS) : [];

/** Folders that no reader is named for, so that a new test is not passed over. */
export function unreadFolders(): readonly string[] {
  const folders = readdirSync(CROWDSEC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.map(({ name }) => name).filter((name) => name !== "_lists" && !(name in READERS));
}

export function readTest(name: string): CrowdsecTest {
  const folder = join(CROWDSEC, name);
  const log = readdirSync(folder).find((file) => file.endsWith(".log")) ?? "";
  const lines = readFileSync(join(folder, log), "utf8").split("\n");
  const reader = READERS[name];
  if (reader === undefined) throw new Error(`no reader for ${name}`);
  const expected = JSON.parse(readFileSync(join(folder, "expected.json"), "utf8")) as Partial<Expected>[];
  return {
    name,
    events: lines.filter((line) => line.trim() !== "").map(reader),
    expected: expected.map(({ scenario = "", overflows = 0, sources = [], times = null, events = [] }) => ({
      scenario,
      overflows,
      sources,
      times,
      events,
    })),
  };
}

/** Microseconds of an expected time, and how exactly it is stated. */
export function momentOf(text: string): { readonly micros: number; readonly precision: number } {
  const micros = parseTimeText(text);
  if (micros === null) throw new Error(`no time: ${text}`);
  return { micros, precision: text.includes(".") ? 1 : 1e6 };
}
