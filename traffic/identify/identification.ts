/**
 * Which client of the inventory sent a recorded request: by its user agent, headers, address, host and credential. A log seldom says; what it
 * shows of each caller mostly tells. The first entry all of whose conditions hold counts.
 */
import {
  canonicalNetwork,
  compileGlob,
  EVIDENCE,
  type Evidence,
  fitsGlob,
  networkContains,
  type Request,
} from "../../engine/index.ts";
import { quote } from "../fields.ts";
import type { RequestRecord } from "../request-record.ts";
import { networkProblem } from "../network-text.ts";
import { closestName } from "../suggest.ts";
import { isYamlList, readYaml, type YamlMembers, type YamlReader, type YamlResult } from "../yaml-file.ts";
import { Dimension } from "./dimension.ts";

/** Most entries of a file. */
const MOST_ENTRIES = 10_000;
const MEMBERS = ["client", "evidence", "user_agent", "header", "network", "host", "key"];
const CONDITIONS = MEMBERS.slice(2);

/** One entry of a file, as it is reported. */
export interface IdentifyEntry {
  readonly client: string;
  /** How the client is taken to have proved itself; null: as the engine takes it, by a static secret. */
  readonly evidence: Evidence | null;
  /** Its conditions as they were written, for reports: `user_agent "acme/*"`. */
  readonly text: string;
}

/** Tells clients apart. */
export class Identification {
  readonly entries: readonly IdentifyEntry[];
  readonly #dimensions: readonly Dimension[];
  readonly #words: Int32Array;

  constructor(entries: readonly IdentifyEntry[], dimensions: readonly Dimension[]) {
    this.entries = entries;
    this.#dimensions = dimensions;
    this.#words = new Int32Array(Math.ceil(entries.length / 32));
  }

  /** Writes the client of a request into it, where none is known yet; returns the entry's index, or -1. */
  identify({ request }: RequestRecord): number {
    if (request.client !== null) return -1;
    const index = this.#find(request);
    const entry = this.entries[index];
    if (entry === undefined) return -1;
    request.client = entry.client;
    request.evidence = entry.evidence;
    return index;
  }

  #find(request: Request): number {
    const words = this.#words.fill(-1);
    for (const dimension of this.#dimensions) dimension.keep(request, words);
    for (let word = 0; word < words.length; word++) {
      const bits = words[word]!;
      if (bits !== 0) return word * 32 + (31 - Math.clz32(bits & -bits));
    }
    return -1;
  }
}

/**
 * Reads the text of a file. Never throws.
 *
 * @param clients - Ids of the policy's inventory.
 */
export function readIdentification(text: string, clients: readonly string[]): YamlResult<Identification> {
  return readYaml(text, (top, yaml) => new IdentificationReader(yaml, clients).read(top));
}

/** A condition of an entry: what it reads, and which values fit. */
interface Condition {
  /** `user_agent`, `header x-api-client` … : conditions of one name read the same. */
  readonly name: string;
  readonly read: (request: Request) => string | null;
  readonly fits: (value: string) => boolean;
  readonly text: string;
}

class IdentificationReader {
  readonly #yaml: YamlReader;
  readonly #clients: readonly string[];

  constructor(yaml: YamlReader, clients: readonly string[]) {
    this.#yaml = yaml;
    this.#clients = clients;
  }

  read(top: unknown): Identification {
    const list = this.#yaml.mapping(top, "the file", ["identify"], ["identify"])?.get("identify")?.value;
    const nodes = list !== undefined && !isYamlList(list) ? [] : this.#yaml.items(list);
    if (list !== undefined && !isYamlList(list)) this.#yaml.wrong(list, "`identify`", "a list of entries");
    if (nodes.length > MOST_ENTRIES) this.#yaml.problem(list, `\`identify\` has more than ${MOST_ENTRIES} entries`);
    const entries: IdentifyEntry[] = [];
    const dimensions = new Map<string, Dimension>();
    for (const node of list === undefined ? [] : nodes.slice(0, MOST_ENTRIES)) {
      const read = this.#entry(node);
      if (read === null) continue;
      const index = entries.push(read.entry) - 1;
      for (const { name, read: value, fits } of read.conditions) {
        const dimension = dimensions.get(name) ?? new Dimension(value);
        dimensions.set(name, dimension);
        dimension.add(index, fits);
      }
    }
    for (const dimension of dimensions.values()) dimension.close(entries.length);
    return new Identification(entries, [...dimensions.values()]);
  }

  #entry(node: unknown): { readonly entry: IdentifyEntry; readonly conditions: readonly Condition[] } | null {
    const members = this.#yaml.mapping(node, "an entry of `identify`", MEMBERS, ["client"]);
    if (members === null) return null;
    const client = this.#client(members);
    const given = members.get("evidence");
    const evidence = given === undefined ? null : this.#yaml.oneOf(given.value, "`evidence`", EVIDENCE);
    const conditions = CONDITIONS.flatMap((name) => {
      const member = members.get(name);
      return member === undefined ? [] : this.#conditions(name, member.value);
    });
    if (!CONDITIONS.some((name) => members.has(name))) {
      this.#yaml.problem(
        node,
        `an entry needs one of ${CONDITIONS.join(", ")}: without a condition it would take every request`,
      );
    }
    if (client === null) return null;
    return { entry: { client, evidence, text: conditions.map(({ text }) => text).join(", ") }, conditions };
  }

  #client(members: YamlMembers): string | null {
    const node = members.get("client")?.value;
    if (node === undefined) return null;
    const id = this.#yaml.text(node, "`client`");
    if (id === null || this.#clients.includes(id)) return id;
    const close = closestName(id, this.#clients);
    return this.#yaml.problem(
      node,
      `no client ${quote(id)} in the inventory${close === null ? "" : `; did you mean \`${close}\`?`}`,
    );
  }

  #conditions(name: string, node: unknown): readonly Condition[] {
    switch (name) {
      case "user_agent":
        return [this.#globs(name, node, ({ headers }) => ownHeader(headers, "user-agent"))];
      case "host":
        return [this.#globs(name, node, ({ host }) => host || null)];
      case "key":
        return [this.#globs(name, node, ({ credential }) => credential?.id ?? null)];
      case "network":
        return [this.#networks(node)];
      default:
        return [...(this.#yaml.record(node, "`header`") ?? [])].map(([header, { value }]) => {
          const lower = header.toLowerCase();
          return this.#globs(`header ${lower}`, value, ({ headers }) => ownHeader(headers, lower));
        });
    }
  }

  #globs(name: string, node: unknown, read: Condition["read"]): Condition {
    const texts = this.#yaml.texts(node, `\`${name}\``);
    const globs = texts.map(compileGlob);
    const text = `${name} ${texts.map((each) => JSON.stringify(each)).join(" or ")}`;
    return { name, read, fits: (value) => globs.some((glob) => fitsGlob(glob, value)), text };
  }

  #networks(node: unknown): Condition {
    const networks = this.#yaml.items(node).flatMap((item) => {
      const text = this.#yaml.text(item, "`network`");
      const problem = text === null ? null : networkProblem(text);
      if (problem !== null) this.#yaml.problem(item, `\`network\` ${problem}`);
      const network = text === null ? null : canonicalNetwork(text);
      return network === null ? [] : [network];
    });
    const fits = (ip: string): boolean => networks.some((network) => networkContains(network, ip));
    return { name: "network", read: ({ ip }) => ip, fits, text: `network ${networks.join(" or ")}` };
  }
}

function ownHeader(headers: Request["headers"], name: string): string | null {
  return Object.hasOwn(headers, name) ? (headers[name] ?? null) : null;
}
