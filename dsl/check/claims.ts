/** Claims that `jwt` sources declare, read as `token.NAME`. */
import type { TokenField } from "../../engine/index.ts";
import type { AstIdentitySource, AstMember } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { RESERVED } from "./attributes.ts";
import { DECLARED_TYPES } from "./declared-types.ts";
import type { Declarations } from "./declarations.ts";
import type { Report } from "./report.ts";
import type { Scope } from "./scope.ts";
import { didYouMean } from "./suggest.ts";
import type { Type } from "./types.ts";

const MAX_PATH = 16;

interface DeclaredClaim {
  readonly field: TokenField;
  readonly type: Type;
  readonly member: AstMember;
}

/** The claims of one source, without those that are wrong. */
export function claimsOf(source: AstIdentitySource): readonly TokenField[] {
  return membersOf(source).flatMap((member) => readClaim(member)?.field ?? []);
}

/** Types of all claims by name. One that two sources declare has one type and one place. */
export function collectClaims({ identities }: Declarations, scope: Scope, report: Report): ReadonlyMap<string, Type> {
  const claims = new Map<string, DeclaredClaim>();
  const members = identities.flatMap(({ sources }) => sources).flatMap((source) => onceOf(source, report));
  for (const member of members) {
    const claim = checkClaim(member, scope, report);
    if (claim === null) continue;
    const known = claims.get(claim.field.name);
    if (known === undefined) claims.set(claim.field.name, claim);
    else if (JSON.stringify(known.field) !== JSON.stringify(claim.field)) reportDiffers(claim, known, report);
  }
  return new Map([...claims].map(([name, { type }]) => [name, type]));
}

function membersOf(source: AstIdentitySource): readonly AstMember[] {
  if (source.sort.text !== "jwt") return [];
  return source.members.filter(({ words }) => words[0]?.text === "claims").flatMap(({ block }) => block ?? []);
}

/** The claims of one source, each name once; a second one is reported. */
function onceOf(source: AstIdentitySource, report: Report): readonly AstMember[] {
  const first = new Map<string, AstMember>();
  for (const member of membersOf(source)) {
    const name = member.words[0]?.text ?? "";
    const earlier = first.get(name);
    if (earlier === undefined) first.set(name, member);
    else
      report.error(SEMANTICS.identity, member.span, `the source has two claims \`${name}\``, {
        help: "leave one out, or give it another name",
        notes: [{ message: "the first one is here", span: earlier.span }],
      });
  }
  return [...first.values()];
}

function readClaim(member: AstMember): DeclaredClaim | null {
  const [type, path] = member.values;
  const name = member.words[0]?.text ?? "";
  const declared = type?.kind === "name" ? DECLARED_TYPES.get(type.parts[0]?.text ?? "") : undefined;
  if (declared === undefined) return null;
  const written = path?.kind === "literal" ? String(path.value) : name;
  return { field: { name, type: declared.scalar, path: written.split(".") }, type: declared, member };
}

function checkClaim(member: AstMember, scope: Scope, report: Report): DeclaredClaim | null {
  const [type, path] = member.values;
  const name = member.words[0]?.text ?? "";
  const claim = readClaim(member);
  if (claim === null) {
    const written = type?.kind === "name" ? (type.parts[0]?.text ?? "") : "";
    report.error(
      SEMANTICS.identity,
      type?.span ?? member.span,
      `a claim has a type, and there is none \`${written}\``,
      {
        help: didYouMean(written, DECLARED_TYPES.keys(), `write it like \`${name === "" ? "tenant" : name}: string\``),
      },
    );
    return null;
  }
  if (claim.field.path.length > MAX_PATH || claim.field.path.includes("")) {
    report.error(SEMANTICS.identity, path?.span ?? member.span, "this is not a path in a token's claims", {
      help: 'write member names with dots between them: `from "org.id"`',
    });
    return null;
  }
  return isFree(member, name, scope, report) ? claim : null;
}

function isFree(member: AstMember, name: string, scope: Scope, report: Report): boolean {
  const declared = scope.find(name);
  const reserved = RESERVED.has(name) || name === "scopes" || name === "claim";
  if (declared === undefined && !reserved) return true;
  const owner = declared === undefined ? "an attribute of the language" : `a ${declared.kind}`;
  const span = member.words[0]?.span ?? member.span;
  report.error(SEMANTICS.nameTaken, span, `the claim \`${name}\` bears the name of ${owner}`, {
    help: `give it another name and say where it stands: \`token_${name}: … from "${name}"\``,
    notes: declared === undefined ? [] : [{ message: `the ${declared.kind} is declared here`, span: declared.span }],
  });
  return false;
}

function reportDiffers(claim: DeclaredClaim, known: DeclaredClaim, report: Report): void {
  report.error(SEMANTICS.identity, claim.member.span, `the claim \`${claim.field.name}\` is declared in two ways`, {
    help: "give one of them another name, or the same type and path",
    notes: [{ message: "it is declared here first", span: known.member.span }],
  });
}
