import { describe, expect, it } from "vitest";
import { StateHeldError } from "../../../engine/state/shared/shared-state.ts";
import { type ReportFormat, reportTo } from "../../../server/index.ts";
import { reportFault } from "../../../server/report.ts";
import { serve } from "../../helpers/server.ts";

function said(format: ReportFormat, tell: (report: ReturnType<typeof reportTo>) => void): string {
  let text = "";
  tell(
    reportTo(
      (more) => void (text += more),
      format,
      () => Date.UTC(2026, 0, 2),
    ),
  );
  return text;
}

describe("reportTo", () => {
  it("writes sentences as they are", () => {
    expect(said("text", (report) => report("worker 1 is up", "worker.up"))).toBe("worker 1 is up\n");
  });

  it("writes one object a line, also of what has several lines or no name", () => {
    const text = said("json", (report) => {
      report('a "fault":\n  at once', "fault");
      report("something");
    });
    const time = "2026-01-02T00:00:00.000Z";
    expect(
      text
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { time, level: "error", event: "fault", message: 'a "fault":\n  at once' },
      { time, level: "warning", event: "notice", message: "something" },
    ]);
  });
});

it("is told what kind of thing has happened", async () => {
  const events: unknown[] = [];
  const report = (_message: string, event?: string): void => void events.push(event);
  const server = await serve('policy "p" { default allow }', { report });
  server.running.reload();
  server.replace("policy.edgepolicy", "nonsense");
  server.running.reload();
  expect(events).toEqual(["reload.applied", "reload.refused"]);
});

it("says that a worker holds the state where it was waited for, without a stack, and other faults with one", () => {
  const said: (readonly [string, string | undefined])[] = [];
  const report = (message: string, event?: string): void => void said.push([message, event]);
  for (const fault of [new StateHeldError(1), new StateHeldError(1, false), new Error("planted")])
    reportFault(report, "fault in a handler", fault);
  expect(said).toEqual([
    ["fault in a handler: worker 1 holds the shared state and does not let go of it", "worker.late"],
    [expect.stringMatching(/^fault in a handler: Error: planted\n +at /), "fault"],
  ]);
});
