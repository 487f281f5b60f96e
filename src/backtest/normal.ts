/** The normal distribution and that of Student. */

/** The value that a standard normal exceeds with probability .025. */
export const Z = 1.959963984540054;

/**
 * The probability that a standard normal value exceeds `z` (0 or more). Below 3 it is the series of Marsaglia,
 * "Evaluating the Normal Distribution" (J. Stat. Softw. 11(4), 2004), above it Laplace's continued fraction.
 */
export const upperTail = (z: number): number => {
  const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
  if (z >= 3) {
    let fraction = z;
    for (let k = 60; k >= 1; k--) fraction = z + k / fraction;
    return density / fraction;
  }
  let term = z;
  let sum = z;
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= (z * z) / k;
    sum += term;
  }
  return 0.5 - density * sum;
};

/**
 * The value that Student's t exceeds with probability .025: the expansion of Fisher and Cornish (Abramowitz and Stegun,
 * 26.7.5), to .003 from 5 degrees of freedom on, too small below.
 */
export const studentQuantile = (freedom: number): number =>
  Z +
  (Z ** 3 + Z) / (4 * freedom) +
  (5 * Z ** 5 + 16 * Z ** 3 + 3 * Z) / (96 * freedom ** 2) +
  (3 * Z ** 7 + 19 * Z ** 5 + 17 * Z ** 3 - 15 * Z) / (384 * freedom ** 3);
