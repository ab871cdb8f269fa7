/** Controls of published frameworks as data, and what an audit says of each: what here implements it, what is missing, what cannot be here. */
import type { Audit } from "../audit.ts";
import { INVENTORY_FINDINGS } from "../registry-inventory.ts";
import { POLICY_FINDINGS } from "../registry-policy.ts";
import { type Mechanism, type Means, meansOf } from "./mechanisms.ts";

/** A control of a framework. */
export interface Control {
  readonly id: string;
  /** The framework's own words, or where these are long, their beginning. */
  readonly title: string;
  /** What in a policy or inventory can implement it. */
  readonly by: readonly Mechanism[];
  /** Findings that speak against it. */
  readonly findings: readonly string[];
  /** What of it no edge policy can do. */
  readonly outside: string;
}

/** A framework with the controls that an edge policy has to do with. */
export interface Framework {
  readonly name: string;
  /** What is to be known of its ids and titles; empty for nothing. */
  readonly note: string;
  readonly controls: readonly Control[];
}

/**
 * How far a control is implemented. `covered`: as far as an edge policy can, which `outside` bounds; `outside`: no edge policy can do
 * anything for it.
 */
export type ControlStatus = "covered" | "partly" | "missing" | "outside";

/** What an audit says of a control. */
export interface ControlReport {
  readonly framework: string;
  readonly id: string;
  readonly title: string;
  readonly status: ControlStatus;
  /** What implements it, by name. */
  readonly by: readonly string[];
  /** What a policy or inventory could do for it and this one does not. */
  readonly missing: readonly string[];
  readonly outside: string;
}

/** Judges the controls of a framework by an audit whose policy has no errors. */
export function reportFramework({ name, controls }: Framework, audit: Audit): readonly ControlReport[] {
  const means = meansOf(audit);
  return means === null ? [] : controls.map((control) => reportControl(name, control, audit, means));
}

function reportControl(framework: string, control: Control, { counts }: Audit, means: Means): ControlReport {
  const { id, title, outside } = control;
  const found = control.by.map((mechanism) => mechanism(means));
  const tagged = means.tagged(id);
  const raised = control.findings.filter((finding) => (counts.get(finding) ?? 0) > 0);
  const clean = control.findings.filter((finding) => !raised.includes(finding));
  const has = [...found.flatMap(({ has: texts }) => texts), ...tagged];
  const by = clean.length === 0 || !means.hasClients ? has : [...has, `no finding of ${clean.join(", ")}`];
  const missing = [
    ...new Set(found.flatMap(({ lacks }) => (lacks === null ? [] : [lacks]))),
    ...raised.map((finding) => `${finding} ${titleOf(finding)}: ${counts.get(finding) ?? 0}`),
  ];
  return { framework, id, title, status: statusOf(control, has, missing), by, missing, outside };
}

/** That nothing was found is no implementation by itself where something was to be there. */
function statusOf({ by, findings }: Control, has: readonly string[], missing: readonly string[]): ControlStatus {
  if (by.length === 0 && findings.length === 0) return "outside";
  if (has.length === 0) return "missing";
  return missing.length === 0 ? "covered" : "partly";
}

const TITLES: ReadonlyMap<string, string> = new Map(
  [...Object.values(INVENTORY_FINDINGS), ...Object.values(POLICY_FINDINGS)].map(({ id, title }) => [id, title]),
);

/** A finding's title by its id. */
function titleOf(id: string): string {
  return TITLES.get(id) ?? "";
}
