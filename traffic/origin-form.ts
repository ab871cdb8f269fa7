/** Request targets that name a host, taken apart. */

/** `https://host/path` as its host and the path; whatever else as it stands. */
export function originForm(target: string): { path: string; host: string } {
  const scheme = /^https?:\/\//i.exec(target.slice(0, 8));
  if (scheme === null) return { path: target, host: "" };
  const rest = target.slice(scheme[0].length);
  const slash = rest.search(/[/?#]/);
  if (slash < 0) return { path: "/", host: rest };
  const path = rest.slice(slash);
  return { path: path.startsWith("/") ? path : `/${path}`, host: rest.slice(0, slash) };
}
