/** Traffic as data: request and decision records, logs of servers, and lines read from files. */
export type { LogEntry } from "./combined-log.ts";
export { CompressionError } from "./compressed.ts";
export { decisionLine } from "./decision-record.ts";
export { detached, TextMemo } from "./detached.ts";
export { type Identification, type IdentifyEntry, readIdentification } from "./identify/identification.ts";
export type { LineReader, LineReading } from "./line-reading.ts";
export { formatOf, LOG_FORMATS, type LogFormat, lineReader } from "./log-format.ts";
export type { InputLine } from "./log-reader.ts";
export { LONGEST_LINE_BYTES, lineProblem, READ_BYTES, readFileLines, readLines, readLog } from "./log-reader.ts";
export { type Mapping, readMapping } from "./mapping/mapping.ts";
export type { OverlayError } from "./overlay-record.ts";
export * as fields from "./fields.ts";
export { isOverlayError, overlayValue, parseOverlay, parseOverlays, vainName } from "./overlay-record.ts";
export type { RecordError, RequestRecord, ResponseRecord } from "./request-record.ts";
export { isRecordError, LONGEST_LINE, parseRequestLine, parseRequestValue } from "./request-record.ts";
export { closestName } from "./suggest.ts";
export type { YamlResult } from "./yaml-file.ts";
export { CLOCK_START_MICROS, parseDurationText, parseTimeText } from "./time-text.ts";
