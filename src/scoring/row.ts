/** Rows of features as files and databases hold them: their type, their check, and the values of their signals. */
import { features as builtIn } from '../catalogue/features.js';
import { checkLabels, checkWeights } from '../catalogue/weights.js';
import { didYouMean } from '../text/closest.js';
import { cellNumber } from '../text/numbers.js';
import { shown } from '../text/printable.js';
import { Failure } from '../model.js';
import { type defaultScoring, type Model, prepare, type Scoring } from './score.js';

/** A value as a database driver returns it. Text is a plain decimal; missing, null, NaN and '' mean unknown. */
export type FeatureValue = number | bigint | string | null | undefined;

/** The scoring that is used unless another is given. */
export type DefaultScoring = typeof defaultScoring;

/** Columns of user_features.csv that are no built-in features. */
const CONTEXT = ['user_id', 'opted_out'] as const;

type Context<S extends Scoring> =
  | (typeof CONTEXT)[number]
  | keyof typeof builtIn
  | (string extends keyof S['features'] ? never : keyof S['features']);

/**
 * One user's row: a value for each signal of the scoring, and any other column of user_features.csv, which is ignored. A
 * name that is neither does not compile if the names of the signals are known, and is refused when the row is read.
 */
export type FeatureRow<S extends Scoring = DefaultScoring> = string extends keyof S['weights']
  ? object
  : { readonly [Name in keyof S['weights']]?: FeatureValue } & {
      readonly [Name in Exclude<Context<S>, keyof S['weights']>]?: unknown;
    };

/** A scoring that has been checked, and the columns that its rows can have. */
export interface Reader {
  readonly model: Model;
  readonly columns: ReadonlySet<string>;
}

const readers = new WeakMap<Scoring, Reader>();

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** True of what has the parts of a scoring; what they hold is another question. */
const isScoring = (value: unknown): value is Scoring =>
  isObject(value) && 'weights' in value && isObject(value.weights) && 'labels' in value && isObject(value.labels);

/** Refuses a scoring that breaks a rule, also one that no compiler has seen. @throws Failure `usage` */
const checkScoring = (scoring: unknown): void => {
  const refusal = (says: string): Failure => new Failure('usage', says);
  if (scoring instanceof Promise) throw refusal('the scoring is a promise: await loadConfig(...)');
  if (!isScoring(scoring)) throw refusal('a scoring has weights and labels: { weights: ..., labels: ... }');
  const { weights, labels, features = {} } = scoring;
  for (const [signal, weight] of Object.entries(weights)) {
    const isWhole = typeof weight.points === 'number' && isObject(weight.earns) && typeof weight.phrase === 'string';
    if (!isWhole) {
      throw refusal(
        `weights.${signal}: needs points, earns and phrase: { points: 10, earns: { saturates_at: 3 }, phrase: '...' }`,
      );
    }
    const is = features[signal]?.is;
    if (signal === 'gender' || (is && 'column' in is && is.column === 'gender')) {
      throw refusal(`weights.${signal}: gender is never a signal`);
    }
  }
  const [problem] = checkWeights(weights);
  if (problem !== undefined)
    throw refusal(`weights${problem.signal === undefined ? '' : `.${problem.signal}`}: ${problem.rule}`);
  const rule = checkLabels(labels);
  if (rule !== undefined) throw refusal(`labels: ${rule}`);
};

/**
 * A scoring prepared for rows; once for each.
 *
 * @throws Failure `usage` if its weights or labels break a rule
 */
export const readerOf = (scoring: Scoring): Reader => {
  const known = readers.get(scoring);
  if (known) return known;
  checkScoring(scoring);
  const { weights, features = {} } = scoring;
  const columns = new Set([...CONTEXT, ...[weights, features, builtIn].flatMap((each) => Object.keys(each))]);
  const reader = { model: prepare(scoring), columns };
  readers.set(scoring, reader);
  return reader;
};

/** What a value is, for a message. */
const described = (value: unknown): string => {
  if (typeof value === 'string') return shown(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : 'a Date';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
};

/** A refusal of the value of a column. */
export const refuse = (where: string, column: string, value: unknown, rule: string): Failure =>
  new Failure('data', `${where}${column}: ${described(value)} is not ${rule}`);

const numberOf = (value: unknown): number | undefined => {
  if (value === undefined || value === null) return Number.NaN;
  if (typeof value === 'number') return Number.isFinite(value) || Number.isNaN(value) ? value : undefined;
  if (typeof value === 'string') return cellNumber(value);
  if (typeof value !== 'bigint') return undefined;
  return cellNumber(String(value));
};

/**
 * The values of a row's signals, NaN if unknown: the same numbers as if the row stood in user_features.csv.
 *
 * @param where the beginning of every message, such as `row 3: `
 * @throws Failure `data` naming a column that is not known, or one whose value is no number
 */
export const valuesOf = (row: object, { model, columns }: Reader, where = ''): Float64Array => {
  const cells = new Map<string, unknown>(Object.entries(row));
  for (const name of cells.keys()) {
    if (columns.has(name)) continue;
    const advice = didYouMean(name, columns) || '. Leave it out, or add it to the features of the scoring';
    throw new Failure('data', `${where}${name}: is no feature and no column of user_features.csv${advice}`);
  }
  return Float64Array.from(model.signals, (signal) => {
    const value = numberOf(cells.get(signal));
    if (value !== undefined) return value;
    const rule = 'a number: pass a number, a bigint or a plain decimal as text, or null for unknown';
    throw refuse(where, signal, cells.get(signal), rule);
  });
};
