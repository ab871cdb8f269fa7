/** `policy NAME { … }`: once, in the main file. */
import type { Settings, Unavailable } from "../../engine/index.ts";
import type { AstPolicy, AstSetting } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Report } from "./report.ts";
import { didYouMean } from "./suggest.ts";

/** What a rule or limit can do when something it needs cannot answer. */
export const UNAVAILABLE: readonly Unavailable[] = ["closed", "open", "local"];

const MIB = 1024 ** 2;
/** Memory for state where the policy does not say: 256 MB. */
const DEFAULT_MEMORY: number = 256 * MIB;
const MIN_MEMORY = MIB;
const MAX_MEMORY: number = 1024 * 1024 * MIB;

const DEFAULTS: Settings = {
  owner: null,
  default: "block",
  unavailable: "closed",
  ambiguousPaths: "block",
  refusedCredentials: "block",
  memoryBytes: DEFAULT_MEMORY,
};

type Change = Partial<Settings> | null;

/** What each setting makes of its value; null where the value is wrong, which is reported. */
const READERS: Readonly<Record<string, (setting: AstSetting, report: Report) => Change>> = {
  owner: (setting, report) => {
    const { value } = setting;
    if ("value" in value && typeof value.value === "string") return { owner: value.value };
    return wrongValue(setting, 'write a text: `owner "team-edge"`', report);
  },
  default: (setting, report) => change("default", choose(setting, ["allow", "block"] as const, report)),
  unavailable: (setting, report) => change("unavailable", choose(setting, UNAVAILABLE, report)),
  ambiguous_paths: (setting, report) => change("ambiguousPaths", choose(setting, ["block", "allow"] as const, report)),
  refused_credentials: (setting, report) =>
    change("refusedCredentials", choose(setting, ["block", "pass"] as const, report)),
  memory: (setting, report) => {
    const { value } = setting;
    const fits = "kind" in value && value.kind === "size" && value.value >= MIN_MEMORY && value.value <= MAX_MEMORY;
    return fits
      ? { memoryBytes: value.value }
      : wrongValue(setting, "write a size from 1MB to 1024GB: `memory 256MB`", report);
  },
};

function change<K extends keyof Settings>(key: K, value: Settings[K] | null): Change {
  return value === null ? null : { [key]: value };
}

function choose<T extends string>(setting: AstSetting, words: readonly T[], report: Report): T | null {
  const { value } = setting;
  const found = "text" in value ? words.find((word) => word === value.text) : undefined;
  if (found !== undefined) return found;
  wrongValue(setting, `write ${words.map((word) => `\`${setting.name.text} ${word}\``).join(" or ")}`, report);
  return null;
}

function wrongValue(setting: AstSetting, help: string, report: Report): null {
  const { value } = setting;
  const what = "text" in value ? `\`${value.text}\`` : "this";
  report.error(SEMANTICS.setting, value.span, `${what} is no value of \`${setting.name.text}\``, { help });
  return null;
}

/** The settings of the policy, with defaults for those left out. */
export function checkSettings(policy: AstPolicy, report: Report): Settings {
  const seen = new Set<string>();
  let settings = DEFAULTS;
  for (const setting of policy.settings) {
    const name = setting.name.text;
    const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
    if (read === undefined) reportUnknown(setting, report);
    else settings = { ...settings, ...read(setting, report) };
    seen.add(name);
  }
  if (!seen.has("default")) {
    report.error(
      SEMANTICS.setting,
      policy.name.span,
      "the policy does not say what happens to a request that no rule decides",
      {
        help: "add `default block` or `default allow`",
      },
    );
  }
  return settings;
}

function reportUnknown(setting: AstSetting, report: Report): void {
  const names = Object.keys(READERS);
  report.error(SEMANTICS.setting, setting.name.span, `there is no setting \`${setting.name.text}\``, {
    help: didYouMean(setting.name.text, names, `the settings are ${names.join(", ")}`),
  });
}
