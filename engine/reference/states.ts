/** State in plain maps: by the state id of a declaration, and then by the spelling of a key. */

/** The state of every declaration of one kind. */
export type States<T> = Map<string, Map<string, T>>;

/** The id of a declaration's state, and the one under its former name. */
export interface Adopted {
  readonly id: string;
  readonly was: string | null;
}

/**
 * Makes room for the declarations of a policy, and drops the state of those that it does not have. A renamed declaration without
 * state of its own takes over that of its former name, unless another declaration has that.
 */
export function adopt<T>(states: States<T>, declared: readonly Adopted[]): void {
  const ids = new Set(declared.map(({ id }) => id));
  for (const { id, was } of declared) {
    const former = was === null || ids.has(was) ? undefined : states.get(was);
    if (was === null || former === undefined || states.has(id)) continue;
    states.set(id, former);
    states.delete(was);
  }
  for (const id of states.keys()) if (!ids.has(id)) states.delete(id);
  for (const id of ids) if (!states.has(id)) states.set(id, new Map());
}

/** How the state of a kind of declarations is copied. */
export type CopyStates = <T>(states: States<T>) => States<T>;

/** A copy of its own. Entries are replaced and never changed, so both can have them. */
export const ownCopy: CopyStates = (states) => new Map([...states].map(([id, entries]) => [id, new Map(entries)]));

/** A view that keeps what is set in it to itself, so that it costs no more than what it touches. */
export const layered: CopyStates = <T>(states: States<T>): States<T> =>
  new Map([...states].map(([id, entries]) => [id, new LayeredMap(entries)]));

/** A map over another one, which it leaves as it is. It answers what deciding asks: `get` and `set`. */
class LayeredMap<T> extends Map<string, T> {
  private readonly below: ReadonlyMap<string, T>;

  constructor(below: ReadonlyMap<string, T>) {
    super();
    this.below = below;
  }

  override get(key: string): T | undefined {
    return super.get(key) ?? this.below.get(key);
  }
}
