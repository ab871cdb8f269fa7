/**
 * Names of header fields, each as one text. The transport makes a new text of every name it hands on, and a text that is new is hashed and
 * compared letter by letter wherever it is looked up; one that came before is not.
 */

/** Past this many the memory is emptied: anybody can make up names. */
const REMEMBERED_MAX = 1_024;
const names = new Map<string, string>();

/** The text that stands for `name`, equal to it. */
export function knownName(name: string): string {
  return names.get(name) ?? remember(name);
}

/**
 * How servers read a name that make a CGI variable of it (RFC 3875 §4.1.18): all of them take `_` for `-`, PHP also takes `.` for it, and
 * Apache httpd every character that is no letter or digit.
 *
 * @param name - In lower case.
 */
export function plainName(name: string): string {
  return /[^a-z0-9-]/.test(name) ? name.replace(/[^a-z0-9]/g, "-") : name;
}

function remember(name: string): string {
  if (names.size >= REMEMBERED_MAX) names.clear();
  // A key of an object is the text that the engine itself compares with by its address.
  const [known = name] = Object.keys({ [name]: true });
  names.set(known, known);
  return known;
}
