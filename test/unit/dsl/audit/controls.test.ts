/** The control mapping: that it speaks of what there is, names what there is not, and leaves nothing out. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FRAMEWORKS, mapControls } from "../../../../dsl/audit/controls/mapping.ts";
import type { ControlReport } from "../../../../dsl/audit/controls/control.ts";
import { INVENTORY_FINDINGS } from "../../../../dsl/audit/registry-inventory.ts";
import { POLICY_FINDINGS } from "../../../../dsl/audit/registry-policy.ts";
import { auditOf, type Change } from "./world.ts";

function control(id: string, change: Change = {}): ControlReport {
  const found = mapControls(auditOf(change)).find((report) => report.id === id);
  if (found === undefined) throw new Error(`no control ${id}`);
  return found;
}

const IDS = [...Object.values(INVENTORY_FINDINGS), ...Object.values(POLICY_FINDINGS)].map(({ id }) => id as string);

describe("the registry", () => {
  test("has every id once, in order", () => {
    const numbers = (from: number, to: number): readonly string[] =>
      Array.from({ length: to - from + 1 }, (_, at) => `ID${from + at}`);
    expect(IDS).toEqual([...numbers(101, 124), ...numbers(201, 219)]);
  });

  test("is named by controls, which name no other findings", () => {
    const named = new Set(FRAMEWORKS.flatMap(({ controls }) => controls.flatMap(({ findings }) => findings)));
    expect([...named].filter((id) => !IDS.includes(id))).toEqual([]);
    // An agent's delegation is no subject of these frameworks.
    expect(IDS.filter((id) => !named.has(id))).toEqual(["ID117", "ID124"]);
  });

  test("has each control once, with what it cannot be", () => {
    for (const { controls } of FRAMEWORKS) {
      expect(new Set(controls.map(({ id }) => id)).size).toBe(controls.length);
      for (const { outside } of controls) expect(outside).not.toBe("");
    }
    expect(FRAMEWORKS.map(({ controls }) => controls.length)).toEqual([10, 10, 12, 7, 14]);
  });
});

describe("a control", () => {
  test("is covered where everything for it is there", () => {
    expect(control("NHI8:2025")).toMatchObject({
      status: "covered",
      by: ["every client is of one environment, `prod`", "no finding of ID105, ID119, ID208"],
      missing: [],
    });
  });

  test("is partly there, with what is missing by name", () => {
    const { status, by, missing } = control("API4:2023");
    expect(status).toBe("partly");
    expect(by).toContain("limits by client: `fair_use`");
    expect(missing).toEqual(["no limit of requests at once"]);
  });

  test("is not there where nothing is for it, however clean the inventory", () => {
    const { status, by } = control("NHI9:2025");
    expect(status).toBe("missing");
    expect(by).toEqual(["no finding of ID104, ID116"]);
  });

  test("is outside where no policy can do anything", () => {
    expect(control("API10:2023")).toMatchObject({ status: "outside", by: [], missing: [] });
  });

  test("counts the findings against it", () => {
    const { status, missing } = control("NHI5:2025", { client: { operations: "*" } });
    expect(status).toBe("partly");
    expect(missing).toContain("ID206 over-broad grant: 1");
  });

  test("is not had by an inventory without clients", () => {
    const { status, missing } = control("NHI7:2025", { inventory: { clients: [] } });
    expect(status).toBe("missing");
    expect(missing).toEqual(["there is no inventory of clients"]);
  });

  test("does not count clients without a credential among those whose credentials end", () => {
    const { by } = control("NHI7:2025", { client: { credentials: [] } });
    expect(by).toContain("every credential ends: there are none to have it");
  });

  test.each<Change>([{}, { inventory: { clients: [] } }, { replace: [["default block", "default allow"]] }])(
    "says what is missing where anything is: %j",
    (change) => {
      const reports = mapControls(auditOf(change));
      expect(reports).toHaveLength(53);
      for (const { id, status, missing } of reports)
        expect(missing.length > 0, id).toBe(status === "missing" || status === "partly");
    },
  );

  const shared =
    "signal places = distinct(ip.network) per client else skip over 1h\nrule spread when places > 3 then throttle\n";

  test("is had by a rule in force, and not by one in shadow", () => {
    expect(control("NHI9:2025", { policy: shared }).by).toContain(
      "credentials used from many places are noticed by `spread`",
    );
    const shadow = control("NHI9:2025", { policy: `${shared}rollout { spread shadow }\n` });
    expect(shadow.status).toBe("missing");
    expect(shadow.missing).toEqual(["credentials used from many places are noticed by `spread` in shadow alone"]);
  });

  test("is had by a rule that names it in its tags", () => {
    const tagged = { policy: 'rule a when path == "/x" then throttle tags ["NHI9"]\n' };
    expect(control("NHI9:2025", tagged).by).toContain("tagged with it: `a`");
  });

  test("of a counter of failed attempts looks at what is counted", () => {
    const counted = (where: string): Change => ({
      policy: `signal tries = count on orders where ${where} per ip over 1m\nrule a on orders when tries > 3 then throttle\n`,
    });
    const text = "failed attempts are counted by `a`";
    expect(control("API2:2023", counted("response.status == 401")).by).toContain(text);
    expect(control("API2:2023", counted("body.size > 1KB")).by).not.toContain(text);
  });

  test("of enumeration is not had by counting anything else", () => {
    const distinct = (what: string): Change => ({
      policy: `signal many = distinct(${what}) on order per client else ip over 1m\nrule a on order when many > 30 then throttle\n`,
    });
    expect(control("API1:2023", distinct("id")).by).toContain("enumeration is noticed by `a`");
    expect(control("API1:2023", distinct("ip")).status).toBe("missing");
  });
});

test("docs/audit.md has every finding with its severities and condition", () => {
  const text = readFileSync(join(import.meta.dirname, "../../../../docs/audit.md"), "utf8");
  for (const { id, title, severities, condition } of [
    ...Object.values(INVENTORY_FINDINGS),
    ...Object.values(POLICY_FINDINGS),
  ])
    expect(text).toContain(`| ${id} | ${title} | ${severities.join(", ")} | ${condition} |\n`);
});
