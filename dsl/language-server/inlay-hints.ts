/** Inlay hints: what a reader would have to look up elsewhere. */
import { type InlayHint, InlayHintKind, type Range } from "vscode-languageserver";
import type * as ast from "../ast.ts";
import type { Analysis } from "./analysis.ts";
import { rateText } from "../rate-text.ts";
import { scoreRange } from "./describe.ts";
import { writtenName } from "./enumerations.ts";
import { toOffset, toPosition } from "./positions.ts";
import type { OpenDocument } from "./workspace.ts";

/** A hint behind an offset. */
interface Placed {
  readonly offset: number;
  readonly label: string;
  readonly tooltip: string;
}

/** The hints within a range of a document. */
export function inlayHints(document: OpenDocument, analysis: Analysis, range: Range): InlayHint[] {
  const { source, parsed } = document;
  const [start, end] = [toOffset(source, range.start), toOffset(source, range.end)];
  return parsed.file.declarations
    .filter(({ span }) => span.start <= end && start <= span.end)
    .flatMap((declaration) => hintsOf(declaration, analysis))
    .filter(({ offset }) => start <= offset && offset <= end)
    .map(({ offset, label, tooltip }) => ({
      position: toPosition(source, offset),
      label,
      tooltip,
      kind: InlayHintKind.Type,
      paddingLeft: true,
    }));
}

function hintsOf(declaration: ast.AstDeclarationNode, analysis: Analysis): readonly Placed[] {
  switch (declaration.kind) {
    case "limit":
      return [...rolloutHint(declaration.name, analysis), ...limitHints(declaration, analysis)];
    case "rule":
      return rolloutHint(declaration.name, analysis);
    case "score":
      return [
        {
          offset: declaration.name.span.end,
          label: `0 to ${scoreRange(declaration).most}`,
          tooltip: "what the terms can add up to",
        },
      ];
    case "list_declaration":
      return networkHints(declaration);
    default:
      return [];
  }
}

/** The mode of a rule or limit, which stands apart from it. */
function rolloutHint(name: ast.Name, { result }: Analysis): readonly Placed[] {
  const entry = result.declarations.rollouts
    .flatMap(({ entries }) => entries)
    .find((one) => one.name.text === name.text);
  if (entry === undefined || entry.mode.text === "on") return [];
  const share = entry.percent === null ? "" : ` ${entry.percent.raw}`;
  return [{ offset: name.span.end, label: `${entry.mode.text}${share}`, tooltip: "its mode in `rollout`" }];
}

function limitHints({ amount }: ast.AstLimit, analysis: Analysis): readonly Placed[] {
  if (amount.kind !== "rate") return [];
  const { rate, exact } = amount;
  if (rate.kind === "rate") return exact ? [] : burstHint(rate);
  if (rate.kind !== "default") return [];
  const [first] = rate.options;
  const clients = first?.kind === "name" && writtenName(first) === "client.rate" ? clientsHint(first, analysis) : [];
  return [...clients, ...rate.options.flatMap((option) => (option.kind === "rate" && !exact ? burstHint(option) : []))];
}

function burstHint({ burst, allow, span }: ast.AstRate): readonly Placed[] {
  if (burst !== null) return [];
  return [{ offset: span.end, label: `burst ${allow.raw}`, tooltip: "how many at once, where the limit does not say" }];
}

/** How many clients have a rate of their own, and which. */
function clientsHint({ span }: ast.AstName, { result }: Analysis): readonly Placed[] {
  const { clients: inventory } = result.inventory;
  const own = inventory.flatMap(({ client }) =>
    client.rate === null ? [] : [`${client.id}: ${rateText(client.rate)}`],
  );
  if (inventory.length === 0) return [];
  const clients = inventory.length === 1 ? "client" : "clients";
  const label = `${own.length} of ${inventory.length} ${clients}`;
  const tooltip = own.length === 0 ? "no client has a rate of its own" : listed(own);
  return [{ offset: span.end, label, tooltip }];
}

const MAX_LISTED = 20;

function listed(lines: readonly string[]): string {
  const rest = lines.length - MAX_LISTED;
  return [...lines.slice(0, MAX_LISTED), ...(rest > 0 ? [`and ${rest} more`] : [])].join("\n");
}

/** A bare address in a list of networks is a network of one. */
function networkHints({ type, items }: ast.AstListDeclaration): readonly Placed[] {
  if (type.text !== "network") return [];
  return (items ?? []).flatMap((item) => {
    if (item.kind !== "literal" || item.type !== "ip") return [];
    const label = String(item.value).includes(":") ? "/128" : "/32";
    return [{ offset: item.span.end, label, tooltip: "a network of one address" }];
  });
}
