/** Containment: what is set is in force, audited and there after a restart, and ends by itself. */
import { describe, expect, it } from "vitest";
import { makeRequest, MAX_OVERLAYS, type Overlay, type RequestCredential } from "../../../../engine/index.ts";
import { NO_END } from "../../../../server/containment/act.ts";
import type { RevocationKind, RevocationRecord } from "../../../../server/identity/revocation.ts";
import { ACT, Clock, openContainment } from "../../../helpers/operation.ts";
import { temporaryFolder } from "../../../helpers/server.ts";

const HOUR = 3_600e6;

function overlayOf(id: string, endsMicros: number): Overlay {
  return { id, kind: "mode", name: "flood", mode: "shadow", author: "m.rossi", reason: "inc-42", endsMicros };
}

function idsOf(overlays: readonly Overlay[]): readonly string[] {
  return overlays.map(({ id }) => id);
}

describe("an overlay", () => {
  it("is in force at once, written down, and there after a restart", () => {
    const folder = temporaryFolder();
    const clock = new Clock();
    const first = openContainment(folder, clock);
    first.containment.set("overlay", overlayOf("chg-1", clock.micros + HOUR), ACT, "overlay.set");
    expect(idsOf(first.told.overlays)).toEqual(["chg-1"]);
    first.close();
    const second = openContainment(folder, clock);
    expect(second.told.overlays).toEqual([overlayOf("chg-1", clock.micros + HOUR)]);
    expect(second.containment.inForce()).toMatchObject([{ kind: "overlay", setMicros: clock.micros }]);
    second.containment.lift("overlay", "chg-1", ACT, "overlay.lifted");
    expect(second.told.overlays).toEqual([]);
    expect(second.events()).toEqual(["overlay.set", "overlay.lifted"]);
  });

  it("ends by itself, which is written down when it is cleared", () => {
    const folder = temporaryFolder();
    const clock = new Clock();
    const first = openContainment(folder, clock);
    first.containment.set("overlay", overlayOf("chg-1", clock.micros + HOUR), ACT, "overlay.set");
    clock.pass(3_600);
    expect(first.containment.inForce()).toEqual([]);
    first.close();
    const second = openContainment(folder, clock);
    expect(second.told.overlays).toEqual([]);
    expect(second.events()).toEqual(["overlay.set", "overlay.ended"]);
  });

  it("ends with others in one change, each with its entry, or none where one cannot be written down", () => {
    const clock = new Clock();
    const { containment, told, audit, database, events } = openContainment(null, clock);
    for (const id of ["a", "b", "c"])
      containment.set("overlay", overlayOf(id, clock.micros + HOUR), ACT, "overlay.set");
    containment.set("overlay", overlayOf("d", NO_END), ACT, "overlay.set");
    clock.pass(3_600);
    database.run(
      "CREATE TRIGGER full BEFORE DELETE ON overlays WHEN old.id = 'c' BEGIN SELECT RAISE(ABORT, 'full'); END",
    );
    const before = audit.head;
    containment.sweep();
    expect([audit.head, idsOf(containment.inForce().map(({ overlay }) => overlay))]).toEqual([before, ["d"]]);
    database.run("DROP TRIGGER full");
    const { times } = told;
    containment.sweep();
    expect([told.times - times, idsOf(told.overlays)]).toEqual([1, ["d"]]);
    expect(events().slice(4)).toEqual(["overlay.ended", "overlay.ended", "overlay.ended"]);
  });

  it("is no reason to copy what is revoked to other threads", () => {
    const { containment, told } = openContainment(null);
    const before = told.spread;
    containment.set("overlay", overlayOf("a", NO_END), ACT, "overlay.set");
    expect(told.spread).toBe(before);
  });

  it("takes the place of the one with its id, as the last one set", () => {
    const { containment, told } = openContainment(null);
    for (const id of ["a", "b", "a"]) containment.set("overlay", overlayOf(id, NO_END), ACT, "overlay.set");
    expect(idsOf(told.overlays)).toEqual(["b", "a"]);
  });

  it("keeps its order over a restart", () => {
    const folder = temporaryFolder();
    const first = openContainment(folder);
    for (const id of ["a", "b", "a"]) first.containment.set("overlay", overlayOf(id, NO_END), ACT, "overlay.set");
    first.close();
    expect(idsOf(openContainment(folder).told.overlays)).toEqual(["b", "a"]);
  });

  it("is refused where it has ended already, or has the id of something else", () => {
    const { containment, told } = openContainment(null);
    const { set } = { set: (overlay: Overlay) => containment.set("overlay", overlay, ACT, "overlay.set") };
    expect(() => set(overlayOf("late", 1))).toThrow("it would have ended already");
    containment.ban("net", { network: "192.0.2.0/24" }, NO_END, ACT);
    expect(() => set(overlayOf("net", NO_END))).toThrow("`net` is the id of a ban");
    expect(() => containment.lift("overlay", "net", ACT, "overlay.lifted")).toThrow("there is no overlay `net`");
    expect(idsOf(told.overlays)).toEqual(["net"]);
  });

  it("finds room as long as there are fewer than a thousand", () => {
    const clock = new Clock();
    const { containment, told } = openContainment(null, clock);
    for (let n = 0; n < MAX_OVERLAYS; n++) {
      containment.set("overlay", overlayOf(`n${n}`, clock.micros + (n === 0 ? HOUR : 2 * HOUR)), ACT, "overlay.set");
    }
    const another = (): unknown => containment.set("overlay", overlayOf("one", NO_END), ACT, "overlay.set");
    expect(another).toThrow(`${MAX_OVERLAYS} overlays`);
    expect(told.overlays.length).toBe(MAX_OVERLAYS);
    clock.pass(3_600);
    another();
    expect(told.overlays.length).toBe(MAX_OVERLAYS);
  });
});

describe("a client", () => {
  it("is contained in one way at a time, and restored", () => {
    const { containment, told, events } = openContainment(null);
    containment.contain("acme_sync", "suspended", NO_END, ACT);
    expect(told.overlays).toMatchObject([{ id: "suspend:acme_sync", kind: "kill", subject: { client: "acme_sync" } }]);
    containment.contain("acme_sync", "quarantined", NO_END, ACT);
    expect(told.overlays).toMatchObject([{ id: "quarantine:acme_sync", kind: "quarantine" }]);
    expect(containment.stateOf("acme_sync")?.state).toBe("quarantined");
    expect(containment.stateOf("other")).toBeNull();
    expect(containment.clientCounts().get("quarantined")).toBe(1);
    containment.restore("acme_sync", false, ACT);
    expect(told.overlays).toEqual([]);
    expect(() => containment.restore("acme_sync", false, ACT)).toThrow("`acme_sync` is not contained");
    expect(events()).toEqual(["client.suspended", "client.quarantined", "client.restored"]);
  });

  it("stays revoked unless that is taken back on purpose", () => {
    const { containment, told } = openContainment(null);
    containment.contain("acme_sync", "revoked", NO_END, ACT);
    expect(() => containment.restore("acme_sync", false, ACT)).toThrow("is revoked, which is meant to be final");
    expect(() => containment.contain("acme_sync", "suspended", NO_END, ACT)).toThrow("`acme_sync` is revoked");
    expect(told.overlays).toMatchObject([{ id: "revoke:acme_sync", kind: "kill" }]);
    containment.restore("acme_sync", true, ACT);
    expect(told.overlays).toEqual([]);
  });
});

describe("a change that cannot be written", () => {
  it("is not made at all", () => {
    const { containment, told, database } = openContainment(null);
    containment.set("overlay", overlayOf("a", NO_END), ACT, "overlay.set");
    database.run("DROP TABLE audit");
    expect(() => containment.set("overlay", overlayOf("b", NO_END), ACT, "overlay.set")).toThrow("no such table");
    expect(() => containment.revoke(revocationOf("key", "", "k1"), ACT)).toThrow("no such table");
    expect(idsOf(containment.inForce().map(({ overlay }) => overlay))).toEqual(["a"]);
    expect(containment.revocations.all).toEqual([]);
    expect(idsOf(told.overlays)).toEqual(["a"]);
  });
});

function revocationOf(kind: RevocationKind, issuer: string, name: string, over: object = {}): RevocationRecord {
  return {
    kind,
    issuer,
    name,
    beforeMicros: null,
    author: "m.rossi",
    reason: "leaked",
    setMicros: 0,
    endsMicros: NO_END,
    ...over,
  };
}

const ISSUER = "https://id.example.com";
const TOKEN = {
  issuer: ISSUER,
  id: "t1",
  keyId: "k1",
  keyThumbprint: "print",
  subject: "sub",
  client: "acme_sync",
  issuedAt: 1_000,
  expiresAt: 2_000,
};

describe("a revocation of a token", () => {
  it.each([
    ["its id", "jti", ISSUER, "t1", {}, "revoked_token"],
    ["its key's name", "kid", ISSUER, "k1", {}, "revoked_key"],
    ["its key's thumbprint", "kid", ISSUER, "print", {}, "revoked_key"],
    ["its issuer", "issuer", "", ISSUER, {}, "revoked_key"],
    ["its subject", "subject", ISSUER, "sub", {}, "revoked_credential"],
    ["its client, later", "client", "", "acme_sync", { beforeMicros: 1_001e6 }, "revoked_credential"],
    ["its client, before", "client", "", "acme_sync", { beforeMicros: 1_000e6 }, null],
    ["an id of another issuer", "jti", "https://other.example.com", "t1", {}, null],
    ["another id", "jti", ISSUER, "t2", {}, null],
    ["a credential of the inventory", "key", "", "t1", {}, null],
    ["what has ended", "jti", ISSUER, "t1", { endsMicros: 1 }, null],
  ] as const)("by %s", (_, kind, issuer, name, over, reason) => {
    const { containment } = openContainment(null);
    expect(containment.revocations.denied(TOKEN)).toBeNull();
    containment.revoke(revocationOf(kind, issuer, name, over), ACT);
    expect(containment.revocations.denied(TOKEN)).toBe(reason);
  });

  it("is there after a restart, until it is taken back", () => {
    const folder = temporaryFolder();
    const first = openContainment(folder);
    first.containment.revoke(revocationOf("jti", ISSUER, "t1"), ACT);
    first.close();
    const second = openContainment(folder);
    expect(second.containment.revocations.denied(TOKEN)).toBe("revoked_token");
    expect(second.containment.unrevoke("jti", ISSUER, "t1", ACT)).toMatchObject({ reason: "leaked" });
    expect(second.containment.revocations.denied(TOKEN)).toBeNull();
    expect(() => second.containment.unrevoke("jti", ISSUER, "t1", ACT)).toThrow("there is no such revocation");
    expect(second.events()).toEqual(["revocation.set", "revocation.lifted"]);
  });

  it("goes when it has ended", () => {
    const clock = new Clock();
    const { containment } = openContainment(null, clock);
    containment.revoke(revocationOf("jti", ISSUER, "t1", { endsMicros: clock.micros + HOUR }), ACT);
    clock.pass(3_600);
    containment.sweep();
    expect(containment.revocations.all).toEqual([]);
  });
});

describe("a request whose credential is revoked", () => {
  const CLAIMS = { iss: ISSUER, sub: "sub", jti: "t1", iat: 1_000 };
  const credentialOf = (id: string | null, issued: number | null): RequestCredential => ({ id, issued, expires: null });

  it.each([
    ["by the credential's id", "key", "", "k1", {}, "revoked_credential"],
    ["by its issuer", "issuer", "", ISSUER, {}, "revoked_key"],
    ["by its token's id", "jti", ISSUER, "t1", {}, "revoked_token"],
    ["by its subject", "subject", ISSUER, "sub", {}, "revoked_credential"],
    ["by its client", "client", "", "acme_sync", { beforeMicros: 1_001e6 }, "revoked_credential"],
    ["by another credential", "key", "", "k2", {}, null],
    ["by its client, before", "client", "", "acme_sync", { beforeMicros: 999e6 }, null],
  ] as const)("%s is nobody's", (_, kind, issuer, name, over, reason) => {
    const { containment } = openContainment(null);
    containment.revoke(revocationOf(kind, issuer, name, over), ACT);
    const caller = { client: "acme_sync", credential: credentialOf("k1", null), claims: CLAIMS, scopes: ["a"] };
    const request = makeRequest({ ...caller, evidence: "bearer_token" });
    containment.revocations.refuse(request);
    const refused = {
      client: null,
      credential: null,
      claims: null,
      scopes: null,
      evidence: null,
      identityError: reason,
    };
    expect(request).toMatchObject(reason === null ? { ...caller, identityError: null } : refused);
  });

  it("is not newer where it is not known when its credential was issued", () => {
    const { containment } = openContainment(null);
    containment.revoke(revocationOf("client", "", "acme_sync", { beforeMicros: 100 }), ACT);
    const errorOf = (issued: number | null, client = "acme_sync"): string | null => {
      const request = makeRequest({ client, credential: credentialOf("k1", issued) });
      containment.revocations.refuse(request);
      return request.identityError;
    };
    expect([errorOf(99), errorOf(100), errorOf(null), errorOf(1, "other")]).toEqual([
      "revoked_credential",
      null,
      "revoked_credential",
      null,
    ]);
    const bare = makeRequest({ client: "acme_sync" });
    containment.revocations.refuse(bare);
    expect(bare.identityError).toBe("revoked_credential");
  });

  it("by nobody is left as it is", () => {
    const { containment } = openContainment(null);
    containment.revoke(revocationOf("key", "", "k1"), ACT);
    const request = makeRequest({ identityError: "unknown_key", credential: credentialOf("k1", null) });
    containment.revocations.refuse(request);
    expect(request).toEqual(makeRequest({ identityError: "unknown_key", credential: credentialOf("k1", null) }));
  });
});
