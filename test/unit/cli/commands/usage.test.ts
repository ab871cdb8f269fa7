/** What commands say to options that do not go together, and to places where nothing can be read or written. */
import { expect, it } from "vitest";
import { edgepolicy, folderWith } from "../run.ts";

const REQUEST = '{"method":"GET","path":"/","ip":"192.0.2.1"}';
const FILES = {
  p: 'policy "p" { default allow }\nroute a = GET "/a"\nscenario s { run 1m  seeds 1  attack f = flood { target a  rate 1 per 1s } }',
  none: "",
  conf: "listen: 127.0.0.1:0",
  bad: "{",
  twice: '{"id":"a","author":"m","reason":"r","ends":"2030-01-01","kill":{"key":"x"},"kill":{"key":"y"}}',
};

/** Names that begin with `@` are of files in a folder of the test's own. */
it.each<[string[], string, string]>([
  [["check", "@p", "--explain", "EP2107"], "--explain checks nothing", "leave out FILE"],
  [["check", "--fix", "--explain", "EP2107"], "--explain checks nothing", "leave out --fix"],
  [["check", "--explain", "EP2107", "--format", "sarif"], "--explain has no --format sarif", "text and json"],
  [["check", "--explain", "ID999"], "there is no code `ID999`", "`EP2107` or `ID112`"],
  [["check", "@p", "--cost", "--format", "sarif"], "--format sarif has no place for --cost", "--format json"],
  [["check", "-"], "there is no such file", "only fmt takes standard input"],
  [["audit", "@p", "--key", "k"], "--key goes with audit verify", ""],
  [["audit", "log", "@p", "--part"], "--part goes with audit verify", ""],
  [["audit", "verify", "@p", "--now", "2027-01-31"], "--now goes with audit FILE", ""],
  [["audit", "verify", "@p", "--format", "sarif"], "audit verify has no --format sarif", "text and json"],
  [["replay", "@p", "-", "-"], "`-` is given twice", "can be read once"],
  [["explain", "@p", "--request", REQUEST, "--requests", "@bad"], "bad:1: not JSON", "take it out of the file"],
  [["decide", "@p", "--overlays", "@twice"], 'line 1: "kill" is there twice', "mend it"],
  [["simulate", "@p", "--fit", "@none"], "no request", "name a log that has some"],
  [["compile", "@p", "-o", "@no/where"], "there is no folder `", "make it, or name another place"],
  [["test", "@p", "--lcov", "@no/where"], "there is no folder `", "make it"],
  [["simulate", "@p", "--report", "@no/r.html"], "there is no folder `", "make it"],
  [["serve", "@p", "--config", "@conf", "--state", "@conf"], "would overwrite a file that was read", "name another"],
  [["serve", "@p", "--log", "-"], "--log -: it writes a file", "/dev/stdout"],
  [["simulate", "@p", "--decisions", "@no/d"], "there is no folder `", "make it"],
])("%j", async (argv, what, remedy) => {
  const at = folderWith(FILES);
  const given = argv.map((each) => (each.startsWith("@") ? at(each.slice(1)) : each));
  const { status, stdout, stderr } = await edgepolicy(given);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(what);
  expect(stderr).toContain(remedy);
});

it("a code of an audit is explained as one of a diagnostic is", async () => {
  const { status, stdout } = await edgepolicy(["check", "--explain", "id112"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^ID112: [\s\S]* Raised where: /);
});

it("standard input that is no text is called by its name", async () => {
  const { status, stderr } = await edgepolicy(["fmt", "-"], { stdin: Buffer.from([0x70, 0xff, 0x0a]) });
  expect(status).toBe(1);
  expect(stderr).toContain("standard input is not UTF-8");
});
