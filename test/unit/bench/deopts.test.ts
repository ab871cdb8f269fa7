/** What V8 writes of deoptimisations, counted. */
import { expect, it } from "vitest";
import { countDeopts } from "../../../bench/deopts.ts";

function line(name: string, kind: string, reason: string, id = "0x1f"): string {
  return `[bailout (kind: ${kind}, reason: ${reason}): begin. deoptimizing 0x0daa321eac49 <JSFunction ${name}(sfi = ${id})>, 0x16d8ab0c4909 <Code TURBOFAN>, opt id 0, bytecode offset 2]`;
}

const END = line("endOfWarmUp ", "deopt-eager", "not a Smi", "0x2");

it("deoptimisations are counted by function, kind and reason, before and after the mark", () => {
  const text = [
    line("read ", "deopt-eager", "wrong map"),
    line("read ", "deopt-eager", "wrong map"),
    "[completed optimizing]",
    END,
    line("read ", "deopt-eager", "wrong map"),
    line("", "deopt-lazy", "(unknown)", "0x3"),
    line("", "deopt-lazy", "(unknown)", "0x3"),
  ].join("\n");
  expect(countDeopts(text)).toEqual([
    { name: "(no name)", kind: "deopt-lazy", reason: "(unknown)", during: 0, after: 2 },
    { name: "read", kind: "deopt-eager", reason: "wrong map", during: 2, after: 1 },
  ]);
});

it("functions of one name are told apart", () => {
  const text = [line("read ", "deopt-eager", "a", "0x5"), line("read ", "deopt-eager", "a", "0x6"), END].join("\n");
  expect(countDeopts(text).map(({ during }) => during)).toEqual([1, 1]);
});

it("a trace without the mark says nothing", () => {
  expect(() => countDeopts(line("read ", "deopt-eager", "wrong map"))).toThrow("warm-up ends");
});
