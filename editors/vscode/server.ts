/** The language server that comes with the extension, bundled to one file. */
import { serveEditor } from "../../cli/index.ts";
import manifest from "./package.json" with { type: "json" };

void serveEditor(manifest.version);
