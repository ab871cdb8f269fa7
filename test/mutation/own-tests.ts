/** The test of a file's own, where it stands where the file does. */
function mirror(file: string): string {
  return `test/unit/${file.replace(/\.ts$/, ".test.ts")}`;
}

/** What tells most about the engine as a whole in a second or two. */
const WHOLE = ["test/unit/engine/semantics.test.ts", "test/conformance/conformance.test.ts"];
const ENGINE = ["test/unit/engine/engine.test.ts", "test/unit/engine/shared-engine.test.ts"];
const LOOKUPS = ["test/unit/engine/facts/lookups.test.ts"];
const INDEX = ["test/unit/engine/compile/index-agrees.test.ts"];
const READERS = ["test/unit/engine/facts/readers.test.ts", "test/unit/engine/facts/read-slot.test.ts"];
const SHARED = ["journal", "copies"].map((name) => mirror(`engine/state/shared/${name}.ts`));

/** Files whose own tests do not stand where theirs do: both engines are put to one, or it is about several files. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  "engine/bundle/read-content.ts": ["test/unit/engine/bundle/content.test.ts"],
  "engine/bundle/write-content.ts": ["test/unit/engine/bundle/content.test.ts"],
  "engine/compile/conditions.ts": [mirror("engine/compile/conditions.ts"), ...READERS, ...INDEX, ...WHOLE],
  "engine/compile/index-tree.ts": ["test/unit/engine/compile/index-builder.test.ts"],
  "engine/cost/describe-cost.ts": ["test/unit/engine/cost.test.ts"],
  "engine/decide.ts": [
    mirror("engine/decide.ts"),
    ...WHOLE,
    ...ENGINE,
    mirror("engine/outcomes.ts"),
    mirror("engine/overlays.ts"),
    "test/unit/engine/lift-ban.test.ts",
  ],
  "engine/engine.ts": [
    ...ENGINE,
    ...WHOLE,
    "test/unit/engine/lists.test.ts",
    "test/unit/engine/snapshot.test.ts",
    mirror("engine/overlays.ts"),
    "test/unit/engine/lift-ban.test.ts",
  ],
  "engine/evaluate.ts": [
    ...READERS,
    mirror("engine/outcomes.ts"),
    "test/unit/engine/lists.test.ts",
    ...INDEX,
    ...WHOLE,
  ],
  "engine/explain/declarations.ts": ["test/unit/engine/explain/explainer.test.ts"],
  "engine/explain/notes.ts": ["test/unit/engine/explain/explainer.test.ts"],
  "engine/facts/affix-tree.ts": LOOKUPS,
  "engine/facts/client-readers.ts": READERS,
  "engine/facts/computed-readers.ts": READERS,
  "engine/facts/graphql-body.ts": ["test/unit/engine/facts/graphql.test.ts"],
  "engine/facts/pattern-places.ts": ["test/unit/engine/facts/path-automaton.test.ts"],
  "engine/facts/range-table.ts": LOOKUPS,
  "engine/facts/read-slot.ts": READERS,
  "engine/facts/read-request.ts": [mirror("engine/facts/read-request.ts"), ...READERS, ...WHOLE],
  "engine/facts/request-readers.ts": [mirror("engine/facts/request-readers.ts"), ...READERS],
  "engine/generate/expressions.ts": [mirror("engine/generate/steps.ts"), ...WHOLE],
  "engine/generate/steps.ts": [mirror("engine/generate/steps.ts"), ...WHOLE],
  "engine/key-hash.ts": ["test/unit/engine/hasher.test.ts"],
  "engine/reference/graphql.ts": ["test/unit/engine/facts/graphql.test.ts"],
  "engine/reference/judge.ts": [
    mirror("engine/reference/reference.ts"),
    ...["decide", "overlays", "rollouts", "rule-bans", "rules"].map((name) => mirror(`engine/${name}.ts`)),
    ...READERS,
    ...WHOLE,
  ],
  "engine/reference/needs.ts": ["test/unit/engine/compile/needs.test.ts"],
  "engine/reference/overlays.ts": ["test/unit/engine/overlays.test.ts"],
  "engine/limits.ts": [
    mirror("engine/limits.ts"),
    mirror("engine/outcomes.ts"),
    mirror("engine/overlays.ts"),
    ...READERS,
    ...WHOLE,
  ],
  "engine/signals.ts": [
    mirror("engine/signals.ts"),
    mirror("engine/engine.ts"),
    mirror("engine/outcomes.ts"),
    ...WHOLE,
  ],
  "engine/snapshot/format.ts": ["test/unit/engine/snapshot/read-snapshot.test.ts"],
  "engine/snapshot/pages.ts": ["pages", "snapshot"].map((name) => mirror(`engine/snapshot/${name}.ts`)),
  "engine/state/table.ts": ["room", "sweep"].map((part) => `test/unit/engine/state/table-${part}.test.ts`),
  "engine/state/shared/journal.ts": SHARED,
  "engine/state/shared/layout.ts": SHARED,
};

/** Where the tests of a file of `engine/` stand that are its own, those that find most first; there may be none. */
export function ownTests(file: string): readonly string[] {
  return ELSEWHERE[file] ?? [mirror(file)];
}
