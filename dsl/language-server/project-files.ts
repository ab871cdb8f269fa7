/** The policy files of the folders that an editor has open, to find the policies that import a file. */
import { type Dirent, readdirSync } from "node:fs";
import path from "node:path";

/** The extension of policy files. */
export const EXTENSION = ".edgepolicy";

const MAX_FOLDERS = 500;
const MAX_FILES = 256;

/** Policy files below the folders, breadth first, at most {@link MAX_FILES}. Hidden folders and `node_modules` are left out. */
export function policyFilesIn(folders: readonly string[]): readonly string[] {
  const waiting = [...folders];
  const found: string[] = [];
  for (let looked = 0; waiting.length > 0 && looked < MAX_FOLDERS && found.length < MAX_FILES; looked++) {
    const folder = waiting.shift() ?? "";
    for (const entry of entriesOf(folder)) {
      const place = path.join(folder, entry.name);
      if (entry.isDirectory() && !entry.name.startsWith(".") && entry.name !== "node_modules") waiting.push(place);
      if (entry.isFile() && entry.name.endsWith(EXTENSION)) found.push(place);
    }
  }
  return found.slice(0, MAX_FILES);
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // A folder that cannot be read holds nothing for us.
    return [];
  }
}
