/** Types by the names that lists and body fields are declared with. */
import { DECLARABLE, scalarType, type Type } from "./types.ts";

/** Every type that a declaration can name. */
export const DECLARED_TYPES: ReadonlyMap<string, Type> = new Map(DECLARABLE.map((name) => [name, scalarType(name)]));
