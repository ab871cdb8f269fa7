/** What keeps a request from being answered: its members, or the moment. An editor with a fault is told which, in the protocol's codes. */
import { ErrorCodes, ResponseError } from "vscode-languageserver";

/** Members of requests, besides `textDocument`. */
export type Needed = "position" | "range" | "context" | "newName";

/** Whether a value will do. */
const CHECKS: Readonly<Record<Needed, (value: unknown) => boolean>> = {
  position: isPosition,
  range: (value) => isObject(value) && isPosition(value["start"]) && isPosition(value["end"]),
  context: isObject,
  newName: (value) => typeof value === "string",
};

/** @param params - What was asked, as it came. */
export function wrongParams(params: unknown, needed: readonly Needed[]): ResponseError | null {
  const members = isObject(params) ? params : {};
  const document = members["textDocument"];
  if (!isObject(document) || typeof document["uri"] !== "string") return wrong("textDocument.uri");
  const missing = needed.find((name) => !CHECKS[name](members[name]));
  return missing === undefined ? null : wrong(missing);
}

function wrong(name: string): ResponseError {
  return new ResponseError(ErrorCodes.InvalidParams, `\`${name}\` is missing, or not what the protocol has there`);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** One outside the text will do: nothing stands there. */
function isPosition(value: unknown): boolean {
  return isObject(value) && Number.isInteger(value["line"]) && Number.isInteger(value["character"]);
}

/** When a connection is answered: from `initialize` to `shutdown`. */
export class Lifetime {
  /** Why nothing is answered now; null where it is. */
  refusal: ResponseError | null = new ResponseError(ErrorCodes.ServerNotInitialized, "send `initialize` first");

  begin(): void {
    this.refusal = null;
  }

  end(): void {
    this.refusal = new ResponseError(ErrorCodes.InvalidRequest, "after `shutdown` nothing follows but `exit`");
  }
}
