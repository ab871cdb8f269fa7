/** The command line's door: everything `edgepolicy` does, without the process around it. */
export type { CliIo } from "./io.ts";
export { processIo } from "./io.ts";
export { main } from "./main.ts";
export { serveEditor } from "./editor.ts";
