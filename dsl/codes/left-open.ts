/** Codes `EP9…`: what loading a policy leaves open. They are warnings, as nothing is decided by them. */
export const LEFT_OPEN = {
  invariant: {
    code: "EP9013",
    title: "invariant not proven",
    explanation:
      "Checking an `invariant` settles its names, types and levels, not whether it holds. `edgepolicy prove` looks for a request or a trace that refutes it.",
  },
} as const;
