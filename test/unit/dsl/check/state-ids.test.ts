/** To which edits state belongs, and to which it does not. */
import { describe, expect, test } from "vitest";
import { accepted } from "../../../helpers/loading.ts";

const signalState = (text: string): string => accepted(text).signals.find(({ name }) => name === "s")!.stateId;
const limitState = (text: string): string => accepted(text).limits.find(({ name }) => name === "l")!.stateId;

describe("identity of state", () => {
  const CLASS = 'class tier = gold when host == "a", else other\n';
  const SIGNAL = "signal s = count per tier over 5m\n";

  test.for([
    ["an edit of a class that is its key", CLASS.replace('"a"', '"b"') + SIGNAL],
    ["another let before it", `let other_one = method is GET\n${CLASS}${SIGNAL}`],
    ["a class that the class now reads", `let a = host == "a"\n${CLASS.replace('host == "a"', "a")}${SIGNAL}`],
    ["declarations in another order", SIGNAL + CLASS],
  ] as const)("of a signal survives %s", ([, text]) => {
    expect(signalState(text)).toBe(signalState(CLASS + SIGNAL));
  });

  test("of a share survives an edit of a list, a table or a window that its condition names, and no other condition", () => {
    const text = (condition: string, before = ""): string =>
      `${before}list a : string = ["x"]\nlist b : string = ["x"]\ntable t : string -> int = { "x": 1 } else 0\nwindow w = daily 01:00 to 02:00 "UTC"\nsignal s = share(${condition}) per ip over 5m\n`;
    for (const condition of ["host in a", "t[host] > 0", "now in w"]) {
      const base = signalState(text(condition));
      const before =
        'list c : string = ["y"]\ntable u : string -> int = { "y": 1 } else 0\nwindow v = daily 03:00 to 04:00 "UTC"\n';
      expect(signalState(text(condition, before))).toBe(base);
      expect(signalState(text(condition).replaceAll('"x"', '"z"').replace("01:00", "00:30"))).toBe(base);
    }
    expect(signalState(text("host in a"))).not.toBe(signalState(text("host in b")));
  });

  test("of `elapsed` is told by routes, in any order", () => {
    const text = (routes: string, argument: string): string =>
      `${routes}group both = a, b\nsignal s = elapsed(${argument}) per ip over 5m\n`;
    const [a, b] = ['route a = GET "/a"\n', 'route b = GET "/b"\n'];
    expect(signalState(text(b + a, "both"))).toBe(signalState(text(a + b, "both")));
    expect(signalState(text(a + b, "a"))).not.toBe(signalState(text(a + b, "both")));
  });

  test("of a limit is lost over another kind of amount, unit or zone, and not over its numbers", () => {
    const state = (amount: string): string => limitState(`limit l per ip allow ${amount}\n`);
    const kinds = [
      "5 per 1m",
      "5 per 1m exact",
      "5 at once",
      '5 per day "UTC"',
      '5 per hour "UTC"',
      '5 per day "Europe/Rome"',
    ];
    expect(new Set(kinds.map(state)).size).toBe(kinds.length);
    for (const kind of kinds) expect(state(kind.replace("5", "9"))).toBe(state(kind));
    const edited = "when method is GET per ip allow 5 per 1m otherwise block refund when response.status == 500";
    expect(limitState(`limit l ${edited}\n`)).toBe(state("5 per 1m"));
  });

  test("under a former name is what that name would have", () => {
    const [then, now] = ["signal old = count per ip over 5m\n", "signal s = count per ip over 5m was old\n"];
    expect(accepted(now).signals[0]?.wasStateId).toBe(accepted(then).signals[0]?.stateId);
    expect(accepted(then).signals[0]?.wasStateId).toBeNull();
    const [before, after] = ["limit old per ip allow 5 at once\n", "limit l per ip allow 7 at once was old\n"];
    expect(accepted(after).limits[0]?.wasStateId).toBe(accepted(before).limits[0]?.stateId);
  });

  test("tells names from separators", () => {
    const state = (keys: string): string => signalState(`signal s = count per ${keys} over 5m\n`);
    expect(state('header["a"] else skip, header["b"] else skip')).not.toBe(
      state('header["a"] else header["b"] else skip'),
    );
    expect(state('query["a"] else skip')).not.toBe(state('cookie["a"] else skip'));
  });
});
