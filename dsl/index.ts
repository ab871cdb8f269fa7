/** The language's public door. */
export type * from "./ast.ts";
export { CODES } from "./codes.ts";
export type { CodeEntry } from "./codes/entry.ts";
export type { Diagnostic, Fix, Note, Severity } from "./diagnostic.ts";
export {
  decodeText,
  type FileRead,
  type FileReader,
  MAX_POLICY_BYTES,
  memoryFiles,
  nodeFiles,
  type TextRead,
} from "./files.ts";
export { type FormatResult, format } from "./format.ts";
export { type LoadResult, loadPolicy, loadPolicyText } from "./load.ts";
export { DEFAULT_LIMITS, type ParseLimits, type ParseOptions, type ParseResult, parse } from "./parser.ts";
export { diagnosticsToJson, type JsonDiagnostic, type JsonReport } from "./render-json.ts";
export { type RenderOptions, renderDiagnostics } from "./render-text.ts";
export { makeSource, type Position, positionAt, type SourceFile } from "./source.ts";
export type * from "./scenario.ts";
export type * from "./test-block.ts";
