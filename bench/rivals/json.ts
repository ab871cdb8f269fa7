/** Engines whose rules are JSON. */
import { importRival, requireRival } from "./load.ts";
import type { Facts, MakeRival, PlainRule } from "./rules.ts";

interface JsonLogic {
  readonly LogicEngine: new () => {
    readonly addMethod: (name: string, method: (args: readonly string[]) => boolean, options: object) => void;
    readonly build: (logic: unknown) => (facts: Facts) => unknown;
  };
}

/** `json-logic-engine`: each rule compiled to a function. One chain of all of them is no faster. */
export const jsonLogicEngine: MakeRival = async (rules) => {
  const { LogicEngine } = await importRival<JsonLogic>("json-logic-engine");
  const engine = new LogicEngine();
  engine.addMethod("startsWith", ([text = "", prefix = ""]) => text.startsWith(prefix), {
    sync: true,
    deterministic: true,
  });
  const programs = rules.map((rule) => engine.build(logicOf(rule)));
  const decide = (facts: Facts): string | null => {
    for (let index = 0; index < programs.length; index++) {
      if (programs[index]?.(facts) === true) return rules[index]?.name ?? null;
    }
    return null;
  };
  return { name: "json-logic-engine", decide };
};

function logicOf({ prefix, tenant, over, method }: PlainRule): object {
  return {
    and: [
      { startsWith: [{ var: "path" }, prefix] },
      { "===": [{ var: "tenant" }, tenant] },
      { ">": [{ var: "size" }, over] },
      { "===": [{ var: "method" }, method] },
    ],
  };
}

interface JsonRules {
  readonly Engine: new () => {
    readonly addOperator: (name: string, operator: (fact: string, value: string) => boolean) => void;
    readonly addRule: (rule: object) => void;
    readonly stop: () => void;
    readonly run: (facts: Facts) => Promise<{ readonly events: readonly { readonly type: string }[] }>;
  };
}

/** `json-rules-engine`. Each rule has a priority of its own, and the first that holds stops the engine: half the time of asking all. */
export const jsonRulesEngine: MakeRival = (rules) => {
  const { Engine } = requireRival("json-rules-engine") as JsonRules;
  const engine = new Engine();
  engine.addOperator("startsWith", (fact, value) => fact.startsWith(value));
  const onSuccess = (): void => engine.stop();
  for (const [index, { name, prefix, tenant, over, method }] of rules.entries()) {
    const all = [
      { fact: "path", operator: "startsWith", value: prefix },
      { fact: "tenant", operator: "equal", value: tenant },
      { fact: "size", operator: "greaterThan", value: over },
      { fact: "method", operator: "equal", value: method },
    ];
    const priority = rules.length - index;
    engine.addRule({ conditions: { all }, event: { type: name }, priority, onSuccess });
  }
  const decide = async (facts: Facts): Promise<string | null> => (await engine.run(facts)).events[0]?.type ?? null;
  return { name: "json-rules-engine", decide };
};

interface Zen {
  readonly ZenEngine: new () => {
    readonly createDecision: (graph: Buffer) => {
      evaluate(facts: Facts): Promise<{ readonly result: { readonly by?: string } | null }>;
    };
  };
}

/** `@gorules/zen-engine`: one decision table whose first row that fits is taken. */
export const zenEngine: MakeRival = (rules) => {
  const { ZenEngine } = requireRival("@gorules/zen-engine") as Zen;
  const decision = new ZenEngine().createDecision(Buffer.from(JSON.stringify(graphOf(rules))));
  const decide = async (facts: Facts): Promise<string | null> => (await decision.evaluate(facts)).result?.by ?? null;
  return { name: "@gorules/zen-engine", decide };
};

function graphOf(rules: readonly PlainRule[]): object {
  const content = {
    hitPolicy: "first",
    inputs: ["path", "tenant", "size", "method"].map((field) => ({ id: field, name: field, field })),
    outputs: [{ id: "by", name: "by", field: "by" }],
    rules: rules.map(({ name, prefix, tenant, over, method }) => ({
      _id: name,
      path: `startsWith($, "${prefix}")`,
      tenant: `"${tenant}"`,
      size: `> ${over}`,
      method: `"${method}"`,
      by: `"${name}"`,
    })),
  };
  return {
    nodes: [
      { id: "in", type: "inputNode", name: "in" },
      { id: "table", type: "decisionTableNode", name: "table", content },
      { id: "out", type: "outputNode", name: "out" },
    ],
    edges: [
      { id: "first", sourceId: "in", targetId: "table", type: "edge" },
      { id: "second", sourceId: "table", targetId: "out", type: "edge" },
    ],
  };
}
