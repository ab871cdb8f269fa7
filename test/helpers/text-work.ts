/**
 * Counts how many characters are looked at, so that what is super-linear shows without a clock: while `run` goes on, the methods by which
 * a text can be read count what they read of it.
 */

type Method = (this: string, ...args: never[]) => unknown;
type Methods = Record<string, Method>;

/** What a call looks at, from its text, its arguments and its result. */
type Cost = (text: string, args: readonly unknown[], result: unknown) => number;

function fromPlace(text: string, args: readonly unknown[], result: unknown): number {
  const from = Math.min(text.length, Math.max(0, Number(args[1] ?? 0)));
  return (typeof result === "number" && result >= 0 ? result : text.length) - from + 1;
}

function whole(text: string): number {
  return text.length + 1;
}

const COSTS: Readonly<Record<string, Cost>> = {
  charCodeAt: () => 1,
  codePointAt: () => 1,
  charAt: () => 1,
  indexOf: fromPlace,
  lastIndexOf: whole,
  includes: whole,
  startsWith: (_, [piece]) => String(piece).length + 1,
  endsWith: (_, [piece]) => String(piece).length + 1,
  // A slice is read by whoever gets it; made, it is a pointer.
  slice: () => 1,
  substring: () => 1,
  split: whole,
  toLowerCase: whole,
  toUpperCase: whole,
  isWellFormed: whole,
  trim: whole,
  replace: whole,
  replaceAll: whole,
  match: whole,
};

/** Characters that `run` looks at. */
export function textWork(run: () => void): number {
  const methods = String.prototype as unknown as Methods;
  const former = Object.keys(COSTS).map((name) => [name, methods[name]!] as const);
  let work = 0;
  try {
    for (const [name, method] of former) {
      const cost = COSTS[name]!;
      methods[name] = function counted(this: string, ...args: never[]): unknown {
        const result = method.apply(this, args);
        work += cost(this, args, result);
        return result;
      };
    }
    run();
  } finally {
    for (const [name, method] of former) methods[name] = method;
  }
  return work;
}
