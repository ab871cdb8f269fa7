/** What the language knows of a model of attacks: its name, the threats it stands for, its parameters and their defaults. */

/** Values that a parameter takes. Durations are microseconds, percentages run from 0 to 100, a route is its index. */
export type ParameterType = "int" | "percent" | "duration" | "route";

/** One parameter of a model. */
export interface AttackParameter {
  readonly type: ParameterType;
  /** The value where it is left out; null for a route that is then no part of the attack. */
  readonly default: number | null;
  /** Largest number of an `int`, largest duration in microseconds. Default 1,000,000, and a day. */
  readonly most?: number;
  /** Smallest number of an `int`. Default 0. */
  readonly least?: number;
  /** Of a duration from the attack's begin: what happens then, and would not if the attack had ended. */
  readonly begins?: string;
  /** What it means, one line. */
  readonly about: string;
}

/** Parameters by the name of their clause. */
export type AttackParameters = Readonly<Record<string, AttackParameter>>;

/** One model. Every model also takes `target`, `clients`, `sources`, `from`, `rate` and reactions. */
export interface AttackModel {
  readonly name: string;
  /** Identifiers of the OWASP Automated Threats to Web Applications, or of the OWASP API Security Top 10, that it stands for. */
  readonly threats: readonly string[];
  /** What it does, one sentence. */
  readonly about: string;
  /**
   * Which route it attacks where none is named: `sign_in`, the only one whose body names an account; `only`, the only route
   * of the policy; `none`, it calls paths of its own.
   */
  readonly target: "sign_in" | "only" | "none";
  /** Whether it acts with the credentials of inventory clients: always, only where `clients` names some, or never. */
  readonly clients: "required" | "optional" | "never";
  /** Networks that it sends from where `sources` is left out, or as many as `from` holds where those are fewer. */
  readonly sources: number;
  /** Requests of the whole campaign, where `rate` is left out. */
  readonly rate: { readonly count: number; readonly perMicros: number };
  readonly parameters: AttackParameters;
}

/** The values of a model's parameters; -1 for a route that is no part of the attack. */
export type ParameterValues<M extends AttackModel> = { readonly [Name in keyof M["parameters"]]: number };

/** Reads the values that the checker gave to all parameters of `model`. */
export function parametersOf<M extends AttackModel>(
  attack: { readonly parameters: Readonly<Record<string, number>> },
  _model: M,
): ParameterValues<M> {
  return attack.parameters as ParameterValues<M>;
}
