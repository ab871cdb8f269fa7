/**
 * Source of a generated function. Nothing of a policy's text is in it: it names places by number, and everything else is handed in as
 * a value. So what a policy says is never run, and the same program makes the same source.
 */

/** The most characters of source of one function. A longer one would take long to optimise, or never be: V8 has its own bound. */
const MOST_SOURCE = 32_768;

export class Source {
  private readonly values = new Map<string, unknown>();

  /** Names a value; the same name stands for the same value. */
  value(name: string, value: unknown): string {
    this.values.set(name, value);
    return name;
  }

  /**
   * Makes a function of the values named and of the text of a function expression.
   *
   * @returns Null where the text is too long, or where the host makes no functions of texts.
   */
  make(expression: string): unknown {
    if (expression.length > MOST_SOURCE) return null;
    try {
      // oxlint-disable-next-line typescript/no-implied-eval -- the text has nothing in it that comes from outside
      const outer = new Function(...this.values.keys(), `"use strict";\nreturn ${expression};`) as (
        ...values: unknown[]
      ) => unknown;
      return outer(...this.values.values());
    } catch (fault) {
      if (!(fault instanceof EvalError)) throw fault;
      return null;
    }
  }
}
