import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { readConfig } from "../../../../server/config.ts";
import { parseConfig } from "../../../../server/config-file/read.ts";
import { readBlocks } from "../../../helpers/markdown.ts";

it("the options of the log in docs/server.md are options", () => {
  const page = readFileSync(new URL("../../../../docs/server.md", import.meta.url), "utf8");
  const shown = readBlocks(page).find(({ language, text }) => language === "yaml" && text.startsWith("log:"));
  const { log } = readConfig({ policy: "p", ...parseConfig(shown?.text ?? "", "/etc/edgepolicy/serve.yaml", {}) });
  expect(log).toMatchObject({
    allowsOneIn: 100,
    mask: { ip: "network", path: "name" },
    rotate: { keep: 14, gzip: true },
  });
});
