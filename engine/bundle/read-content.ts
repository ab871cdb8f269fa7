/** Reads what `write-content.ts` wrote. */
import { type Preamble, RARE, TAG } from "./layout.ts";

/** @throws {Error} Where bytes are no content; a hash over them is what tells that they are. */
export function readContent(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + view.getUint32(0);
  const preamble = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start))) as Preamble;
  return new ContentReader(bytes, view, start, preamble).value();
}

/** Makes an object of the values that come next. */
type Maker = (reader: ContentReader) => object;

class ContentReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #texts: readonly string[];
  readonly #makers: readonly Maker[];
  readonly #kept: unknown[] = [];
  #at: number;
  /** Where the latest span starts. */
  #start = 0;

  constructor(bytes: Uint8Array, view: DataView, start: number, { texts, rows }: Preamble) {
    this.#bytes = bytes;
    this.#view = view;
    this.#at = start;
    this.#texts = texts;
    this.#makers = rows.map((row) => makerOf(row.map((index) => texts[index] ?? "")));
  }

  value(): unknown {
    const head = this.#integer();
    const rest = head >>> 3;
    switch (head & 7) {
      case TAG.integer:
        return rest;
      case TAG.text:
        return this.#texts[rest];
      case TAG.object:
        return rest === 0 ? this.#span() : this.#makers[rest - 1]?.(this);
      case TAG.array:
        return this.#array(rest);
      case TAG.again:
        return this.#kept[rest];
      case TAG.kept: {
        const value = this.value();
        this.#kept.push(value);
        return value;
      }
      case TAG.long:
        return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.#raw(rest));
      default:
        return this.#rare(rest);
    }
  }

  #span(): object {
    const file = this.#integer();
    const after = this.#integer();
    this.#start += (after & 1) === 0 ? after >>> 1 : -((after + 1) >>> 1);
    return { file, start: this.#start, end: this.#start + this.#integer() };
  }

  #array(length: number): unknown[] {
    // Each takes a byte at least: no length that is not there takes memory.
    if (length > this.#bytes.length - this.#at) throw new Error("the content ends early");
    // Most are short; one that grows from none makes room for seventeen, and there are hundreds of thousands.
    if (length === 1) return [this.value()];
    if (length === 2) return [this.value(), this.value()];
    if (length === 3) return [this.value(), this.value(), this.value()];
    if (length === 4) return [this.value(), this.value(), this.value(), this.value()];
    const values: unknown[] = [];
    for (let index = 0; index < length; index++) values.push(this.value());
    return values;
  }

  #rare(what: number): unknown {
    switch (what) {
      case RARE.null:
        return null;
      case RARE.true:
        return true;
      case RARE.false:
        return false;
      case RARE.undefined:
        return undefined;
      case RARE.number:
        this.#at += 8;
        return this.#view.getFloat64(this.#at - 8, true);
      case RARE.bytes:
        return this.#raw(this.#integer()).slice();
      default:
        throw new Error("the content holds no such value");
    }
  }

  #raw(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new Error("the content ends early");
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  #integer(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new Error("the content ends early");
    return byte < 128 ? byte : this.#longer(byte);
  }

  /** An integer of several bytes, after its first. */
  #longer(first: number): number {
    let value = first & 127;
    for (let shift = 7; ; shift += 7) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new Error("the content ends early");
      value |= (byte & 127) << shift;
      if (byte < 128) return value >>> 0;
    }
  }
}

/**
 * Makers of the rows that conditions, rules and routes are made of, by the names joined by commas. They give what {@link makerOf} gives
 * for any row, but an object that is written down has its form from the beginning, and there are hundreds of thousands.
 */
const MAKERS: Readonly<Record<string, Maker>> = {
  "kind,value,type,span": (r) => ({ kind: r.value(), value: r.value(), type: r.value(), span: r.value() }),
  "kind,name,args,type,span": (r) => ({
    kind: r.value(),
    name: r.value(),
    args: r.value(),
    type: r.value(),
    span: r.value(),
  }),
  "kind,item,type,span": (r) => ({ kind: r.value(), item: r.value(), type: r.value(), span: r.value() }),
  "kind,index,type,span": (r) => ({ kind: r.value(), index: r.value(), type: r.value(), span: r.value() }),
  "kind,items,type,span": (r) => ({ kind: r.value(), items: r.value(), type: r.value(), span: r.value() }),
  "kind,options,type,span": (r) => ({ kind: r.value(), options: r.value(), type: r.value(), span: r.value() }),
  "kind,op,left,right,type,span": (r) => ({
    kind: r.value(),
    op: r.value(),
    left: r.value(),
    right: r.value(),
    type: r.value(),
    span: r.value(),
  }),
  "kind,left,right,type,span": (r) => ({
    kind: r.value(),
    left: r.value(),
    right: r.value(),
    type: r.value(),
    span: r.value(),
  }),
  "name,doc,span,on,when,action,because,tags,owner,sealed,unavailable,rollout": (r) => ({
    name: r.value(),
    doc: r.value(),
    span: r.value(),
    on: r.value(),
    when: r.value(),
    action: r.value(),
    because: r.value(),
    tags: r.value(),
    owner: r.value(),
    sealed: r.value(),
    unavailable: r.value(),
    rollout: r.value(),
  }),
  "name,doc,span,methods,host,segments,scopes,minEvidence,body": (r) => ({
    name: r.value(),
    doc: r.value(),
    span: r.value(),
    methods: r.value(),
    host: r.value(),
    segments: r.value(),
    scopes: r.value(),
    minEvidence: r.value(),
    body: r.value(),
  }),
};

function makerOf(names: readonly string[]): Maker {
  return MAKERS[names.join()] ?? ((reader): object => made(names, reader));
}

function made(names: readonly string[], reader: ContentReader): object {
  const object: Record<string, unknown> = {};
  for (const name of names) {
    // A member of this name is set as any other, not as the prototype.
    if (name === "__proto__") Object.defineProperty(object, name, { value: reader.value(), ...ORDINARY });
    else object[name] = reader.value();
  }
  return object;
}

const ORDINARY = { writable: true, enumerable: true, configurable: true };
