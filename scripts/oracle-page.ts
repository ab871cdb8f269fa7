/** Writes `docs/oracle.md`: what CrowdSec's tests expect, and what our rules say. Held by `test/oracle/crowdsec.test.ts`. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CROWDSEC, TEST_NAMES } from "../test/oracle/crowdsec-tests.ts";
import { type Verdict, verdictsOf } from "../test/oracle/verdict.ts";

const PAGE = join(import.meta.dirname, "..", "docs", "oracle.md");

/** The whole page. */
export function oraclePage(): string {
  const verdicts = TEST_NAMES.flatMap((name) => verdictsOf(name));
  return `${HEAD}
${summary(verdicts)}

| test | scenario | our signal, and the condition where there is more | expected | ours | matched |
|---|---|---|---|---|---|
${verdicts.map(row).join("\n")}

${TAIL}`;
}

function summary(verdicts: readonly Verdict[]): string {
  const logs = new Set(verdicts.map(({ test }) => test)).size;
  const silent = verdicts.filter(({ expected }) => expected.overflows === 0).length;
  const matched = verdicts.filter(({ sources }) => sources).length;
  const timed = verdicts.filter(({ times }) => times !== null);
  const onTime = timed.filter(({ times }) => times === true).length;
  const counted = verdicts.filter(({ events }) => events !== null);
  const countedAlike = counted.filter(({ events }) => events === true).length;
  return (
    `${logs} logs, ${verdicts.length} expectations, ${silent} of them that a scenario stays silent. ` +
    `Number and sources match in ${matched} of ${verdicts.length}, the times in ${onTime} of the ${timed.length} that state them, and the ` +
    `number of events in ${countedAlike} of ${counted.length}.`
  );
}

function row({ test, expected, expression, overflows, sources, times, events }: Verdict): string {
  const text = expression.text.replaceAll("|", String.raw`\|`);
  return `| ${[test, expected.scenario, `\`${text}\``, expected.overflows, overflows.length, matchedText(sources, times, events)].join(" | ")} |`;
}

function matchedText(sources: boolean, times: boolean | null, events: boolean | null): string {
  if (!sources) return "no";
  const parts = ["sources", ...(times === true ? ["times"] : []), ...(events === true ? ["events"] : [])];
  return `${parts.join(", ")}${times === false ? "; times not all" : ""}${events === false ? "; events not" : ""}`;
}

const HEAD = `# An independent oracle

Our own tests can only say what we thought of. CrowdSec has regression tests of its scenarios: a recorded log, and the overflows that the log must
cause. Each of those scenarios is written here in the language, as a policy of its own in \`test/oracle/crowdsec/\`. Their logs are replayed through the
compiled engine and the reference interpreter, which must decide alike, and the result is compared with what CrowdSec expects. The logs and
expectations are CrowdSec's (MIT) and are not part of this project; without them the test is skipped and says so. This page is written by
\`scripts/oracle-page.ts\`.

## What an overflow is

An *overflow* of a rule is an event of the log after which the rule holds for the event's source, and just before which it did not. Both are found by a
probe: a request from the same address to the same host at the same time, which no signal counts. The rules are in shadow, because nothing was kept from
the traffic that the logs show.

| CrowdSec | here |
|---|---|
| \`leaky\`, \`capacity: C\`, \`leakspeed: D\` | \`overflow(1 per D burst C)\` |
| \`distinct: x\` | its second argument |
| \`blackhole: D\` | \`over D\`: for that long the signal is true, and further overflows count for nothing |
| \`groupby\` | \`per\` |
| \`filter\` | \`on\` and \`where\` |
| \`trigger\` | \`overflow\` without a rate |
| \`conditional\`, with the median interval of the latest N | \`interval(N)\` with \`count\` or \`distinct\` |
| what a parser finds in a line | attributes; a \`fact\` for what only the proxy knows; a failed login of a program that is not a web server is a request answered with 401 |
| \`File("x")\`, \`RegexpInFile\` | a \`let\` with one test for each line of the list |

A log is replayed in the order of time, as \`edgepolicy replay\` does. Three things are compared: *sources* (as many overflows, of the same addresses);
*times*, if stated (to the second, or as precisely as they are written); and *events* (how many the bucket had counted).

None of our buckets reports the number of events, so it is found in another way: a bucket that overflows at its n-th event does so at the very same event if
it holds n − 1 and never leaks. The test also makes every bucket one larger and one smaller, and requires that this changes the result wherever an overflow is
expected. Since the logs are few and short, \`test/oracle/crowdsec-bucket.test.ts\` also compares \`overflow\`, on generated events, with a bucket that
is written from CrowdSec's description alone.

## What comes out
`;

const TAIL = `## What does not match, and what is weaker

- *paperless-ngx-bf*: one of five times does not match. The log consists of two logs of the same minutes, one after the other, and CrowdSec reads them in that
  order. In the order of time the two attacks from 192.168.0.100 are one, and its overflow comes at 18:03:28 instead of 18:04:10. In the order of the file all
  times match, which the test checks too.
- *ssh-time-based-bf*: CrowdSec keeps the events in a bucket that dies after two hours without an event, and that is emptied when the condition holds and when a
  login succeeds. \`interval(4)\` and \`count\` over six hours hold wherever that condition does, and also after a rest of more than two hours; they go on
  holding instead of beginning anew, and successes change nothing. With names, CrowdSec looks at the gaps between new names, and ours at those between all
  failures. On this log none of that makes a difference. The number of events is not compared.
- *http-crawl-non_statics*: the file's name is the last parameter of a route; paths of more than six segments are not counted.
- The year of the \`ssh\` logs, which syslog does not write, is taken from the expectation.
- Left out, because they need data about networks or hosts: CrowdSec's tests of scenarios by autonomous system, country or reverse DNS. Also left out are those
  over logs that are not about requests or logins.
`;

if (process.argv[1] === import.meta.filename) {
  if (existsSync(CROWDSEC)) writeFileSync(PAGE, oraclePage());
  else
    process.stderr.write(`edgepolicy: there are no tests of CrowdSec at ${CROWDSEC}; docs/oracle.md stays as it is\n`);
}
