/** A file is replaced as a whole, or not at all. */
import { type FileHandle, open, rename } from "node:fs/promises";
import { dirname } from "node:path";

const OWNER_ONLY = 0o600;

/** Writes parts beside a file, brings them to disk and puts them in the file's place. */
export async function writeAside(path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const aside = `${path}.tmp`;
  const file = await open(aside, "w", OWNER_ONLY);
  try {
    for (const part of parts) await writeAll(file, part);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(aside, path);
  await syncFolder(dirname(path));
}

async function writeAll(file: FileHandle, part: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < part.length) offset += (await file.write(part, offset)).bytesWritten;
}

/** So that the new name outlives a loss of power. Not every system lets a folder be opened. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The file itself is on disk; on such a system its name follows when the system sees fit.
  }
}
