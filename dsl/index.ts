/** The language's public door. */
export type * from "./ast.ts";
export type { Diagnostic, Fix, Note, Severity } from "./diagnostic.ts";
export { DEFAULT_LIMITS, type ParseLimits, type ParseOptions, type ParseResult, parse } from "./parser.ts";
export { makeSource, type Position, positionAt, type SourceFile } from "./source.ts";
