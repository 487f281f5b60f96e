/**
 * Non-negative logistic regression: how much the log-odds of converting rise from no share of a signal to its full share.
 *
 * Maximises the log-likelihood minus half the sum of squared coefficients (ridge 1), with the sign of every coefficient
 * given and the intercept free of both. The columns are shares from 0 to 1 and are not standardised: a full share means
 * the same for every signal, and so does the ridge, a prior of N(0, 1) on its log-odds. Standardised, a signal that few
 * people have would be the least restrained.
 *
 * No library fits this (signs, ridge, intercept); test/backtest has a second implementation.
 */

const RIDGE = 1;

/** Newton's method has converged when the next step promises to gain less. */
const TOLERANCE = 1e-10;

/**
 * A coefficient as close to 0 as this counts as being there. Without it, one at 5e-324 that wants to change its sign would
 * take part in the Newton step, lose what it gave to the others at the first projection, and end the fit too early.
 */
const NEAR_ZERO = 1e-6;

/** 1: the coefficient is at least 0 (a gain); -1: at most 0 (a penalty). */
export type Sign = 1 | -1;

/** A fitted regression. */
export interface Fit {
  readonly intercept: number;
  /** By column, in log-odds per full share. */
  readonly coefficients: readonly number[];
  /** The log-likelihood minus the penalty: what the fit maximises. */
  readonly likelihood: number;
}

/** Solves `matrix` x = `vector` by Cholesky's decomposition; `matrix` is symmetric and positive definite. */
const solve = (matrix: readonly Float64Array[], vector: readonly number[]): number[] => {
  const n = vector.length;
  const lower = matrix.map(() => new Float64Array(n));
  const at = (i: number, j: number): number => lower[i]?.[j] ?? 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i]?.[j] ?? 0;
      for (let k = 0; k < j; k++) rest -= at(i, k) * at(j, k);
      lower[i]?.fill(i === j ? Math.sqrt(Math.max(rest, 1e-300)) : rest / at(j, j), j, j + 1);
    }
  }
  const half: number[] = [];
  for (let i = 0; i < n; i++) {
    half.push(half.reduce((rest, value, k) => rest - at(i, k) * value, vector[i] ?? 0) / at(i, i));
  }
  for (let i = n - 1; i >= 0; i--) {
    let rest = half[i] ?? 0;
    for (let k = i + 1; k < n; k++) rest -= at(k, i) * (half[k] ?? 0);
    half[i] = rest / at(i, i);
  }
  return half;
};

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
};

/** The log-odds of each row. */
const oddsOf = (columns: readonly Float64Array[], coefficients: readonly number[], rows: number): Float64Array => {
  const odds = new Float64Array(rows);
  for (const [j, column] of columns.entries()) {
    const coefficient = coefficients[j] ?? 0;
    if (coefficient === 0) continue;
    for (let i = 0; i < rows; i++) odds[i] = (odds[i] ?? 0) + coefficient * (column[i] ?? 0);
  }
  return odds;
};

/** The log-likelihood of the log-odds minus the penalty on the coefficients (the first is the intercept). */
const likelihoodOf = (odds: Float64Array, converted: Uint8Array, coefficients: readonly number[]): number => {
  let sum = 0;
  for (let i = 0; i < odds.length; i++) {
    const each = odds[i] ?? 0;
    sum += (converted[i] ?? 0) * each - Math.max(0, each) - Math.log1p(Math.exp(-Math.abs(each)));
  }
  return coefficients.slice(1).reduce((rest, each) => rest - (RIDGE / 2) * each ** 2, sum);
};

/**
 * Fits by Newton's method, projected onto the signs (Bertsekas, SIAM J. Control Optim. 20(2), 1982): a coefficient at 0,
 * or close to it, that would take the wrong sign becomes 0; all others take the Newton step, halved until it gains.
 *
 * @param columns shares from 0 to 1, one array per signal
 * @param converted 1 or 0 by row; both must occur, or the intercept has no end
 * @param start coefficients to begin with, such as those of a fit of similar columns
 * @param steps the most Newton steps; a fit that ends early is a lower bound of what the columns can do
 */
export const fitLogistic = (
  columns: readonly Float64Array[],
  converted: Uint8Array,
  signs: readonly Sign[],
  start?: Fit,
  steps = 200,
): Fit => {
  const rows = converted.length;
  const all = [new Float64Array(rows).fill(1), ...columns];
  const allowed = (j: number, value: number): number => (j === 0 || value * (signs[j - 1] ?? 1) > 0 ? value : 0);
  const hits = converted.reduce((sum, one) => sum + one, 0);
  let now = all.map((_, j) =>
    j === 0 ? (start?.intercept ?? Math.log(hits / (rows - hits))) : allowed(j, start?.coefficients[j - 1] ?? 0),
  );
  let odds = oddsOf(all, now, rows);
  let likelihood = likelihoodOf(odds, converted, now);
  const [errors, spread, weighted] = [new Float64Array(rows), new Float64Array(rows), new Float64Array(rows)];
  for (let step = 0; step < steps; step++) {
    for (let i = 0; i < rows; i++) {
      const chance = 1 / (1 + Math.exp(-(odds[i] ?? 0)));
      errors[i] = (converted[i] ?? 0) - chance;
      spread[i] = chance * (1 - chance);
    }
    const slopes = all.map((column, j) => dot(column, errors) - (j === 0 ? 0 : RIDGE * (now[j] ?? 0)));
    const free = [...all.keys()].filter(
      (j) => j === 0 || Math.abs(now[j] ?? 0) > NEAR_ZERO || allowed(j, slopes[j] ?? 0) !== 0,
    );
    const curvature = free.map((j) => {
      const column = all[j] ?? new Float64Array();
      for (let i = 0; i < rows; i++) weighted[i] = (column[i] ?? 0) * (spread[i] ?? 0);
      return Float64Array.from(free, (k) =>
        k > j ? 0 : dot(weighted, all[k] ?? new Float64Array()) + (k === j && j > 0 ? RIDGE : 0),
      );
    });
    const newton = solve(
      curvature,
      free.map((j) => slopes[j] ?? 0),
    );
    const direction = now.map((each) => -each);
    for (const [i, j] of free.entries()) direction[j] = newton[i] ?? 0;
    if (direction.reduce((sum, each, j) => sum + each * (slopes[j] ?? 0), 0) < TOLERANCE) break;
    let gained = false;
    for (let size = 1; !gained && size > 1e-10; size /= 2) {
      const next = now.map((each, j) => allowed(j, each + size * (direction[j] ?? 0)));
      const nextOdds = oddsOf(all, next, rows);
      const reached = likelihoodOf(nextOdds, converted, next);
      gained = reached > likelihood;
      if (gained) [now, odds, likelihood] = [next, nextOdds, reached];
    }
    if (!gained) break;
  }
  return { intercept: now[0] ?? 0, coefficients: now.slice(1), likelihood };
};
