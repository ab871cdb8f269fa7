import type { RequestListener } from "node:http";
import { describe, expect, it } from "vitest";
import { fetchKeys, isKeyAddress } from "../../../../../server/identity/keys/fetch-keys.ts";
import { freePort, startService } from "../../../../helpers/server.ts";

const open = new AbortController().signal;

async function fetched(listener: RequestListener): Promise<string> {
  const { url } = await startService(listener);
  return Buffer.from(await fetchKeys(url, open)).toString();
}

describe("fetchKeys", () => {
  it("gives the bytes that the address answers", async () => {
    expect(await fetched((_, response) => void response.end('{"keys":[]}'))).toBe('{"keys":[]}');
  });

  it("follows no redirect", async () => {
    let asked = 0;
    const listener: RequestListener = (_, response) => {
      asked++;
      response.writeHead(302, { location: "/elsewhere" }).end();
    };
    await expect(fetched(listener)).rejects.toThrow("it answers 302; redirects are not followed");
    expect(asked).toBe(1);
  });

  it.each([
    ["another status", 404, "{}", "it answers 404"],
    ["too many bytes", 200, " ".repeat(262_145), "more than 262144 bytes"],
  ])("refuses %s", async (_, status, body, problem) => {
    await expect(fetched((__, response) => void response.writeHead(status).end(body))).rejects.toThrow(problem);
  });

  it("stops at the limit of an answer that has no end", async () => {
    const endless: RequestListener = (_, response) => {
      const chunk = Buffer.alloc(65_536, 32);
      const more = (): void => {
        while (response.writable && response.write(chunk));
      };
      response.on("drain", more);
      more();
    };
    await expect(fetched(endless)).rejects.toThrow("more than 262144 bytes");
  });

  it("says what keeps it from the address", async () => {
    await expect(fetchKeys(`http://127.0.0.1:${await freePort()}/`, open)).rejects.toThrow("ECONNREFUSED");
  });

  it("ends where its store is closed", async () => {
    const closed = new AbortController();
    const { url } = await startService(() => closed.abort());
    await expect(fetchKeys(url, closed.signal)).rejects.toThrow("aborted");
  });
});

describe("isKeyAddress", () => {
  it.each([
    ["https://id.example.com/keys?a=1", true],
    ["http://127.0.0.1:8080/keys", true],
    ["http://localhost/keys", true],
    ["http://[::1]:1/keys", true],
    ["http://id.example.com/keys", false],
    ["http://127.0.0.1.example.com/keys", false],
    ["https://user:secret@id.example.com/keys", false],
    ["file:///etc/passwd", false],
    ["keys.json", false],
  ])("%s: %s", (url, does) => {
    expect(isKeyAddress(url)).toBe(does);
  });
});
