/** `edgepolicy explain`: why a request is decided as it is. */
import { LONGEST_LINE_BYTES } from "../../traffic/index.ts";
import type { Command } from "../command.ts";
import { readOverlays } from "../decide/overlays.ts";
import { explainRequest } from "../explain/run.ts";
import { openLines, readStdin } from "../input.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { loadGood } from "../policy-file.ts";
import { CliProblem } from "../problem.ts";

const STDIN = "-";

export const explain: Command = {
  usage: "FILE --request JSON|- [--requests F] [--overlays F] [--at TIME] [--why-not NAME] [--format text|json]",
  about: `Explains why a request is decided as it is: what asked for which verdict, every condition with its value and line, every signal,
score and limit with its numbers, and the smallest change of one thing in the request that turns the decision.`,
  options: [
    { name: "request", value: "JSON|-", help: "the request, as `decide` takes it; `-` reads it from standard input" },
    {
      name: "requests",
      value: "F",
      help: "file of requests that came before it, decided first; `-` is standard input",
    },
    { name: "overlays", value: "F", help: "file of overlays in force, as `decide` takes it" },
    { name: "at", value: "TIME", help: "when it comes (default: its `at`, else the time of the request before)" },
    { name: "why-not", value: "NAME", help: "why this rule or limit did not take effect, and what would make it" },
    formatOption(),
  ],
  examples: [
    `explain orders.edgepolicy --request '{"method":"GET","path":"/v1/orders/7","ip":"203.0.113.9"}'`,
    "explain orders.edgepolicy --request - < request.json",
    `explain orders.edgepolicy --requests history.ndjson --request '{"method":"POST","path":"/v1/login","ip":"203.0.113.9"}' --why-not stuffing`,
  ],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [file = ""] = args.exactly("FILE");
  checkInputs(args);
  const { policy, sources } = loadGood(file, io);
  const request = await readRequest(args.text("request") ?? "", io);
  const history = args.has("requests") ? openLines(args.text("requests"), io) : null;
  const overlaysFile = args.text("overlays");
  const overlays = overlaysFile === null ? [] : readOverlays(overlaysFile, policy, io);
  const [at, whyNot] = [args.text("at"), args.text("why-not")];
  return explainRequest({ policy, sources, request, history, overlays, at, whyNot, json: args.json() }, io);
}

function checkInputs(args: Arguments): void {
  const [request, requests] = [args.text("request"), args.text("requests")];
  if (request === null) throw new CliProblem("--request is missing");
  if (request === STDIN && requests === STDIN)
    throw new CliProblem(
      "--request and --requests are both standard input",
      "give one of them a file or the JSON itself",
    );
}

async function readRequest(given: string, io: CliIo): Promise<string> {
  if (given !== STDIN) return given;
  const bytes = await readStdin(io, LONGEST_LINE_BYTES, "a request is one line of JSON");
  return Buffer.from(bytes).toString("utf8");
}
