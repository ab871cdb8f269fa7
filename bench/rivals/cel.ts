/** The three engines of the Common Expression Language: a program for each rule, prepared once, asked in turn. */
import { importRival } from "./load.ts";
import { celOf, type Facts, type MakeRival, type PlainRule } from "./rules.ts";

interface CelJs {
  readonly parse: (text: string) => { readonly isSuccess: boolean; readonly cst: unknown };
  readonly evaluate: (cst: unknown, facts: Facts, functions: Readonly<Record<string, unknown>>) => unknown;
}

/** `cel-js`: its expressions know no `startsWith`, so it gets a function of that name. */
export const celJs: MakeRival = async (rules) => {
  const { parse, evaluate } = await importRival<CelJs>("cel-js");
  const functions = { startsWith: (text: string, prefix: string): boolean => text.startsWith(prefix) };
  const programs = rules.map((rule) => {
    const { cst, isSuccess } = parse(celOf(rule).replace("path.startsWith(", "startsWith(path, "));
    if (!isSuccess) throw new Error(`cel-js does not parse ${rule.name}`);
    return (facts: Facts): boolean => evaluate(cst, facts, functions) === true;
  });
  return { name: "cel-js", decide: inTurn(rules, programs) };
};

interface MarcBachmann {
  readonly parse: (text: string) => (facts: Facts) => unknown;
}

/** `@marcbachmann/cel-js`. */
export const marcBachmannCel: MakeRival = async (rules) => {
  const { parse } = await importRival<MarcBachmann>("@marcbachmann/cel-js");
  const programs = rules.map((rule) => {
    const program = parse(celOf(rule));
    return (facts: Facts): boolean => program(facts) === true;
  });
  return { name: "@marcbachmann/cel-js", decide: inTurn(rules, programs) };
};

interface Bufbuild {
  readonly celEnv: () => unknown;
  readonly parse: (text: string) => unknown;
  readonly plan: (environment: unknown, parsed: unknown) => (facts: Facts) => unknown;
}

/** `@bufbuild/cel`. */
export const bufbuildCel: MakeRival = async (rules) => {
  const { celEnv, parse, plan } = await importRival<Bufbuild>("@bufbuild/cel");
  const environment = celEnv();
  const programs = rules.map((rule) => {
    const program = plan(environment, parse(celOf(rule)));
    return (facts: Facts): boolean => program(facts) === true;
  });
  return { name: "@bufbuild/cel", decide: inTurn(rules, programs) };
};

function inTurn(
  rules: readonly PlainRule[],
  programs: readonly ((facts: Facts) => boolean)[],
): (facts: Facts) => string | null {
  return (facts) => {
    for (let index = 0; index < programs.length; index++) {
      if (programs[index]?.(facts) === true) return rules[index]?.name ?? null;
    }
    return null;
  };
}
