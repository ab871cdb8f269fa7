/** Constants of a program, each distinct one once. */
import { ADDRESS_WORDS, parseNetwork } from "../facts/address.ts";
import { NetworkTable } from "../facts/network-table.ts";
import type { Pattern, Rate, ScalarValue } from "../policy.ts";
import { compileGlob } from "../regex/glob.ts";
import { Room } from "../regex/automaton.ts";
import { PatternMatcher } from "../regex/matcher.ts";
import { type ExactRate, exactRate } from "../exact-rate.ts";

/** Columns of constants, indexed by the operands of slots and conditions. */
export interface Constants {
  readonly numbers: Float64Array;
  readonly texts: readonly string[];
  /** Five words each. */
  readonly addresses: Uint32Array;
  /** Those made of a file's list are replaced with its values. */
  readonly sets: ReadonlySet<ScalarValue>[];
  readonly arrays: readonly (readonly ScalarValue[])[];
  readonly networks: NetworkTable[];
  readonly patterns: readonly PatternMatcher[];
  readonly globs: readonly (readonly string[])[];
  readonly rates: readonly ExactRate[];
}

/** Values of a set or table of networks, and the list from a file that they are, by index; null for values that stay as they are. */
export interface SetSource {
  readonly values: readonly ScalarValue[];
  readonly list: number | null;
}

/** A constant made of a list from a file: how it is made anew of other values. */
export interface ListConstant {
  readonly list: number;
  readonly put: (constants: Constants, values: readonly ScalarValue[]) => void;
}

/** What stands in a set of a list's values: they themselves unless their slot holds something else. */
export type MembersOf = (values: readonly ScalarValue[]) => readonly ScalarValue[];

/** One column: values by the text or number that identifies them. */
class Column<T> {
  readonly values: T[] = [];
  private readonly known = new Map<string | number, number>();

  intern(key: string | number, make: () => T): number {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const index = this.values.push(make()) - 1;
    this.known.set(key, index);
    return index;
  }
}

export class ConstantPool {
  readonly numbers: Column<number> = new Column();
  readonly texts: Column<string> = new Column();
  private readonly addresses = new Column<Uint32Array>();
  private readonly sets = new Column<ReadonlySet<ScalarValue>>();
  private readonly arrays = new Column<readonly ScalarValue[]>();
  private readonly networks = new Column<NetworkTable>();
  readonly patterns: Column<PatternMatcher> = new Column();
  private readonly room = new Room();
  readonly globs: Column<readonly string[]> = new Column();
  private readonly rates = new Column<ExactRate>();
  /** Sets and tables by the very values they were made of: a list that many rules name is sorted once. */
  private readonly setsOf = new Map<readonly ScalarValue[], number>();
  private readonly tablesOf = new Map<readonly ScalarValue[], number>();
  /** Constants that other values can take the place of. */
  readonly listConstants: ListConstant[] = [];
  /** What sets, tables of networks and addresses were made of, for the index; null where it can change. */
  readonly members: {
    readonly sets: (readonly ScalarValue[] | null)[];
    readonly networks: (readonly string[] | null)[];
    readonly addresses: string[];
  } = { sets: [], networks: [], addresses: [] };

  number(value: number): number {
    return this.numbers.intern(value, () => value);
  }

  text(value: string): number {
    return this.texts.intern(value, () => value);
  }

  /** @throws An error where `text` is no address or network. */
  address(text: string): number {
    return this.addresses.intern(text, () => {
      const words = new Uint32Array(ADDRESS_WORDS);
      if (parseNetwork(text, words, 0) === 0) throw new Error(`\`${text}\` is no address or network`);
      this.members.addresses.push(text);
      return words;
    });
  }

  set(values: readonly ScalarValue[]): number {
    const known = this.setsOf.get(values);
    if (known !== undefined) return known;
    const set = this.internSet(values);
    this.setsOf.set(values, set);
    return set;
  }

  private internSet(values: readonly ScalarValue[]): number {
    const sorted = [...new Set(values)].sort(byTypeAndText);
    return this.sets.intern(JSON.stringify(sorted), () => {
      this.members.sets.push(sorted);
      return new Set(sorted);
    });
  }

  /**
   * A set that may be of a list from a file.
   *
   * @param form - Name of `membersOf`; sets of one list and form are one.
   */
  setOf({ values, list }: SetSource, form: string, membersOf: MembersOf): number {
    if (list === null) return this.set(membersOf(values));
    return this.sets.intern(`list ${list} ${form}`, () => {
      const index = this.members.sets.push(null) - 1;
      this.listConstants.push({
        list,
        put: ({ sets }, next) => {
          sets[index] = new Set(membersOf(next));
        },
      });
      return new Set(membersOf(values));
    });
  }

  array(values: readonly ScalarValue[]): number {
    return this.arrays.intern(JSON.stringify(values), () => values);
  }

  networkTable(networks: readonly ScalarValue[]): number {
    const known = this.tablesOf.get(networks);
    if (known !== undefined) return known;
    const sorted = [...new Set(networks.map(String))].sort();
    const table = this.networks.intern(sorted.join(), () => {
      this.members.networks.push(sorted);
      return tableOf(sorted);
    });
    this.tablesOf.set(networks, table);
    return table;
  }

  /** A table of networks that may be of a list from a file. */
  networkTableOf({ values, list }: SetSource): number {
    if (list === null) return this.networkTable(values);
    return this.networks.intern(`list ${list}`, () => {
      const index = this.members.networks.push(null) - 1;
      this.listConstants.push({
        list,
        put: ({ networks }, next) => {
          networks[index] = tableOf(next.map(String));
        },
      });
      return tableOf(values.map(String));
    });
  }

  pattern(pattern: Pattern): number {
    return this.patterns.intern(JSON.stringify(pattern.root), () => new PatternMatcher(pattern, this.room));
  }

  glob(glob: string): number {
    return this.globs.intern(glob, () => compileGlob(glob));
  }

  rate(rate: Rate): number {
    return this.rates.intern(`${rate.allow} ${rate.perMicros} ${rate.burst}`, () => exactRate(rate));
  }

  finish(): Constants {
    const addresses = new Uint32Array(this.addresses.values.length * ADDRESS_WORDS);
    for (const [index, words] of this.addresses.values.entries()) addresses.set(words, index * ADDRESS_WORDS);
    return {
      numbers: Float64Array.from(this.numbers.values),
      texts: this.texts.values,
      addresses,
      sets: this.sets.values,
      arrays: this.arrays.values,
      networks: this.networks.values,
      patterns: this.patterns.values,
      globs: this.globs.values,
      rates: this.rates.values,
    };
  }
}

function tableOf(networks: readonly string[]): NetworkTable {
  const distinct = [...new Set(networks)];
  return new NetworkTable(
    distinct,
    distinct.map(() => 0),
  );
}

function byTypeAndText(a: ScalarValue, b: ScalarValue): number {
  const left = `${typeof a} ${a}`;
  const right = `${typeof b} ${b}`;
  return left < right ? -1 : left > right ? 1 : 0;
}
