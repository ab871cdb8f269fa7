/** casbin: the rules are lines of a policy, and one matcher says what a line means. */
import { requireRival } from "./load.ts";
import type { Facts, MakeRival } from "./rules.ts";

interface Casbin {
  readonly newModelFromString: (text: string) => unknown;
  readonly StringAdapter: new (policy: string) => unknown;
  readonly newEnforcer: (model: unknown, adapter: unknown) => Promise<Enforcer>;
}

interface Enforcer {
  readonly addFunction: (name: string, run: (text: string, prefix: string) => boolean) => Promise<void>;
  readonly enforceExSync: (...request: readonly (string | number)[]) => readonly [boolean, readonly string[]];
}

const MODEL = `[request_definition]
r = path, tenant, size, method
[policy_definition]
p = prefix, tenant, over, method, name, eft
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = startsWith(r.path, p.prefix) && r.tenant == p.tenant && r.size > p.over && r.method == p.method
`;
const NAME = 4;

/** `casbin`, asked through the call that answers at once and says which line decided. */
export const casbin: MakeRival = async (rules) => {
  const { newModelFromString, newEnforcer, StringAdapter } = requireRival("casbin") as Casbin;
  const lines = rules.map(({ prefix, tenant, over, method, name }) =>
    ["p", prefix, tenant, over, method, name, "allow"].join(", "),
  );
  const enforcer = await newEnforcer(newModelFromString(MODEL), new StringAdapter(lines.join("\n")));
  await enforcer.addFunction("startsWith", (text, prefix) => text.startsWith(prefix));
  const decide = ({ path, tenant, size, method }: Facts): string | null => {
    const [found, line] = enforcer.enforceExSync(path, tenant, size, method);
    return found ? (line[NAME] ?? null) : null;
  };
  return { name: "casbin", decide };
};
