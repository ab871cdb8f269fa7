/** Every reason that the verifiers of certificates and signatures give is one that policies can read. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { PROOF_ERRORS } from "../../../../engine/identity-errors.ts";

const FOLDER = join(import.meta.dirname, "../../../../server/identity");
const sources = readdirSync(FOLDER, { recursive: true, withFileTypes: true })
  .filter(
    (entry) =>
      entry.isFile() &&
      /client-certificate|hmac|http-signature|refuse-replay|presented/.test(join(entry.parentPath, entry.name)),
  )
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
  .join("\n");
const pages = ["signed-requests", "client-certificates"]
  .map((page) => readFileSync(join(FOLDER, `../../docs/${page}.md`), "utf8"))
  .join("\n");

describe("reasons", () => {
  it.each(PROOF_ERRORS)("%s can be read, is given, and is documented", (reason) => {
    const policy = `policy "p" { default allow refused_credentials pass }\nrule r when identity.error ?? "expired" == "${reason}" then block`;
    const is = policy.replace(
      `identity.error ?? "expired" == "${reason}"`,
      `has identity.error and identity.error is ${reason}`,
    );
    expect(loadPolicyText(is).diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(sources).toContain(`"${reason}"`);
    expect(pages).toContain(`\`${reason}\``);
  });
});
