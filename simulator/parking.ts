/** Requests that wait to be sent again. */
import type { Request } from "../engine/index.ts";
import { copyBody } from "./request-body.ts";

/** A request that waits, and what its sender knows of it. */
export interface Parked {
  readonly request: Request;
  readonly status: number;
  readonly abusive: boolean;
}

/** A place for each waiting request of one actor; places are used again. */
export class Parking<P extends Parked = Parked> {
  readonly #places: (P | undefined)[] = [];
  readonly #free: number[] = [];

  /** Keeps a copy; returns the place. */
  park(parked: P): number {
    const place = this.#free.pop() ?? this.#places.length;
    const { request } = parked;
    this.#places[place] = { ...parked, request: { ...request, body: copyBody(request.body) } };
    return place;
  }

  /** Copies the request of a place into `request` and frees the place; null where nothing waits there. */
  recall(place: number, request: Request): P | null {
    const parked = this.#places[place];
    if (parked === undefined) return null;
    Object.assign(request, parked.request);
    this.#places[place] = undefined;
    this.#free.push(place);
    return parked;
  }
}
