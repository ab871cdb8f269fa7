/**
 * The context: everything known of the request being decided, in places fixed when the program was compiled. One is used
 * again for every request. A slot or condition is settled at most once a request: its stamp is the request's epoch if it
 * is present (or holds), minus the epoch if it is missing (or does not), and any other number if nobody asked yet.
 */
import { HeldNumber } from "../held-number.ts";
import type { ScalarValue } from "../policy.ts";
import type { Program } from "../program.ts";
import type { Outcome, Request } from "../request.ts";
import { makeRequest } from "../request.ts";
import type { ExactRate } from "../exact-rate.ts";
import { Words } from "../words.ts";
import { ADDRESS_WORDS } from "./address.ts";
import type { GraphqlRequest } from "./graphql-body.ts";

const LAST_EPOCH = 0x3fffffff;
const NO_SET: readonly ScalarValue[] = [];

/** What slots read that is not of the request: the evaluator's. */
export interface SlotReader {
  /** Puts the reading of a signal for this request's key into a slot. */
  signal(index: number, slot: number): void;
  /** Value of a score. */
  score(index: number): number;
  /** Puts how much of a limit this request's key has used, in percent. */
  used(index: number, slot: number): void;
  /** Whether a literal holds. */
  condition(literal: number): boolean;
}

/** Reads one slot of the request at hand; tells whether it has a value. */
export type Reader = (c: Context) => boolean;

/** Settles one condition for the request at hand. */
export type Test = (c: Context) => boolean;

/** Who makes the readers and tests of a program. */
export interface ContextMakers {
  readonly makeReaders: (program: Program) => readonly Reader[];
  readonly makeTests: (program: Program) => readonly Test[];
}

/** End of a text that is no part of another. */
export const WHOLE = -1;

export class Context {
  readonly program: Program;
  readonly reader: SlotReader;
  epoch = 0;
  /** How often epochs began again. Whoever keeps stamps elsewhere forgets them when it changes. */
  round = 0;
  request: Request = makeRequest({});
  outcome: Outcome | null = null;
  served = false;
  /** The engine's, which goes on; the request's time while it is decided. Microseconds. */
  private readonly clock: HeldNumber;
  // ── facts read once, for every request ──
  path = "";
  /** Where the path ends in `path`, which may be the whole target. */
  pathEnd = 0;
  /** Where the path as received ends in the target. */
  rawEnd = 0;
  ambiguous = false;
  /** Whether the program's segments are those of the path. */
  segmented = false;
  host = "";
  hostKnown = false;
  ipKnown = false;
  readonly ip: Uint32Array = new Uint32Array(ADDRESS_WORDS);
  method = 0;
  route = -1;
  client = -1;
  /** Rank in `EVIDENCE`, or -1 where it was not looked at. */
  evidence = -1;
  refusal: string | null = null;
  refusalStatus = 0;
  /** What a GraphQL body says, and the epoch of the request whose body it is of. */
  graphql: GraphqlRequest | null = null;
  graphqlEpoch = 0;
  // ── slots ──
  readonly readers: readonly Reader[];
  readonly stamps: Int32Array;
  readonly numbers: Float64Array;
  /** The text of slot s, of which it is the part from `starts[s]` to `ends[s]`, unless that is `WHOLE`. */
  readonly texts: string[];
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly words: Uint32Array;
  readonly sets: (readonly ScalarValue[])[];
  readonly rates: (ExactRate | null)[];
  // ── conditions and keys ──
  readonly tests: readonly Test[];
  readonly settled: Int32Array;
  readonly keyStamps: Int32Array;
  readonly keyLo: Int32Array;
  readonly keyHi: Int32Array;
  /** Hashes of slots' values: known where the stamp is the request's epoch. */
  readonly hashStamps: Int32Array;
  readonly hashLo: Int32Array;
  readonly hashHi: Int32Array;
  readonly scratch: Uint32Array = new Uint32Array(ADDRESS_WORDS);
  readonly hashWords: Words = new Words();

  constructor(program: Program, reader: SlotReader, makers: ContextMakers, clock: HeldNumber = new HeldNumber(0)) {
    this.clock = clock;
    const slots = program.slots.op.length;
    const keys = program.keys.parts.length - 1;
    this.program = program;
    this.reader = reader;
    this.stamps = new Int32Array(slots);
    this.numbers = new Float64Array(slots);
    this.readers = makers.makeReaders(program);
    this.texts = new Array<string>(slots).fill("");
    this.starts = new Int32Array(slots);
    this.ends = new Int32Array(slots).fill(WHOLE);
    this.words = new Uint32Array(slots * ADDRESS_WORDS);
    this.sets = new Array<readonly ScalarValue[]>(slots).fill(NO_SET);
    this.rates = new Array<ExactRate | null>(slots).fill(null);
    this.tests = makers.makeTests(program);
    this.settled = new Int32Array(program.tests.op.length);
    this.hashStamps = new Int32Array(slots);
    this.hashLo = new Int32Array(slots);
    this.hashHi = new Int32Array(slots);
    this.keyStamps = new Int32Array(keys);
    this.keyLo = new Int32Array(keys);
    this.keyHi = new Int32Array(keys);
  }

  /** The request's time. */
  get now(): number {
    return this.clock.value;
  }

  /** The time at which the request is decided after all: that of others who share the state is ahead. */
  set now(micros: number) {
    this.clock.value = micros;
  }

  /** Forgets the last request. */
  turn(): void {
    if (++this.epoch < LAST_EPOCH) return;
    this.epoch = 1;
    this.round++;
    this.graphqlEpoch = 0;
    this.stamps.fill(0);
    this.settled.fill(0);
    this.keyStamps.fill(0);
    this.hashStamps.fill(0);
  }
}
