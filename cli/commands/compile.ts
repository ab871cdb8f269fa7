/** `edgepolicy compile`: a checked policy as one file. */
import { loadBundle, loadPolicy, memoryFiles, nodeFiles, packBundle, RecordedFiles } from "../../dsl/index.ts";
import type { Command } from "../command.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { refuseOverwriting } from "../own-files.ts";
import { counted, loadGood, printDiagnostics } from "../policy-file.ts";
import { CliProblem, EXIT } from "../problem.ts";
import { writeNewFile } from "../replace-file.ts";

export const compile: Command = {
  usage: "FILE -o OUT.epb [--format text|json]",
  about: `Checks a policy and writes it, with the clients, lists and imports it names, into one file: a bundle. Every command that takes a
FILE takes a bundle. A bundle loads without a parser, and its hash shows whether it is whole. The same policy gives the same bundle.`,
  options: [{ name: "output", short: "o", value: "OUT.epb", help: "where to write the bundle" }, formatOption()],
  examples: ["compile policies/orders.edgepolicy -o orders.epb", "serve orders.epb"],
  run,
};

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [file = ""] = args.exactly("FILE");
  const output = args.text("output");
  if (output === null) throw new CliProblem("-o OUT.epb is missing", "say where to write the bundle");
  // What cannot be loaded is told here, as every command tells it.
  loadGood(file, io);
  const files = new RecordedFiles(nodeFiles);
  const load = loadPolicy(file, files);
  if (load.bundle !== undefined) throw new CliProblem(`${file} is a bundle already`, "name the policy it was made of");
  refuseOverwriting("-o", output, Object.keys(files.files));
  printDiagnostics(load.diagnostics, load.sources, io);
  const bytes = packBundle(file, load, files);
  writeNewFile(output, bytes);
  const hash = loadBundle(output, memoryFiles({ [output]: bytes }))?.bundle?.hash ?? "";
  const { name = "", version = "", rules = [] } = load.policy ?? {};
  if (args.json())
    await io.stdout(`${JSON.stringify({ file: output, policy: name, version, bytes: bytes.length, hash })}\n`);
  else {
    const size = `${bytes.length.toLocaleString("en")} bytes`;
    await io.stdout(`${output}: ${name} ${version}, ${counted(rules.length, "rule")}, ${size}, sha256 ${hash}\n`);
  }
  return EXIT.fine;
}
