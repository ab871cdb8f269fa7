/** Expectations of scenarios: what is measured of a population or an attack, and the literal that it is compared with. */
import type { CompareOp } from "../../engine/index.ts";
import type { AstScenario, AstScenarioExpectation } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Expectation } from "../scenario.ts";
import type { CheckContext } from "./context.ts";
import type { Report } from "./report.ts";
import { didYouMean } from "./suggest.ts";

type Metric = Expectation["metric"];
type Kind = "int" | "percent" | "duration";
type Role = AstScenario["actors"][number]["role"];
/** A metric for each kind of literal that it may be compared with. */
type Forms = Readonly<Partial<Record<Kind, Metric>>>;

/** Metrics by whose they are and by their names. */
const METRICS: Readonly<Record<Role, Readonly<Record<string, Forms>>>> = {
  attack: {
    admitted: { percent: "admitted" },
    succeeded: { int: "succeeded" },
    contained: { duration: "contained" },
    first_refusal: { duration: "first_refusal" },
    overshoot: { int: "overshoot" },
  },
  population: {
    harmed: { int: "harmed", percent: "harmed_percent" },
    refused: { percent: "refused" },
    delayed: { duration: "delayed" },
  },
};
const SAMPLES: Readonly<Record<Kind, string>> = { int: "0", percent: "2%", duration: "60s" };

/** One expectation of a scenario; null where something is wrong with it. */
export function checkExpectation(
  ast: AstScenarioExpectation,
  scenario: AstScenario,
  { report }: CheckContext,
): Expectation | null {
  const subject = subjectOf(ast, scenario, report);
  const forms = subject === null ? null : formsOf(ast, subject.role, report);
  const metric = forms === null ? null : metricOf(ast, forms, report);
  if (metric === null) return null;
  const op: CompareOp = ast.op === "=" ? "==" : ast.op;
  const text = `${ast.subject.text}.${ast.metric.text} ${ast.op} ${ast.value.raw}`;
  const { advisory, span } = ast;
  return { subject: ast.subject.text, metric, op, value: ast.value.value, advisory, text, span };
}

function subjectOf(
  { subject }: AstScenarioExpectation,
  { actors }: AstScenario,
  report: Report,
): AstScenario["actors"][number] | null {
  const found = actors.find(({ name }) => name.text === subject.text);
  if (found !== undefined) return found;
  const names = actors.map(({ name }) => name.text);
  const message = `this scenario has no population or attack \`${subject.text}\``;
  const help = didYouMean(subject.text, names, "name one that it declares");
  report.error(SEMANTICS.scenarioExpectation, subject.span, message, { help });
  return null;
}

/** The metrics of that name, by the kind of literal that each is compared with. */
function formsOf({ metric }: AstScenarioExpectation, role: Role, report: Report): Forms | null {
  const metrics = METRICS[role];
  const found = Object.hasOwn(metrics, metric.text) ? metrics[metric.text] : undefined;
  if (found !== undefined) return found;
  const names = Object.keys(metrics);
  const help = didYouMean(metric.text, names, `its metrics are ${names.join(", ")}`);
  const message = `${article(role)} has no metric \`${metric.text}\``;
  report.error(SEMANTICS.scenarioExpectation, metric.span, message, { help });
  return null;
}

function metricOf({ subject, metric, op, value }: AstScenarioExpectation, forms: Forms, report: Report): Metric | null {
  const found = Object.entries(forms).find(([kind]) => kind === value.kind)?.[1];
  if (found !== undefined) return found;
  const kinds = Object.keys(forms) as readonly Kind[];
  const sample = SAMPLES[kinds[0] ?? "int"];
  const message = `\`${metric.text}\` is ${kinds.map((kind) => `\`${kind}\``).join(" or ")}, not \`${value.kind}\``;
  const help = `write \`${subject.text}.${metric.text} ${op} ${sample}\``;
  report.error(SEMANTICS.scenarioExpectation, value.span, message, { help });
  return null;
}

function article(role: Role): string {
  return role === "attack" ? "an attack" : "a population";
}
