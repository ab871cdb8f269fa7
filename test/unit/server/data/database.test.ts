/** The database of a data folder: whole changes, one server at a time, and clear words where it cannot be used. */
import { chmodSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Database, DATABASE_FILE, readRows } from "../../../../server/data/database.ts";
import { MIGRATIONS, migrate } from "../../../../server/data/migrations.ts";
import { loadSqlite } from "../../../../server/data/sqlite.ts";
import { temporaryFolder } from "../../../helpers/server.ts";

const PUT = "INSERT INTO audit (seq, line) VALUES (?, ?)";

function open(folder: string): Database {
  const database = Database.open(folder);
  onTestFinished(() => {
    try {
      database.close();
    } catch {
      // The test has closed it.
    }
  });
  return database;
}

describe("a database", () => {
  it("keeps what was put in, for its owner's eyes alone", () => {
    const folder = join(temporaryFolder(), "new/data");
    const first = open(folder);
    first.run(PUT, 1, "a");
    first.close();
    expect(open(folder).all("SELECT line FROM audit")).toEqual([{ line: "a" }]);
    expect(statSync(folder).mode & 0o077).toBe(0);
    for (const end of ["", "-wal", "-shm"]) {
      expect(statSync(join(folder, `${DATABASE_FILE}${end}`)).mode & 0o077, end).toBe(0);
    }
  });

  it("makes all of a change or nothing", () => {
    const database = open(temporaryFolder());
    const fail = (): void =>
      database.transaction(() => {
        database.run(PUT, 1, "a");
        database.transaction(() => void database.run(PUT, 2, "b"));
        database.run(PUT, 1, "again");
      });
    expect(fail).toThrow("UNIQUE");
    expect(database.all("SELECT * FROM audit")).toEqual([]);
    database.transaction(() => void database.run(PUT, 1, "a"));
    expect(database.all("SELECT line FROM audit")).toEqual([{ line: "a" }]);
  });

  it("changes nothing in a file that is not in its place any more, where nobody would find it", () => {
    const folder = temporaryFolder();
    const path = join(folder, DATABASE_FILE);
    const database = open(folder);
    const put = (seq: number): void => database.transaction(() => void database.run(PUT, seq, "a"));
    put(1);
    renameSync(path, `${path}.away`);
    expect(() => put(2)).toThrow(`\`${path}\` was removed or replaced`);
    writeFileSync(path, "");
    expect(() => put(2)).toThrow("was removed or replaced");
    renameSync(`${path}.away`, path);
    put(2);
    expect(database.all("SELECT seq FROM audit")).toEqual([{ seq: 1 }, { seq: 2 }]);
  });

  it("is one server's at a time, and the next one's when it is closed", () => {
    const folder = temporaryFolder();
    const first = open(folder);
    expect(() => Database.open(folder)).toThrow(`another server uses the data folder \`${folder}\``);
    first.close();
    open(folder);
  });

  it("can be read while a server uses it", () => {
    const folder = temporaryFolder();
    open(folder).run(PUT, 1, "a");
    expect([...readRows(folder, "SELECT line FROM audit")]).toEqual([{ line: "a" }]);
    expect(() => [...readRows(temporaryFolder(), "SELECT 1")]).toThrow("there is no");
  });

  it.each([
    ["garbage", () => Buffer.from("this is no database, however long one looks at it")],
    ["cut off", (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    [
      "with a page of other bytes",
      (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 7)]),
    ],
  ])("is refused with what to do where it is damaged: %s", (_, damage) => {
    const folder = temporaryFolder();
    const whole = open(folder);
    for (let n = 1; n < 200; n++) whole.run(PUT, n, "x".repeat(100));
    whole.close();
    const path = join(folder, DATABASE_FILE);
    writeFileSync(path, damage(readFileSync(path)));
    let said: unknown;
    try {
      Database.open(folder).close();
    } catch (problem) {
      said = problem;
    }
    expect(said).toMatchObject({
      code: "data_unusable",
      message: expect.stringContaining(`\`${path}\` is damaged`) as string,
      help: expect.stringContaining("restore the folder from a backup") as string,
    });
  });

  it("is not called damaged, which calls for a backup, where the system does not let it be used", () => {
    const folder = temporaryFolder();
    open(folder).close();
    mkdirSync(join(folder, `${DATABASE_FILE}-wal`));
    expect(() => Database.open(folder)).toThrow(
      expect.objectContaining({
        code: "data_unusable",
        message: expect.stringMatching(/^cannot use `.*edgepolicy\.db`: /) as string,
        help: expect.not.stringContaining("backup") as string,
      }),
    );
  });

  it("leaves alone what something else has made", () => {
    const folder = temporaryFolder();
    const { DatabaseSync } = loadSqlite();
    const other = new DatabaseSync(join(folder, DATABASE_FILE));
    other.exec("CREATE TABLE theirs (a)");
    other.close();
    expect(() => Database.open(folder)).toThrow("is not a database of edgepolicy");
  });

  it("is not used by a release older than the one that wrote it", () => {
    const folder = temporaryFolder();
    open(folder).close();
    const { DatabaseSync } = loadSqlite();
    const newer = new DatabaseSync(join(folder, DATABASE_FILE));
    newer.exec(`PRAGMA user_version=${MIGRATIONS.length + 1}`);
    newer.close();
    expect(() => Database.open(folder)).toThrow(`it is of version ${MIGRATIONS.length + 1}`);
  });

  it.skipIf(process.getuid?.() === 0)("says that the folder cannot be written", () => {
    const folder = join(temporaryFolder(), "closed");
    mkdirSync(folder);
    chmodSync(folder, 0o500);
    expect(() => Database.open(folder)).toThrow("cannot use the data folder");
  });

  it.skipIf(process.platform !== "linux")("says at once where no folder can be", () => {
    expect(() => Database.open("/proc/edgepolicy")).toThrow("cannot use the data folder `/proc/edgepolicy`");
  });

  it("says that the folder is a file", () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "");
    expect(() => Database.open(path)).toThrow(`cannot use the data folder \`${path}\``);
  });
});

describe("migrations", () => {
  const STEPS = ["CREATE TABLE a (x);", "ALTER TABLE a ADD COLUMN y;", "INSERT INTO a VALUES (1, 2);"];

  it.each([0, 1, 2, 3])("take what is missing from version %s on", (from) => {
    const { DatabaseSync } = loadSqlite();
    const sqlite = new DatabaseSync(":memory:");
    migrate(sqlite, STEPS.slice(0, from));
    expect(migrate(sqlite, STEPS)).toBe(3);
    expect({ ...sqlite.prepare("SELECT * FROM a").get() }).toEqual({ x: 1, y: 2 });
    expect(migrate(sqlite, STEPS)).toBe(3);
    expect(sqlite.prepare("SELECT * FROM a").all().length).toBe(1);
  });
});

describe("SQLite", () => {
  it("is loaded without a word, and leaves other warnings as they are", () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    onTestFinished(() => warned.mockRestore());
    const before = Reflect.get(process, "emitWarning") as unknown;
    loadSqlite();
    expect(Reflect.get(process, "emitWarning")).toBe(before);
    expect(warned).not.toHaveBeenCalled();
  });
});
