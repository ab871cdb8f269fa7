import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { KeptKeys } from "../../../../../server/identity/keys/kept-keys.ts";
import { temporaryFolder } from "../../../../helpers/server.ts";

const URL = "https://id.example.com/keys?code=hidden";
const DAY = 86_400_000;
const SET = new TextEncoder().encode('{"keys":[]}');

/** A folder of kept keys, and a clock. */
class Kept {
  readonly folder: string = join(temporaryFolder(), "data", "keys");
  readonly reports: string[] = [];
  nowMs: number = Date.now();
  readonly keys = new KeptKeys(
    this.folder,
    false,
    () => this.nowMs,
    (line, event) => void this.reports.push(`${event}: ${line}`),
  );

  async write(url: string, bytes: Uint8Array = SET): Promise<string> {
    const before = new Set(existsSync(this.folder) ? readdirSync(this.folder) : []);
    this.keys.write(url, bytes);
    await this.keys.settled();
    return join(this.folder, readdirSync(this.folder).find((name) => !before.has(name)) ?? "");
  }
}

describe("kept keys", () => {
  it("are there for their address, with their age, and nobody else can read them", async () => {
    const kept = new Kept();
    const file = await kept.write(URL);
    kept.nowMs += 1_000;
    new KeptKeys(
      kept.folder,
      true,
      () => 0,
      () => {},
    ).write(URL, Buffer.from("a worker's"));
    expect(kept.keys.read(URL)).toEqual({ bytes: Buffer.from(SET), ageMs: 1_000 });
    expect(kept.keys.read("https://id.example.com/keys?code=other")).toBeNull();
    expect([statSync(file).mode & 0o777, statSync(kept.folder).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(readFileSync(file, "utf8")).not.toContain("hidden");
    expect([kept.reports, readdirSync(kept.folder).length]).toEqual([[], 1]);
  });

  it("are those that were fetched last, however many come at once", async () => {
    const kept = new Kept();
    for (let n = 0; n < 20; n++) kept.keys.write(URL, Buffer.from(`{"keys":[${n}]}`));
    await kept.keys.settled();
    expect(kept.keys.read(URL)?.bytes.toString()).toBe(Buffer.from('{"keys":[19]}').toString());
  });

  it("go on for a day, also where the clock was set back a little", async () => {
    const kept = new Kept();
    await kept.write(URL);
    kept.nowMs += DAY;
    expect(kept.keys.read(URL)?.ageMs).toBe(DAY);
    kept.nowMs += 1;
    expect(kept.keys.read(URL)).toBeNull();
    kept.nowMs -= DAY + 30_000;
    expect(kept.keys.read(URL)?.ageMs).toBe(0);
    kept.nowMs -= 60_000;
    expect(kept.keys.read(URL)).toBeNull();
    expect(kept.reports.map((line) => line.slice(line.lastIndexOf(": ") + 2))).toEqual([
      "they are older than a day",
      "by its time it is yet to be written",
    ]);
    expect(kept.reports.every((line) => line.startsWith("keys.unkept: keys of https://id.example.com/keys "))).toBe(
      true,
    );
  });

  const changed = (file: string, change: (content: Record<string, unknown>) => unknown): void =>
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>)));
  it.each<[string, (file: string) => unknown, string]>([
    ["is cut off", (file) => writeFileSync(file, readFileSync(file).subarray(0, 100)), "it is damaged"],
    ["is empty", (file) => writeFileSync(file, ""), "it is damaged"],
    ["is of another format", (file) => changed(file, (content) => ({ ...content, format: 2 })), "it is damaged"],
    ["is none", (file) => writeFileSync(file, "null"), "it is damaged"],
    ["has no time", (file) => changed(file, (content) => ({ ...content, fetchedMs: "0" })), "it is damaged"],
    ["has another set", (file) => changed(file, (content) => ({ ...content, set: "e30=" })), "it is damaged"],
    ["is huge", (file) => writeFileSync(file, " ".repeat(400_000)), "it is larger than 350552 bytes"],
    [
      "is of another address",
      (file) => changed(file, (content) => ({ ...content, address: "0".repeat(64) })),
      "it is of another address",
    ],
    ["is writable by others", (file) => chmodSync(file, 0o620), "others than the server's own user could"],
    [
      "is a link",
      (file) => {
        renameSync(file, `${file}.moved`);
        symlinkSync(`${file}.moved`, file);
      },
      "others than the server's own user could",
    ],
    [
      "is a folder",
      (file) => {
        renameSync(file, `${file}.moved`);
        mkdirSync(file);
      },
      "others than the server's own user could",
    ],
  ])("are not used from a file that %s", async (_, harm, problem) => {
    const kept = new Kept();
    harm(await kept.write(URL));
    expect(kept.keys.read(URL)).toBeNull();
    expect(kept.reports).toHaveLength(1);
    expect(kept.reports[0]).toContain(`are not used: ${problem}`);
  });

  it("of an address that is fetched no more are dropped after a day, and other files are left alone", async () => {
    const kept = new Kept();
    const old = await kept.write("https://gone.example.com/keys");
    const foreign = join(kept.folder, "notes.txt");
    writeFileSync(foreign, "");
    for (const file of [old, foreign]) utimesSync(file, new Date(0), new Date(0));
    const young = await kept.write(URL);
    expect([old, foreign, young].map((file) => existsSync(file))).toEqual([false, true, true]);
  });

  it("that cannot be written are reported once, and again where it is another problem or one anew", async () => {
    const kept = new Kept();
    const folder = join(kept.folder, "..");
    mkdirSync(folder, { recursive: true });
    writeFileSync(kept.folder, "");
    for (let n = 0; n < 3; n++) {
      kept.keys.write(URL, SET);
      // oxlint-disable-next-line no-await-in-loop
      await kept.keys.settled();
    }
    expect(kept.reports).toHaveLength(1);
    expect(kept.reports[0]).toContain("fetched keys cannot be kept");
    renameSync(kept.folder, `${kept.folder}.moved`);
    await kept.write(URL);
    expect([kept.reports.length, kept.keys.read(URL) !== null]).toEqual([1, true]);
  });
});
