import type { TextEdit } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { describe, expect, it, test } from "vitest";
import { loadPolicy, memoryFiles } from "../../../../dsl/index.ts";
import { rename } from "../../../../dsl/language-server/rename.ts";
import { FOLDER, MAIN_URI, open, SHOP, SHOP_FILES } from "../../../helpers/language-server.ts";

/** A policy in which every sort of name stands in every sort of place. */
const WIDE = `policy "wide" { default block }
import "part.edgepolicy"
clients from "clients.yaml"
identity { jwt "https://id.example.com" { audience "a" keys "k.json" client claim "azp" claims { tenant: string } } }
list office : network = [198.51.100.0/24]
route login = POST "/v1/login" { body { username: string } }
route order = GET "/v1/orders/{id}"
route orders = GET "/v1/orders/{id}/lines"
group api = order, orders
class tier = gold when client.plan ?? "" == "gold", else plain
table costs : string -> int = { "a": 1 } else 2
window night = daily 22:00 to 06:00 "UTC"
signal users = distinct(username) on login per ip.network over 10m
signal walk = count on order where id != "" per client else skip over 10m
let strong = evidence >= bound_token
score risk { +40 when users > 20 and tier is gold }
limit fair on api per client else skip allow 5 per 1s
rule seen on api when risk > 10 and tier is not plain and ip in office and route is order then throttle
rule cheap when now in night and costs[host] > 1 and used(fair) > 5% then note "x"
rule free when strong then exempt from fair, seen
rollout { seen shadow }
test "t" { at 0s GET "/v1/orders/1" from 192.0.2.1 as client acme_sync expect block by seen score risk 1 }
scenario s {
  run 10m
  service { latency 1ms order succeeds 100% }
  population good = steady { clients [acme_sync] rate 1 per 1s mix order 100% }
  attack bad = credential_stuffing { target login rate 1 per 1s }
  expect bad.admitted < 1%
}
`;
const WIDE_FILES = { ...SHOP_FILES, "part.edgepolicy": "rule part on login when users > 1 then allow\n" };

/** The files after renaming the name at `marked`. */
function renamed(marked: string, newName: string): Readonly<Record<string, string>> {
  const texts: Record<string, string> = { ...WIDE_FILES, "main.edgepolicy": WIDE };
  const { document, analysis, position } = open(WIDE.replace(marked.replace("‸", ""), marked), WIDE_FILES);
  const result = rename(document, analysis, position, newName);
  if (!result.ok) throw new Error(result.message);
  for (const [uri, edits] of Object.entries(result.value.changes ?? {})) {
    const name = uri.split("/").at(-1) ?? "";
    texts[name] = apply(texts[name] ?? "", edits);
  }
  return texts;
}

function apply(text: string, edits: readonly TextEdit[]): string {
  return TextDocument.applyEdits(TextDocument.create("", "", 1, text), [...edits]);
}

function diagnosticsOf(texts: Readonly<Record<string, string>>): readonly string[] {
  const files = Object.fromEntries(Object.entries(texts).map(([name, text]) => [`${FOLDER}/${name}`, text]));
  const { diagnostics } = loadPolicy(`${FOLDER}/main.edgepolicy`, memoryFiles(files));
  return diagnostics.map(({ code }) => code).sort();
}

describe("rename", () => {
  const names: readonly (readonly [marked: string, old: string])[] = [
    ["list off‸ice", "office"],
    ["route lo‸gin", "login"],
    ["route ord‸er =", "order"],
    ["group ap‸i", "api"],
    ["class ti‸er", "tier"],
    ["table co‸sts", "costs"],
    ["window ni‸ght", "night"],
    ["signal us‸ers", "users"],
    ["let stro‸ng", "strong"],
    ["score ri‸sk", "risk"],
    ["limit fa‸ir", "fair"],
    ["rule se‸en", "seen"],
    ["attack b‸ad", "bad"],
    ["population go‸od", "good"],
    ["= go‸ld when", "gold"],
  ];
  it.each(names)("of `%s` changes every place and nothing else", (marked, old) => {
    const before = { ...WIDE_FILES, "main.edgepolicy": WIDE };
    const after = renamed(marked, "another_one");
    expect(diagnosticsOf(after)).toEqual(diagnosticsOf(before));
    const back = Object.fromEntries(
      Object.entries(after).map(([name, text]) => [name, text.replaceAll("another_one", old)]),
    );
    expect(back).toEqual(before);
    expect(JSON.stringify(after)).toContain("another_one");
  });

  it("of a parameter changes the patterns of all its routes", () => {
    const main = renamed('where i‸d != ""', "number")["main.edgepolicy"];
    expect(main).toContain('"/v1/orders/{number}"');
    expect(main).toContain('"/v1/orders/{number}/lines"');
    expect(main).toContain('where number != ""');
  });

  it("of a body field and of a claim says where they are read from", () => {
    expect(renamed("distinct(user‸name", "who")["main.edgepolicy"]).toContain('{ who: string from "username" }');
    expect(renamed("tena‸nt: string", "org")["main.edgepolicy"]).toContain('claims { org: string from "tenant" }');
  });

  const refused: readonly (readonly [marked: string, name: string, why: string])[] = [
    ["route lo‸gin", "order", "there is a route `order` already"],
    ["route lo‸gin", "id", "there is a field `id` already"],
    ["route lo‸gin", "when", "`when` is a keyword"],
    ["route lo‸gin", "client", "`client` is an attribute of the language"],
    ["route lo‸gin", "Login", "`Login` is not a name: names are lower case and begin with a letter"],
    ["= go‸ld when", "plain", "`tier` has a `plain` already"],
    ["attack b‸ad", "good", "`s` has a `good` already"],
    ["acme_s‸ync expect", "other", "ids of clients are never changed or reused: logs and credentials name them"],
    ["ip.net‸work over", "other", "`ip.network` is a word of the language"],
    ["run 1‸0m", "other", "no name that a policy declares stands here"],
  ];
  it.each(refused)("of `%s` to `%s` is refused", (marked, name, why) => {
    expect(() => renamed(marked, name)).toThrow(why);
  });

  it("waits for syntax errors to be mended", () => {
    const { document, analysis, position } = open(
      `${SHOP.replace("route login", "route log‸in")}rule x on login when`,
      SHOP_FILES,
    );
    expect(rename(document, analysis, position, "sign_in")).toEqual({
      ok: false,
      message: `mend the syntax errors of ${FOLDER}/main.edgepolicy first`,
    });
  });
});

test("edits name the document as the editor does", () => {
  const { document, analysis, position } = open(SHOP.replace("score risk", "score ri‸sk"), SHOP_FILES);
  const result = rename(document, analysis, position, "danger");
  expect(result.ok && Object.keys(result.value.changes ?? {})).toEqual([MAIN_URI]);
});
