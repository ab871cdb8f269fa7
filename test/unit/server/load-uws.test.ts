import { describe, expect, it } from "vitest";
import type { UwsCandidate } from "../../../server/load-uws.ts";
import { loadUws } from "../../../server/load-uws.ts";

const fails = (version: string, message: string): UwsCandidate => ({
  version,
  load: () => Promise.reject(new Error(message)),
});
const loads = (version: string): UwsCandidate => ({ version, load: () => Promise.resolve({ default: { version } }) });

describe("loadUws", () => {
  it("finds a release for this host", async () => {
    const { uws, version } = await loadUws();
    expect(version).toMatch(/^20\.(69\.0 \(uws-glibc238\)|51\.4 \(uws-glibc227\))$/);
    expect(uws).toHaveProperty("App");
  });

  it("is loaded once for a length of heads", async () => {
    await loadUws();
    await loadUws(undefined, 16_384);
    await expect(loadUws(undefined, 20_000)).rejects.toMatchObject({
      code: "option_invalid",
      message: expect.stringContaining("headBytesMax") as string,
    });
  });

  it("takes the newest that loads", async () => {
    expect((await loadUws([loads("2"), loads("1")])).version).toBe("2");
    expect((await loadUws([fails("2", "no"), loads("1")])).version).toBe("1");
  });

  it("says in one line why none loads", async () => {
    const candidates = [
      fails("2", "unsupported\n\nError: libc.so.6: version `GLIBC_2.38' not found (required by /a/b.node)"),
      fails("1", "Cannot find package 'uws'\nRequire stack: …"),
    ];
    await expect(loadUws(candidates)).rejects.toMatchObject({
      code: "transport_missing",
      message: expect.stringMatching(/^[^\n]*2: needs GLIBC_2\.38; 1: Cannot find package 'uws'$/) as string,
    });
  });
});
