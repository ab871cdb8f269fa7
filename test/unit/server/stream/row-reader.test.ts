import fc from "fast-check";
import { Packr } from "msgpackr/pack";
import { describe, expect, it } from "vitest";
import { canonicalIp } from "../../../../engine/index.ts";
import { FrameReader } from "../../../../server/stream/frame-reader.ts";
import { RowReader } from "../../../../server/stream/row-reader.ts";
import { check } from "../../../helpers/property.ts";

const packr = new Packr({ useRecords: false });
const INVENTORIES: readonly ReadonlySet<string>[] = [new Set(["acme", "b"]), new Set(["b", "late"])];

/** What is read of a row; null where it is no request. */
type Seen = Readonly<Record<string, unknown>> | null;

class Rows {
  readonly #reader = new FrameReader();
  readonly #rows = new RowReader();

  constructor(columns: readonly string[]) {
    this.#rows.setColumns(columns);
  }

  read(row: readonly unknown[], ids: ReadonlySet<string> = INVENTORIES[0]!): Seen {
    const bytes = new Uint8Array(packr.pack(row));
    this.#reader.point(bytes);
    this.#rows.read(this.#reader, ids);
    if (!this.#reader.atEnd) throw new Error("a row was not read to its end");
    // The frame goes when it is read: nothing may still lie in it.
    bytes.fill(0xc1);
    const { problem, request } = this.#rows;
    const { method, path, ip, host, country, client, headers } = request;
    return problem === "" ? { method, path, ip, host, country, client, headers: { ...headers } } : null;
  }
}

const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  ip: ["192.0.2.1", "192.0.2.2", "2001:DB8::1", "192.0.2.999", null],
  host: ["a.example", "b.example", "", null],
  country: ["IT", "DE", null],
  client: ["acme", "b", "late", "nobody", null],
  "header:user-agent": ["curl/8", "", "ä", "x".repeat(70), "y".repeat(300), null],
  "header:accept": ["*/*", "1", null],
};
const NAMES = Object.keys(VALUES);

/** What a row means, without any memory of others. */
function meaning(columns: readonly string[], row: readonly unknown[], ids: ReadonlySet<string>): Seen {
  const at = (column: string): string | null => (row[columns.indexOf(column)] as string | null | undefined) ?? null;
  const ip = canonicalIp(at("ip") ?? "");
  const client = at("client");
  if (ip === null || (client !== null && !ids.has(client))) return null;
  const headers: Record<string, string | undefined> = {};
  for (const column of columns) if (column.startsWith("header:")) headers[column.slice(7)] = at(column) ?? undefined;
  const rest = { host: at("host") ?? "", country: at("country"), client, headers };
  return { method: "GET", path: at("path"), ip, ...rest };
}

const table = fc.shuffledSubarray(NAMES, { minLength: 1 }).chain((some) => {
  const columns = ["method", "path", ...new Set(["ip", ...some])];
  const cells = columns.slice(2).map((column) => fc.constantFrom(...(VALUES[column] ?? [])));
  const row = fc.tuple(fc.constantFrom("/", "/a"), ...cells).map(([path, ...rest]) => ["GET", path, ...rest]);
  const told = fc.tuple(row, fc.nat({ max: INVENTORIES.length - 1 }));
  return fc.tuple(fc.constant(columns), fc.array(told, { minLength: 1, maxLength: 60 }));
});

describe("rows", () => {
  it("mean the same whatever came before them, by whichever inventory", () => {
    let requests = 0;
    check(
      fc.property(table, ([columns, rows]) => {
        const reader = new Rows(columns);
        for (const [row, inventory] of rows) {
          const ids = INVENTORIES[inventory]!;
          const seen = reader.read(row, ids);
          expect(seen).toEqual(meaning(columns, row, ids));
          if (seen !== null) requests++;
        }
      }),
    );
    expect(requests).toBeGreaterThan(500);
  });

  it("mean the same where hardly any comes again, and when they do", () => {
    const columns = ["method", "path", "ip", "client", "header:user-agent"];
    const reader = new Rows(columns);
    const rowOf = (index: number): readonly unknown[] => [
      "GET",
      `/${index}`,
      `10.0.${index >> 8}.${index & 255}`,
      "acme",
      `agent/${index}`,
    ];
    // More than are looked for in vain before the reader gives that up.
    for (let index = 0; index < 9_000; index++) reader.read(rowOf(index));
    for (const index of [8_999, 0, 8_999, 9_001, 9_001]) {
      expect(reader.read(rowOf(index))).toEqual(meaning(columns, rowOf(index), INVENTORIES[0]!));
    }
  });

  it("are no requests with one header in two spellings", () => {
    const reader = new Rows(["method", "path", "ip", "headers"]);
    expect(reader.read(["GET", "/", "192.0.2.1", { A: "1", a: "2" }])).toBeNull();
    expect(reader.read(["GET", "/", "192.0.2.1", { A: "1", b: "2" }])).toMatchObject({ headers: { a: "1", b: "2" } });
  });

  it("are told apart by where one text ends and the next begins", () => {
    const reader = new Rows(["method", "path", "ip", "header:a", "header:b"]);
    const row = (a: string, b: string): Seen => reader.read(["GET", "/", "192.0.2.1", a, b]);
    for (let turn = 0; turn < 3; turn++) {
      expect(row("ab", "c")).toMatchObject({ headers: { a: "ab", b: "c" } });
      expect(row("a", "bc")).toMatchObject({ headers: { a: "a", b: "bc" } });
      expect(row("abc", "")).toMatchObject({ headers: { a: "abc", b: "" } });
    }
  });
});
