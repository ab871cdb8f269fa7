/** State in plain maps: by the state id of a declaration, and then by the spelling of a key. */

/** The state of every declaration of one kind. */
export type States<T> = Map<string, Map<string, T>>;

/** Makes room for the declarations of a policy, and drops the state of those that it does not have. */
export function adopt<T>(states: States<T>, ids: readonly string[]): void {
  for (const id of states.keys()) if (!ids.includes(id)) states.delete(id);
  for (const id of ids) if (!states.has(id)) states.set(id, new Map());
}

/** How the state of a kind of declarations is copied. */
export type CopyStates = <T>(states: States<T>) => States<T>;

/** A copy of its own. State is plain data. */
export const deepCopy: CopyStates = (states) => structuredClone(states);

/** A view that takes over an entry when it is asked for, so that what is done to the view costs no more than what it touches. */
export const layered: CopyStates = <T>(states: States<T>): States<T> =>
  new Map([...states].map(([id, entries]) => [id, new LayeredMap(entries)]));

/** A map over another one, which it leaves as it is. It answers what the interpreter asks: `get`, `has`, `set` and `delete`. */
class LayeredMap<T> extends Map<string, T> {
  private readonly below: ReadonlyMap<string, T>;
  private readonly gone = new Set<string>();

  constructor(below: ReadonlyMap<string, T>) {
    super();
    this.below = below;
  }

  override get(key: string): T | undefined {
    if (!super.has(key) && !this.gone.has(key) && this.below.has(key))
      super.set(key, structuredClone(this.below.get(key)) as T);
    return super.get(key);
  }

  override has(key: string): boolean {
    return super.has(key) || (!this.gone.has(key) && this.below.has(key));
  }

  override delete(key: string): boolean {
    const had = this.has(key);
    this.gone.add(key);
    super.delete(key);
    return had;
  }
}
