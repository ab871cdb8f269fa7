import { spawnSync } from "node:child_process";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { signingKey } from "../../../../server/audit-log/signing-key.ts";
import { temporaryFolder } from "../../../helpers/server.ts";

const MODULE = new URL("../../../../server/audit-log/signing-key.ts", import.meta.url).href;

describe("the key that signs checkpoints", () => {
  it("is made once, its owner's alone, with its public half beside it", () => {
    const folder = temporaryFolder();
    const key = signingKey(null, folder);
    expect(signingKey(null, folder).equals(key)).toBe(true);
    expect(readdirSync(folder).toSorted()).toEqual(["audit.key", "audit.pub"]);
    expect(statSync(join(folder, "audit.key")).mode & 0o077).toBe(0);
    expect(createPublicKey(readFileSync(join(folder, "audit.pub"))).equals(createPublicKey(key))).toBe(true);
  });

  it("is whole or not there where the disk takes none of it, and is made when there is room", () => {
    const folder = temporaryFolder();
    const script = `const { signingKey } = await import(${JSON.stringify(MODULE)}); signingKey(null, ${JSON.stringify(folder)});`;
    const limited = ["-c", 'ulimit -f 0; exec "$0" --input-type=module -e "$1"', process.execPath, script];
    expect(spawnSync("bash", limited).status).not.toBe(0);
    expect(readdirSync(folder)).not.toContain("audit.key");
    expect(signingKey(null, folder).asymmetricKeyType).toBe("ed25519");
  });

  it("says what is wrong with a file that is none", () => {
    const file = join(temporaryFolder(), "audit.key");
    const used = (): unknown => signingKey(file, null);
    expect(used).toThrow(`cannot use the audit log's key \`${file}\`: there is no such file`);
    writeFileSync(file, "");
    expect(used).toThrow("it is no private key in PEM, or has a passphrase");
    const other = generateKeyPairSync("x25519").privateKey;
    writeFileSync(file, other.export({ format: "pem", type: "pkcs8" }));
    expect(used).toThrow("it is of type x25519, not ed25519");
  });
});
