/**
 * Codes `EP9…`: parts of the language that this version reads and formats but does not run, and what loading a policy leaves open. They are
 * errors where ignoring them would change a decision, and warnings where nothing is decided by them.
 */
export const NOT_BUILT = {
  invariant: {
    code: "EP9013",
    title: "invariant not proven",
    explanation:
      "Checking an `invariant` settles its names, types and levels, not whether it holds. `edgepolicy prove` looks for a request or a trace that refutes it.",
  },
} as const;
