/** `was OLD_NAME`: the name that a signal or limit had when its state began. */
import type { Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { CheckContext } from "./context.ts";

/** Whether a former name is free; one that something bears is reported, as state belongs to who has the name. */
export function checkFormerName(was: Name, name: string, { report, scope }: CheckContext): boolean {
  const bearer = scope.find(was.text);
  if (bearer === undefined) return true;
  const self = was.text === name;
  report.error(SEMANTICS.nameTaken, was.span, `\`was ${was.text}\` names something that is declared`, {
    help: self ? "leave `was` out: the name has not changed" : "leave `was` out, or rename what bears the name now",
    notes: self ? [] : [{ message: `the ${bearer.kind} \`${bearer.name}\` is declared here`, span: bearer.span }],
  });
  return false;
}
