/**
 * Path and route in one pass: a deterministic automaton over the characters of a request target. It tells where a canonical path ends and
 * which route its end stands for, by one look-up a character. What it does not settle (a path that is not canonical as it stands, or has
 * anything but ASCII) it leaves to {@link scanPath} and the {@link RouteTree}, which say the same.
 *
 * States are sets of places in the patterns (subset construction, Rabin and Scott 1959), found when a path first comes to them, so that a
 * policy of many routes takes no longer to load. What the end of a state comes to is asked of the tree, for a path that leads there.
 */
import { METHODS } from "../policy.ts";
import { scanPath } from "./canonical-path.ts";
import { mayEnd, nameOf, type Places, PatternPlaces } from "./pattern-places.ts";
import type { RouteTree } from "./route-tree.ts";

/** Most cells of the table, 2 MB: some thousands of routes. Paths that would need more are left to others. */
const MOST_CELLS = 2 ** 19;
const FIRST_STATES = 32;

// What a cell says where it does not name a state, which are positive.
const UNKNOWN = 0;
const END = -1;
const UNSETTLED = -2;

// Classes of characters; each that a pattern writes has one of its own, as have the slash, the dot and the semicolon.
const QUESTION = 0;
const ODD = 1;
const OTHER = 2;
const FIRST_OWN = 3;

const ASCII = 128;
const SLASH = 47;

export class PathAutomaton {
  /** Where the path that was read last ends. */
  end = 0;
  private readonly tree: RouteTree;
  private readonly places: PatternPlaces;
  /** Class by ASCII code, and how many there are. */
  private readonly classes: Uint8Array;
  private readonly kinds: number;
  /**
   * Of each state a row: by class, where it leads; then by method the route, or -1, or `UNSETTLED` where the path may not end there. A state
   * is named by the place of its row, so that a step is one addition.
   */
  private cells: Int32Array = new Int32Array(0);
  private readonly width: number;
  /** Of each state: its places, and a path that leads to it. The first row is no state's. */
  private readonly states: { readonly places: Places; readonly path: string }[] = [{ places: [], path: "" }];
  private readonly known = new Map<string, number>();
  private readonly first: number;
  /** Of the path that was read last. */
  private state = 0;

  /** @param tree - Of routes that are not told apart by host. */
  constructor(tree: RouteTree) {
    const { classes, kinds } = classify(tree);
    this.tree = tree;
    this.places = new PatternPlaces(tree.nodes, tree.anyHost);
    this.classes = classes;
    this.kinds = kinds;
    this.width = kinds + METHODS.length;
    this.grow();
    this.first = this.stateOf(this.places.start, "/");
  }

  /** Reads the path of a request target; tells whether that settles it. Then {@link PathAutomaton.end} is its length. */
  read(target: string): boolean {
    if (target.length === 0 || target.charCodeAt(0) !== SLASH) return false;
    this.end = 1;
    this.state = this.first;
    let last = this.follow(target);
    while (last === UNKNOWN) {
      this.learn(this.state, target.charCodeAt(this.end));
      last = this.follow(target);
    }
    return last === END && this.route(0) !== UNSETTLED;
  }

  /**
   * Goes on to where the path ends or no state is named; returns what is said there. It calls nothing and writes nothing on its way, so that
   * what it looks up in is looked at once and not for each character.
   */
  private follow(target: string): number {
    const { cells, classes } = this;
    const { length } = target;
    let index = this.end | 0;
    let state = this.state | 0;
    let to = END;
    for (; index < length; index++) {
      const code = target.charCodeAt(index);
      to = code < ASCII ? cells[state + classes[code]!]! : UNSETTLED;
      if (to <= UNKNOWN) break;
      state = to;
    }
    this.end = index;
    this.state = state;
    return index === length ? END : to;
  }

  /** Index of the route of the path that was read last, by the method's place in `METHODS`; -1 for none. */
  route(method: number): number {
    return this.cells[this.state + this.kinds + method]!;
  }

  /** Slow path, out of line: where a character leads that did not come in this state before. */
  private learn(state: number, code: number): void {
    const { places, path } = this.states[state / this.width]!;
    const character = String.fromCharCode(code);
    const after = this.places.after(places, character);
    // A new state may need a larger table, so it is found before the cell is.
    const to = after === null ? UNSETTLED : this.stateOf(after, path + character);
    this.cells[state + this.classes[code]!] = to;
  }

  /** The state of places, which `path` leads to; `UNSETTLED` where there is no room for another. */
  private stateOf(places: Places, path: string): number {
    const name = nameOf(places);
    const known = this.known.get(name);
    if (known !== undefined) return known;
    const state = this.states.length * this.width;
    if (state + this.width > this.cells.length && !this.grow()) return UNSETTLED;
    this.states.push({ places, path });
    this.known.set(name, state);
    this.cells[state + QUESTION] = END;
    this.cells[state + ODD] = UNSETTLED;
    this.fillRoutes(state + this.kinds, places, path);
    return state;
  }

  private fillRoutes(from: number, places: Places, path: string): void {
    const { tree, cells } = this;
    const settled = mayEnd(places);
    scanPath(path, tree.segments);
    for (let method = 0; method < METHODS.length; method++) {
      cells[from + method] = settled ? tree.match(method, "", path, path.length) : UNSETTLED;
    }
  }

  /** Makes room for twice as many states; tells whether there may be. */
  private grow(): boolean {
    const length = Math.max(FIRST_STATES, 2 * this.states.length) * this.width;
    if (length > MOST_CELLS) return false;
    const cells = new Int32Array(length);
    cells.set(this.cells);
    this.cells = cells;
    return true;
  }
}

/** Classes of the characters that patterns write, and of the rest. */
function classify({ nodes }: RouteTree): { readonly classes: Uint8Array; readonly kinds: number } {
  const classes = new Uint8Array(ASCII).fill(OTHER);
  const own = new Set("/.;");
  for (const { literals } of nodes)
    for (const text of literals.keys()) for (const character of text) own.add(character);
  let kinds = FIRST_OWN;
  for (const character of own) {
    const code = character.codePointAt(0)!;
    if (code < ASCII) classes[code] = kinds++;
  }
  for (const character of "\0\\%") classes[character.charCodeAt(0)] = ODD;
  classes["?".charCodeAt(0)] = QUESTION;
  return { classes, kinds };
}
