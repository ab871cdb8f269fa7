/** State in plain maps: by the state id of a declaration, and then by the spelling of a key. */

/** The state of every declaration of one kind. */
export type States<T> = Map<string, Map<string, T>>;

/** Makes room for the declarations of a policy, and drops the state of those that it does not have. */
export function adopt<T>(states: States<T>, ids: readonly string[]): void {
  for (const id of states.keys()) if (!ids.includes(id)) states.delete(id);
  for (const id of ids) if (!states.has(id)) states.set(id, new Map());
}
