/**
 * Codes `EP9…`: parts of the language that this version reads and formats but does not enforce. They are errors where
 * ignoring them would change a decision, and warnings where nothing is decided by them.
 */
export const NOT_BUILT = {
  invariant: {
    code: "EP9013",
    title: "invariant not proven",
    explanation: "`invariant` declarations are checked for their syntax and formatted; nothing proves them.",
  },
} as const;
