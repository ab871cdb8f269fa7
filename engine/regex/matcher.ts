/**
 * Tests texts for a pattern in the fastest way that is linear whatever the text: the host's `RegExp` where backtracking is proven
 * to be (`backtracking.ts`), else a look for a text that every match contains, and the automaton. The way is chosen when
 * the first text comes, because most patterns of many are never asked.
 */
import type { Pattern, PatternNode } from "../policy.ts";
import { Automaton, Room } from "./automaton.ts";
import { nativePattern, staysLinear } from "./backtracking.ts";
import { boundedPattern } from "./instructions.ts";
import { leadingText } from "./plain-pattern.ts";
import { type Sought, soughtBy } from "./required-literals.ts";

/** Longest text that is given to `RegExp`: it keeps a stack in proportion to the text, and throws where that is full. */
const MAX_NATIVE_TEXT = 65_536;

export class PatternMatcher {
  /** The pattern without what makes no difference at its ends. */
  readonly root: PatternNode;
  private readonly ignoreCase: boolean;
  private readonly room: Room;
  private known: Sought | null | undefined;
  private ready = false;
  private native: RegExp | null = null;
  /** Texts that every match begins with and contains; empty for none. */
  private leading = "";
  private required = "";
  private automaton: Automaton | null = null;

  /**
   * @param room - What patterns of one policy share.
   * @throws An error that names the pattern where it is too large.
   */
  constructor(pattern: Pattern, room: Room = new Room()) {
    this.root = boundedPattern(pattern);
    this.ignoreCase = pattern.ignoreCase;
    this.room = room;
  }

  /** What every text that matches contains; null where nothing is known. */
  get sought(): Sought | null {
    if (this.known === undefined) this.known = soughtBy(this.root, this.ignoreCase);
    return this.known;
  }

  /** Whether some part of `text` matches. */
  test(text: string): boolean {
    if (!this.ready) this.prepare();
    if (this.native !== null && text.length <= MAX_NATIVE_TEXT) return this.native.test(text);
    const from = text.indexOf(this.leading);
    if (from < 0 || !text.includes(this.required, from)) return false;
    this.automaton ??= new Automaton(this.root, this.room);
    return this.automaton.test(text, from);
  }

  private prepare(): void {
    this.ready = true;
    if (staysLinear(this.root)) this.native = nativePattern(this.root);
    this.leading = leadingText(this.root);
    const { sought } = this;
    if (sought?.texts.length === 1 && !sought.folded) this.required = sought.texts[0]!;
  }
}

/**
 * Tests texts for a pattern as conditions do, by themselves.
 *
 * @throws An error that names the pattern where it is too large.
 */
export function patternTest(pattern: Pattern): (text: string) => boolean {
  const matcher = new PatternMatcher(pattern);
  return (text) => matcher.test(text);
}
