import { describe, expect, it } from "vitest";
import { Access } from "../../../../server/admin/access.ts";
import { readTokens } from "../../../../server/admin/options.ts";
import { requestView } from "../../../helpers/http-fakes.ts";

const OPERATE = "operate-0123456789";
const READ = "read-0123456789abc";
const ROSSI = "rossi-0123456789ab";

const access = new Access(
  readTokens({
    adminToken: OPERATE,
    adminReadToken: READ,
    adminTokens: [{ name: "m.rossi", role: "operate", token: ROSSI }],
  }),
);

function asked(headers: Readonly<Record<string, string>>): ReturnType<typeof requestView> {
  return requestView({ headers });
}
const bearer = (token: string): ReturnType<typeof requestView> => asked({ authorization: `Bearer ${token}` });

describe("access to the admin listener", () => {
  it("tells tokens apart by name and role", () => {
    expect(access.check(bearer(OPERATE), "operate")).toEqual({ token: "admin", role: "operate" });
    expect(access.check(bearer(ROSSI), "operate")).toEqual({ token: "m.rossi", role: "operate" });
    expect(access.check(bearer(READ), "read")).toEqual({ token: "reader", role: "read" });
  });

  it("takes the scheme's letters in either case", () => {
    for (const scheme of ["bearer", "BEARER"]) {
      expect(access.check(asked({ authorization: `${scheme} ${READ}` }), "read")).toMatchObject({ token: "reader" });
    }
  });

  it("lets a reading token change nothing", () => {
    expect(access.check(bearer(READ), "operate")).toMatchObject({ status: 403 });
  });

  it.each(["", OPERATE, `Basic ${OPERATE}`, `Bearer ${OPERATE}x`, `Bearer ${OPERATE.slice(1)}`, "Bearer "])(
    "refuses `%s`",
    (authorization) => {
      expect(access.check(asked({ authorization }), "read")).toMatchObject({ status: 401 });
    },
  );

  it.each([
    [{}, true],
    [{ host: "127.0.0.1:8081" }, true],
    [{ host: "[::1]:8081" }, true],
    [{ host: "localhost:8081" }, true],
    [{ host: "127.0.0.1:8081", origin: "http://127.0.0.1:8081" }, true],
    [{ host: "127.0.0.1:8081", origin: "https://example.com" }, false],
    [{ host: "127.0.0.1:8081", origin: "null" }, false],
    [{ host: "rebound.example.com:8081" }, false],
  ])("without tokens, answers %j: %s", (headers, answered) => {
    const caller = new Access([]).check(asked(headers), "operate");
    expect(caller).toMatchObject(answered ? { token: null, role: "operate" } : { status: 403 });
  });
});

describe("tokens", () => {
  const token = "0123456789abcdef";
  it.each([
    ["adminToken", { adminToken: "short" }],
    ["adminReadToken", { adminReadToken: "short" }],
    ["adminTokens", { adminTokens: [{ name: "x", role: "operate", token: "short" }] }],
    ["adminTokens", { adminTokens: [{ name: "a b", role: "operate", token }] }],
    ["adminTokens", { adminTokens: [{ name: "x", role: "root" as "read", token }] }],
    ["adminTokens", { adminToken: token, adminTokens: [{ name: "admin", role: "read", token: `${token}1` }] }],
    ["adminTokens", { adminToken: token, adminReadToken: token }],
  ] as const)("are refused as a bad %s", (option, options) => {
    expect(() => readTokens(options)).toThrow(`option ${option}:`);
  });
});
