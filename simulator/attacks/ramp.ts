/** A campaign whose rate rises evenly at its beginning. */

/**
 * The gap that takes the place of one at the full rate while the rate rises in proportion to the time since the beginning: as much
 * of the campaign passes in it (inversion of the integrated rate; Çinlar, Introduction to Stochastic Processes, 1975, §4.7).
 *
 * @param gap - At the full rate.
 * @param elapsed - Since the beginning, at the start of the gap.
 * @param ramp - How long the rate rises; 0 for not at all. All in microseconds.
 */
export function rampedGap(gap: number, elapsed: number, ramp: number): number {
  if (elapsed >= ramp) return gap;
  // While it rises, t microseconds after the beginning are worth t² / (2 ramp) at the full rate.
  const within = Math.sqrt(elapsed * elapsed + 2 * ramp * gap);
  const end = within <= ramp ? within : gap + ramp / 2 + (elapsed * elapsed) / (2 * ramp);
  return Math.max(1, Math.round(end - elapsed));
}
