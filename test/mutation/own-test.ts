/** Files whose own test does not stand where theirs do: both engines are put to one, or it is about two files. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "engine/bundle/read-content.ts": "test/unit/engine/bundle/content.test.ts",
  "engine/bundle/write-content.ts": "test/unit/engine/bundle/content.test.ts",
  "engine/cost/describe-cost.ts": "test/unit/engine/cost.test.ts",
  "engine/explain/declarations.ts": "test/unit/engine/explain/explainer.test.ts",
  "engine/explain/notes.ts": "test/unit/engine/explain/explainer.test.ts",
  "engine/facts/affix-tree.ts": "test/unit/engine/facts/lookups.test.ts",
  "engine/facts/graphql-body.ts": "test/unit/engine/facts/graphql.test.ts",
  "engine/facts/range-table.ts": "test/unit/engine/facts/lookups.test.ts",
  "engine/key-hash.ts": "test/unit/engine/hasher.test.ts",
  "engine/reference/graphql.ts": "test/property/graphql.test.ts",
  "engine/reference/needs.ts": "test/unit/engine/compile/needs.test.ts",
  "engine/reference/overlays.ts": "test/unit/engine/overlays.test.ts",
  "engine/rule-bans.ts": "test/unit/engine/semantics.test.ts",
  "engine/snapshot/format.ts": "test/unit/engine/snapshot/read-snapshot.test.ts",
  "engine/state/shared/layout.ts": "test/unit/engine/state/shared/journal.test.ts",
  "engine/snapshot/pages.ts": "test/property/snapshots.test.ts",
  "engine/snapshot/snapshot.ts": "test/unit/engine/snapshot.test.ts",
  "engine/state/shared/copies.ts": "test/property/snapshots.test.ts",
};

/** Where the test of a file of `engine/` stands, if it has one of its own. */
export function ownTest(file: string): string {
  return ELSEWHERE[file] ?? `test/unit/${file.replace(/\.ts$/, ".test.ts")}`;
}
