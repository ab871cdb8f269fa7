/** What a Node.js that is too old is told, in place of the first thing that it does not have. Nothing newer than Node.js 18 may stand here. */

/** The oldest version that runs this package: `engines` of package.json. */
const LEAST = [22, 18] as const;

/**
 * What is wrong with a version of Node.js; null if it is new enough.
 *
 * @param version - As in `process.versions.node`.
 */
export function tooOld(version: string): string | null {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1])) return null;
  return `edgepolicy: this is Node.js ${version}, which is too old\n  install Node.js ${LEAST.join(".")} or later\n`;
}
