/** Where the unit test of a file of `engine/` stands, if it has one of its own. */
export function ownTest(file: string): string {
  return `test/unit/${file.replace(/\.ts$/, ".test.ts")}`;
}
