/** `was OLD_NAME`: the name that a signal or limit had when its state began. */
import type { Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { CheckContext } from "./context.ts";

/** Whether a former name is free; one that something bears is reported, as state belongs to who has the name. */
export function checkFormerName(was: Name, name: string, context: CheckContext): boolean {
  const { report, scope } = context;
  const bearer = scope.find(was.text);
  if (bearer === undefined) return isTakenOnce(was, context);
  const self = was.text === name;
  report.error(SEMANTICS.nameTaken, was.span, `\`was ${was.text}\` names something that is declared`, {
    help: self ? "leave `was` out: the name has not changed" : "leave `was` out, or rename what bears the name now",
    notes: self ? [] : [{ message: `the ${bearer.kind} \`${bearer.name}\` is declared here`, span: bearer.span }],
  });
  return false;
}

/** State has one heir: whether no earlier declaration takes over that of the same name. */
function isTakenOnce(was: Name, { report, declarations }: CheckContext): boolean {
  const stateful = declarations.all.filter((each) => each.kind === "signal" || each.kind === "limit");
  const first = stateful.find((each) => each.was?.text === was.text);
  if (first === undefined || first.was === was) return true;
  report.error(SEMANTICS.nameTaken, was.span, `\`was ${was.text}\` stands twice, and state has one heir`, {
    help: "leave one of them out: that one starts fresh",
    notes: [{ message: `\`${first.name.text}\` takes it over`, span: first.name.span }],
  });
  return false;
}
