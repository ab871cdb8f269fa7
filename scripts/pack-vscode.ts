/** `npm run pack:vscode`: the VS Code extension as `dist/edgepolicy-VERSION.vsix`, which `code --install-extension` takes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { packExtension } from "../editors/vscode/pack.ts";

const { name, bytes } = await packExtension();
const path = join(dirname(import.meta.dirname), "dist", name);
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, bytes);
process.stdout.write(`${path}: ${Math.round(bytes.length / 1024)} KiB\n`);
