/** From the coefficients of a fit to points. */

/** Points are multiples of a half. */
const STEPS = 2;

/**
 * Scales coefficients to points in half points: the gains sum to 100, penalties keep the same scale and are at most 100.
 * The half points that rounding down leaves over go to the largest remainders, ties to the first (Hamilton's method).
 *
 * @returns points by coefficient; undefined if no coefficient is above 0
 */
export const scalePoints = (coefficients: readonly number[]): number[] | undefined => {
  const gains = coefficients.reduce((sum, each) => sum + Math.max(0, each), 0);
  if (!(gains > 0)) return undefined;
  const exact = coefficients.map((each) => (each / gains) * 100 * STEPS);
  const whole = exact.map((each) => (each > 0 ? Math.floor(each) : Math.max(-100 * STEPS, Math.round(each)) + 0));
  const left = 100 * STEPS - whole.reduce((sum, each) => sum + Math.max(0, each), 0);
  const remainders = exact
    .map((each, i) => ({ i, rest: each > 0 ? each - Math.floor(each) : 0 }))
    .toSorted((a, b) => b.rest - a.rest);
  for (const { i } of remainders.slice(0, left)) whole[i] = (whole[i] ?? 0) + 1;
  return whole.map((each) => each / STEPS);
};
