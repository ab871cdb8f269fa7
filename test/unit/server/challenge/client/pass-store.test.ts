import { describe, expect, it } from "vitest";
import { PassStore } from "../../../../../server/challenge/client/pass-store.ts";

describe("PassStore", () => {
  it("keeps passes by origin, newest first, until a second before they end", () => {
    const store = new PassStore();
    store.keep("https://a", "I1;max-age=10", 0);
    store.keep("https://a", "I2;max-age=300", 0);
    store.keep("https://b", "I3;max-age=300", 0);
    expect(store.of("https://a", 0)).toBe("I2, I1");
    expect(store.of("https://a", 9_000)).toBe("I2");
    expect(store.of("https://c", 0)).toBe("");
  });

  it("keeps four of an origin, and 256 origins", () => {
    const store = new PassStore();
    for (let n = 0; n < 6; n++) store.keep("https://a", `I${n};max-age=300`, 0);
    expect(store.of("https://a", 0)).toBe("I5, I4, I3, I2");
    for (let n = 0; n < 256; n++) store.keep(`https://${n}`, "I;max-age=300", 0);
    expect(store.of("https://a", 0)).toBe("");
    expect(store.of("https://255", 0)).toBe("I");
  });

  it.each(["I", "I;max-age=x", "I\r\nx: y;max-age=1", "I;max-age=12345678"])("keeps none of %j", (field) => {
    const store = new PassStore();
    store.keep("https://a", field, 0);
    expect(store.of("https://a", 0)).toBe("");
  });
});
