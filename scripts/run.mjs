/**
 * Runs one of the project's tasks on any machine with Node ≥ 18 and npm: finds a Node that is new enough (this one, else one
 * that npm fetches into its cache), installs the dependencies under it when they are missing, older than the lock file or were
 * installed by a Node for which a native part was left out, and hands over. Plain JavaScript without dependencies, because
 * nothing else can be relied on yet.
 *
 *     node scripts/run.mjs TASK [ARGUMENT…]
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const NEEDED = [22, 18];
/** What npm is asked for where the machine's own Node is too old. */
const FETCHED = "node@22";

/** What each task runs: a file and its first arguments. */
const TASKS = {
  start: ["scripts/start.ts"],
  test: ["node_modules/vitest/vitest.mjs", "run", "--project", "unit", "--project", "server", "--project", "e2e"],
  "test:service": ["node_modules/vitest/vitest.mjs", "run", "--project", "service"],
  check: ["scripts/check.ts"],
  build: ["scripts/build.ts"],
  "pack:vscode": ["scripts/pack-vscode.ts"],
  fuzz: ["scripts/fuzz.ts"],
  bench: ["bench/run.mjs"],
  edgepolicy: ["cli/bin.ts"],
};

/** A problem whose message tells the whole story; printed as one line, without a stack. */
class Stop extends Error {}

function say(text) {
  process.stderr.write(`edgepolicy: ${text}\n`);
}

/** npm's program beside this Node, as its installers put it there. */
const NPM_BESIDE = [
  join(dirname(process.execPath), "../lib/node_modules/npm/bin/npm-cli.js"),
  join(dirname(process.execPath), "node_modules/npm/bin/npm-cli.js"),
  join(dirname(process.execPath), "../share/nodejs/npm/bin/npm-cli.js"),
];

/** How to run npm: the one that runs us, else the one on the PATH, else the one beside this Node. */
function findNpm() {
  const own = process.env.npm_execpath;
  if (own !== undefined && /npm-cli\.[cm]?js$/.test(own) && existsSync(own)) return [process.execPath, own];
  const name = process.platform === "win32" ? "npm.cmd" : "npm";
  const folder = (process.env.PATH ?? "").split(delimiter).find((each) => each !== "" && existsSync(join(each, name)));
  if (folder !== undefined) return [join(folder, name)];
  const beside = NPM_BESIDE.find((path) => existsSync(path));
  if (beside !== undefined) return [process.execPath, beside];
  throw new Stop("npm was not found. Install it (it comes with https://nodejs.org), then run this again.");
}

/** Runs npm under `node`, so that it chooses the packages that fit that Node. */
function npm(node, [command, ...first], args, options) {
  return spawnSync(first.length > 0 ? node : command, [...first, ...args], {
    cwd: ROOT,
    env: environment(node),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    // Windows runs `npm.cmd` through a shell only.
    shell: process.platform === "win32" && first.length === 0,
    ...options,
  });
}

/** The environment of everything we start: `node` and the tools of node_modules are found first. */
function environment(node) {
  const path = [join(ROOT, "node_modules", ".bin"), dirname(node), process.env.PATH ?? ""].join(delimiter);
  return { ...process.env, PATH: path };
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** Path and version of a Node that runs the project. */
function findNode() {
  if (isNewEnough(process.version)) return { path: process.execPath, version: process.version };
  const command = findNpm();
  say(
    `this Node is ${process.version}; the project needs ${NEEDED.join(".")} or later, using one from npm (fetched once) …`,
  );
  const asked = npm(process.execPath, command, [
    ...["exec", "--yes", "--prefer-offline", "--fetch-retries=1", `--package=${FETCHED}`],
    ...["--", "node", "-p", "process.execPath"],
  ]);
  const path = asked.stdout?.trim().split("\n").at(-1) ?? "";
  const version = asked.status === 0 && existsSync(path) ? versionOf(path) : "";
  if (!isNewEnough(version)) {
    throw new Stop(
      `npm could not fetch ${FETCHED}${npmReason(asked.stderr)}. Install Node.js ${NEEDED.join(".")} or later (https://nodejs.org), or run this again with a network.`,
    );
  }
  say(`using Node ${version}`);
  return { path, version };
}

function versionOf(node) {
  return spawnSync(node, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
}

/** The gist of npm's complaint, in brackets. */
function npmReason(stderr) {
  const code = npmCode(stderr);
  return code === undefined ? "" : ` (${code})`;
}

/** Codes by which npm says that it could not reach, or was told not to reach, the registry. */
const NO_NETWORK =
  /^(ENOTCACHED|ECONN.*|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|FETCH_ERROR|ERR_SOCKET_TIMEOUT)$/;

function npmCode(stderr) {
  return /npm (?:error|ERR!) code (\S+)/.exec(stderr ?? "")?.[1];
}

/** What to do about a failed installation: get a network, or look at what npm says. */
function remedy(stderr) {
  if (NO_NETWORK.test(npmCode(stderr) ?? "")) return "Run this again with a network.";
  return "`npm ci` shows all of what is wrong.";
}

/** Why the dependencies must be installed, or null. */
function whyInstall(node) {
  const installed = join(ROOT, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return "no dependencies yet";
  const lock = join(ROOT, "package-lock.json");
  if (statSync(installed).mtimeMs < statSync(lock).mtimeMs && differs(installed, lock)) {
    return "the lock file is newer than what is installed";
  }
  const missing = missingBinary(lock, node.version);
  return missing === null ? null : `${missing} was left out by an install under another Node`;
}

/** Whether a package is installed in another version than the lock file's: a touched file alone is no reason to install. */
function differs(installed, lock) {
  const have = JSON.parse(readFileSync(installed, "utf8")).packages ?? {};
  const want = JSON.parse(readFileSync(lock, "utf8")).packages ?? {};
  return Object.entries(want).some(([path, entry]) => {
    if (path === "") return false;
    return path in have ? have[path].version !== entry.version : entry.optional !== true;
  });
}

/**
 * The transport's native part is an optional package for each system and Node major version; npm leaves out those that do not
 * fit the Node it runs under. This is the path of one that fits `version` and is not there, or null.
 */
function missingBinary(lock, version) {
  if (process.platform === "linux" && process.report?.getReport().header.glibcVersionRuntime === undefined) return null;
  const suffix = `/@uwsjs/${process.platform}-${process.arch}-${version.replace(/^v/, "").split(".")[0]}`;
  const paths = Object.keys(JSON.parse(readFileSync(lock, "utf8")).packages ?? {});
  return paths.find((path) => path.endsWith(suffix) && !existsSync(join(ROOT, path))) ?? null;
}

function install(node) {
  const why = whyInstall(node);
  if (why === null) return;
  const command = findNpm();
  say(`installing dependencies (${why}; this takes a minute) …`);
  const began = Date.now();
  const result = npm(node.path, command, ["ci", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"], {
    stdio: ["ignore", "inherit", "pipe"],
  });
  if (result.status !== 0) {
    throw new Stop(`npm could not install the dependencies${npmReason(result.stderr)}. ${remedy(result.stderr)}`);
  }
  say(`dependencies installed in ${Math.round((Date.now() - began) / 1000)} s`);
}

/** Runs the task in place of this process: its input and output are ours, and so are signals and the exit status. */
function handOver(node, [file, ...first], args, cwd) {
  const child = spawn(node.path, [join(ROOT, file), ...first, ...args], {
    cwd,
    env: environment(node.path),
    stdio: "inherit",
  });
  // A terminal sends Ctrl-C to both; the child decides when to end.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  child.on("error", (problem) => {
    say(problem.message);
    process.exitCode = 2;
  });
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? (signal === "SIGINT" ? 130 : 143);
  });
}

function main([name, ...args]) {
  const task = TASKS[name];
  if (task === undefined) throw new Stop(`no task "${name ?? ""}"; there are ${Object.keys(TASKS).join(", ")}`);
  const node = findNode();
  install(node);
  // The program's arguments are paths as its user sees them; npm says in INIT_CWD where it was called.
  handOver(node, task, args, name === "edgepolicy" ? (process.env.INIT_CWD ?? process.cwd()) : ROOT);
}

try {
  main(process.argv.slice(2));
} catch (problem) {
  if (!(problem instanceof Stop)) throw problem;
  say(problem.message);
  process.exitCode = 2;
}
