/** Loading: files in their places, versions, and what becomes of errors. */
import { describe, expect, test } from "vitest";
import { loadPolicy, loadPolicyText, memoryFiles } from "../../../dsl/index.ts";
import { accepted, errorsOf, HEADER, load } from "../../helpers/loading.ts";

describe("imports", () => {
  test("stand in their place, so that order is that of the text", () => {
    const policy = accepted('rule a then slow 1s\nimport "b.edgepolicy"\nlimit d per ip allow 5 per 1m\n', {
      "b.edgepolicy": "limit b per ip allow 5 per 1m\nrule c then slow 1s\n",
    });
    const names = policy.order.map(({ kind, index }) => (kind === "rule" ? policy.rules : policy.limits)[index]?.name);
    expect(names).toEqual(["a", "b", "c", "d"]);
    expect(policy.files).toEqual(["policy.edgepolicy", "b.edgepolicy"]);
    expect(policy.rules[1]?.span.file).toBe(1);
  });

  test("are read once, however many files import them", () => {
    const files = {
      "a.edgepolicy": 'import "c.edgepolicy"\n',
      "b.edgepolicy": 'import "./c.edgepolicy"\n',
      "c.edgepolicy": "let x = method is GET\n",
    };
    expect(
      accepted('import "a.edgepolicy"\nimport "b.edgepolicy"\nrule r when x then slow 1s\n', files).lets,
    ).toHaveLength(1);
  });

  test("are relative to the file that imports, as are lists and the inventory", () => {
    const policy = accepted('import "parts/a.edgepolicy"\nrule r when host in names then slow 1s\n', {
      "parts/a.edgepolicy": 'list names : string from "names.txt"\nclients from "../clients.json"\n',
      "parts/names.txt": "a\n# b\n\n c \r\n",
      "clients.json": '{"clients": []}',
    });
    expect(policy.lists[0]).toMatchObject({ values: ["a", " c "], file: "names.txt" });
  });

  test("of the file itself are a cycle", () => {
    expect(errorsOf('import "policy.edgepolicy"\n')).toEqual(["EP2005"]);
  });
});

describe("the version", () => {
  const version = (text: string, files: Record<string, string> = {}): string => accepted(text, files).version;

  test("is twelve hexadecimal digits, and the same for the same texts", () => {
    expect(version("rule a then slow 1s")).toMatch(/^[0-9a-f]{12}$/);
    expect(version("rule a then slow 1s")).toBe(version("rule a then slow 1s"));
  });

  test("changes with any text that takes part", () => {
    const list = 'list l : string from "l.txt"\nrule a when host in l then slow 1s';
    expect(version(list, { "l.txt": "a" })).not.toBe(version(list, { "l.txt": "b" }));
    expect(version("rule a then slow 1s")).not.toBe(version("rule a then slow 1s // "));
  });
});

describe("errors", () => {
  test("leave no policy and no scenarios", () => {
    const result = load("rule a when nope then block\nscenario s { run 1m }\n");
    expect(result.policy).toBeNull();
    expect(result.scenarios).toEqual([]);
  });

  test("of syntax and of meaning are reported together, once each", () => {
    expect(
      errorsOf("rule a when then block\nrule b when host == 5 then block\nlimit c per ip allow 0 per 1m\n"),
    ).toEqual(["EP1301", "EP2101", "EP1104"]);
  });

  test("in a declaration do not make its name unknown", () => {
    expect(
      errorsOf("signal s = count per ip over 600\nrule a when s > 5 then exempt from b\nlimit b per ip allow\n"),
    ).toEqual(["EP1105", "EP1301"]);
    expect(errorsOf("let x = nope\nlist l : nope = []\nrule a when x or host in l then slow 1s\n")).toEqual([
      "EP2001",
      "EP2001",
    ]);
  });

  test("beyond two hundred are counted, errors before warnings", () => {
    const rules = Array.from({ length: 300 }, (_, index) => `rule r${index} when nope${index} then block`);
    const { diagnostics } = loadPolicyText(HEADER + rules.join("\n"));
    expect(diagnostics).toHaveLength(201);
    expect(diagnostics.at(-1)).toMatchObject({ code: "EP2901", message: "100 more problems are not listed" });
  });
});

test("a policy's version is of its texts, wherever it is called from", () => {
  const main = 'policy "p" { default allow unavailable closed }\nimport "parts/a.edgepolicy"\n';
  const part = "rule a when method is POST then block\n";
  const at = (folder: string): string | undefined =>
    loadPolicy(
      `${folder}p.edgepolicy`,
      memoryFiles({ [`${folder}p.edgepolicy`]: main, [`${folder}parts/a.edgepolicy`]: part }),
    ).policy?.version;
  expect(at("")).toMatch(/^[0-9a-f]{12}$/);
  expect(at("deep/er/")).toBe(at(""));
});
