/** Options of the admin listener: who may ask it, and what it remembers. */
import { invalidOption } from "../server-error.ts";

/** What a token permits: to read, or also to change what is in force. */
export type AdminRole = "read" | "operate";

/** A bearer token of the admin listener. */
export interface AdminToken {
  /** Whose it is: the author of what is changed with it. */
  readonly name: string;
  readonly role: AdminRole;
  /** At least 16 characters. */
  readonly token: string;
}

/** Who may ask the admin listener, and what it remembers. */
export interface AdminOptions {
  /** Bearer token that may read and operate. Where the admin listener is open to other machines, it needs a token. */
  readonly adminToken?: string;
  /** Bearer token that may read. */
  readonly adminReadToken?: string;
  /** More tokens, each with a name and a role. Default none. */
  readonly adminTokens?: readonly AdminToken[];
  /** Decisions that `/v1/decisions` remembers. Default 1,000. */
  readonly recentDecisions?: number;
}

const LEAST_LENGTH = 16;
const MOST_TOKENS = 1_000;
const NAME = /^[\w][\w.@+-]{0,62}$/;

/**
 * All tokens; none where the listener asks for none.
 *
 * @throws {ServerError} `option_invalid`, for a short token, a bad name, and two tokens of one name or text.
 */
export function readTokens({ adminToken, adminReadToken, adminTokens = [] }: AdminOptions): readonly AdminToken[] {
  const tokens: AdminToken[] = [...adminTokens];
  if (adminToken !== undefined) tokens.push({ name: "admin", role: "operate", token: adminToken });
  if (adminReadToken !== undefined) tokens.push({ name: "reader", role: "read", token: adminReadToken });
  if (tokens.length > MOST_TOKENS) throw invalidOption("adminTokens", `there are more than ${MOST_TOKENS}`);
  for (const { name, role, token } of tokens) checkToken(optionOf(name), name, role, token);
  checkDistinct(tokens);
  return tokens;
}

function optionOf(name: string): string {
  if (name === "admin") return "adminToken";
  return name === "reader" ? "adminReadToken" : "adminTokens";
}

/** Where `serve` takes tokens from. */
const ENVIRONMENT: Readonly<Record<string, string>> = {
  adminToken: "EDGEPOLICY_ADMIN_TOKEN",
  adminReadToken: "EDGEPOLICY_ADMIN_READ_TOKEN",
};

function checkToken(option: string, name: string, role: string, token: string): void {
  if (!NAME.test(name))
    throw invalidOption(option, `\`${name}\` is not a name of up to 63 letters, digits and . _ @ + -`);
  if (role !== "read" && role !== "operate") throw invalidOption(option, `\`${role}\` is not a role: read or operate`);
  if (token.length >= LEAST_LENGTH) return;
  const from = ENVIRONMENT[option];
  const place = from === undefined ? `of \`${name}\`` : `such as of ${from}`;
  throw invalidOption(
    option,
    `a token (${place}) has at least ${LEAST_LENGTH} characters`,
    "`openssl rand -base64 24` makes one",
  );
}

function checkDistinct(tokens: readonly AdminToken[]): void {
  if (new Set(tokens.map(({ name }) => name)).size < tokens.length) {
    throw invalidOption(
      "adminTokens",
      "two tokens have the same name",
      "`admin` is that of adminToken, `reader` that of adminReadToken",
    );
  }
  if (new Set(tokens.map(({ token }) => token)).size < tokens.length) {
    throw invalidOption("adminTokens", "two names have the same token");
  }
}
