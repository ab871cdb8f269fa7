/** Where things stand in a plot of a timeline, for a wide and a narrow screen. Lengths are in units of the view box, about pixels. */

export interface Frame {
  readonly name: "wide" | "narrow";
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  /** Top and bottom of the rates. */
  readonly top: number;
  readonly bottom: number;
  /** Top and bottom of the band of verdicts below them. */
  readonly bandTop: number;
  readonly bandBottom: number;
  /** About how many labels the time axis has. */
  readonly timeTicks: number;
}

export const WIDE: Frame = {
  ...{ name: "wide", width: 760, height: 226, left: 46, right: 752, top: 30, bottom: 162 },
  ...{ bandTop: 174, bandBottom: 196, timeTicks: 8 },
};

export const NARROW: Frame = {
  ...{ name: "narrow", width: 350, height: 234, left: 42, right: 346, top: 30, bottom: 160 },
  ...{ bandTop: 174, bandBottom: 202, timeTicks: 4 },
};
