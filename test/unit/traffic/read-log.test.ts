/** Logs as streams: compressed, in one JSON value, cut off. */
import { constants, crc32, deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CompressionError } from "../../../traffic/compression-error.ts";
import { type InputLine, readLog } from "../../../traffic/log-reader.ts";

/** With checksums, as the command `zstd` writes them. */
function zstd(text: string): Buffer {
  return zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
}

const COMPRESS = { gzip: (text: string): Buffer => gzipSync(text), zstd } as const;
const TEXT = Array.from({ length: 3_000 }, (_, index) => `line ${index * 7_919} é`).join("\n");

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function linesOf(bytes: Uint8Array, size = 1_000): Promise<InputLine[]> {
  const lines: InputLine[] = [];
  for await (const batch of readLog(pieces(bytes, size))) lines.push(...batch);
  return lines;
}

async function textsOf(bytes: Uint8Array, size?: number): Promise<string[]> {
  return (await linesOf(bytes, size)).map(({ text, problem }) => problem ?? text);
}

describe.each(["gzip", "zstd"] as const)("%s", (name) => {
  const compress = COMPRESS[name];
  const packed = compress(TEXT);

  it.each([1, 7, 1_000, 1_000_000])("is known by its first bytes, in chunks of %i", async (size) => {
    expect(await textsOf(packed, size)).toEqual(TEXT.split("\n"));
  });

  it("may hold several streams one after the other", async () => {
    expect(await textsOf(Buffer.concat([compress("a\nb\n"), compress("c\n")]))).toEqual(["a", "b", "c"]);
  });

  it("that is cut off gives what there is, and says so", async () => {
    for (const length of [packed.length - 3, Math.floor(packed.length / 2)]) {
      const texts = await textsOf(packed.subarray(0, length));
      expect(texts.at(-1)).toBe("cut_off");
      expect(TEXT.split("\n").slice(0, texts.length - 1)).toEqual(texts.slice(0, -1));
    }
  });

  it.each([1, 7, 1_000_000])("gives all lines before what is none of its kind, in chunks of %i", async (size) => {
    for (const rest of ["junk", "\u0000\u0000junk, longer than a header is"]) {
      expect(await textsOf(Buffer.concat([compress("a\nb\n"), Buffer.from(rest)]), size)).toEqual([
        "a",
        "b",
        "damaged",
      ]);
    }
  });

  it("that is damaged says so", async () => {
    const damaged = Buffer.from(packed);
    for (let at = 200; at < 240; at++) damaged[at]! ^= 0xff;
    expect((await textsOf(damaged)).at(-1)).toMatch(/^(damaged|cut_off)$/);
  });
});

describe("gzip alone", () => {
  /** A member with every field that its header may have. */
  function fullMember(text: string): Buffer {
    const [content, trailer] = [deflateRawSync(text), Buffer.alloc(8)];
    trailer.writeUInt32LE(crc32(text), 0);
    trailer.writeUInt32LE(text.length, 4);
    const fields = [Uint8Array.of(3, 0), "abc", "a name\0", "a comment\0", Uint8Array.of(1, 2)];
    return Buffer.concat([
      Uint8Array.of(0x1f, 0x8b, 8, 2 + 4 + 8 + 16, 0, 0, 0, 0, 0, 3),
      ...fields.map((field) => Buffer.from(field as string)),
      content,
      trailer,
    ]);
  }

  it.each([1, 3, 1_000])("reads past all that a header may have, in chunks of %i", async (size) => {
    const members = [fullMember("a\n"), gzipSync(""), fullMember("b\n")];
    expect(await textsOf(Buffer.concat(members), size)).toEqual(["a", "b"]);
  });

  it.each([1, 4_096])("passes over the zeros that fill a block up, in chunks of %i", async (size) => {
    expect(await textsOf(Buffer.concat([gzipSync("a\n"), Buffer.alloc(5_000)]), size)).toEqual(["a"]);
  });

  it("is held against its checksum and its length", async () => {
    for (const from of [8, 4]) {
      const wrong = Buffer.concat([gzipSync("a\n"), gzipSync("b\n")]);
      wrong[wrong.length - from]! ^= 1;
      expect((await textsOf(wrong)).at(-1)).toBe("damaged");
    }
  });

  it("throws what the source throws in the middle of it", async () => {
    const packed = gzipSync(TEXT);
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield packed.subarray(0, 100);
      throw new Error("the disk is gone");
    }
    const read = async (): Promise<void> => {
      for await (const lines of readLog(failing())) expect(lines).toBeDefined();
    };
    await expect(read()).rejects.toThrow("the disk is gone");
  });
});

it("names a compression that is not read", async () => {
  await expect(linesOf(Buffer.from("BZh91AY&SY"))).rejects.toThrow(CompressionError);
  await expect(linesOf(Uint8Array.of(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0))).rejects.toThrow(/xz, which is not read/);
});

it("throws what the source throws", async () => {
  // oxlint-disable-next-line require-yield -- it fails before.
  async function* failing(): AsyncGenerator<Uint8Array> {
    throw new Error("the disk is gone");
  }
  const read = async (): Promise<void> => {
    for await (const lines of readLog(failing())) expect(lines).toEqual([]);
  };
  await expect(read()).rejects.toThrow("the disk is gone");
});

describe("records of one JSON value", () => {
  const records = [{ a: '}]"\\' }, { b: [{ c: 1 }, [2]] }, {}];
  const shapes = {
    "CloudTrail's": JSON.stringify({ Records: records }),
    "an array": JSON.stringify(records),
    "one over several lines": JSON.stringify({ Records: records }, null, 2),
  };

  it.each(Object.entries(shapes))("are lines, of %s", async (_name, text) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: text.length }), async (size) => {
        const lines = await linesOf(Buffer.from(text), size);
        expect(lines.map(({ text: each }) => JSON.parse(each) as unknown)).toEqual(records);
        expect(lines.map(({ number }) => number)).toEqual([1, 2, 3]);
      }),
      { seed: 1, numRuns: 30 },
    );
  });

  it("go on in the value that follows", async () => {
    const text = '{"Records":[{"n":1}]}{"Records":[{"n":2},{"n":3}]}\n[{"n":4}]';
    expect(await textsOf(gzipSync(text))).toEqual(['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}']);
  });

  it("that are cut off say so", async () => {
    expect(await textsOf(Buffer.from('{"Records":[{"n":1},{"n":'))).toEqual(['{"n":1}', "cut_off"]);
  });

  it("are not sought in a log of JSON lines", async () => {
    expect(await textsOf(Buffer.from('{"records":[{"n":1}]}\n{"n":2}\n'))).toEqual([
      '{"records":[{"n":1}]}',
      '{"n":2}',
    ]);
  });
});

it("passes over a byte order mark", async () => {
  expect(await textsOf(Buffer.from("\uFEFFa\n\uFEFFb"))).toEqual(["a", "\uFEFFb"]);
});
