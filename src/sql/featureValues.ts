/** The values of features in SQL: from aggregates to ages and ratios, then as text or as numbers. */
import { levelsOf } from '../catalogue/derived.js';
import { type Features, MEASURES } from '../catalogue/measures.js';
import { printQuotient } from './decimals.js';
import type { Dialect } from './dialect.js';
import { DAY } from './measures.js';
import { identifier } from './text.js';

/** How the value of a feature is held in `measuredFeatures`, until it is calculated with or printed. */
type Form = 'quotient' | 'time' | 'decimal' | 'cell' | 'plain';

const formOf = (features: Features, name: string): Form => {
  switch (features[name]?.is.op) {
    case 'ratio':
    case 'mean':
    case 'daysSinceFirst':
    case 'daysSinceLast':
      return 'quotient';
    case 'firstTime':
    case 'lastTime':
      return 'time';
    case 'sum':
    case 'max':
    case 'min':
      return 'decimal';
    case 'latest':
      return 'cell';
    default:
      return 'plain';
  }
};

/**
 * The value of a numeric feature as a quotient needs it, in units. The columns are those of `measuredFeatures`.
 *
 * @param name a feature that is a number
 */
const unitsOf = (dialect: Dialect, features: Features, name: string): string => {
  const { units, unitsOfCount, unitsOfQuotient, decimal } = dialect;
  const column = identifier(name);
  switch (formOf(features, name)) {
    case 'quotient':
      return unitsOfQuotient(column);
    case 'decimal':
      return units(column);
    case 'cell':
      return units(decimal(column));
    default:
      return unitsOfCount(column);
  }
};

const ratioOf = (dialect: Dialect, features: Features, of: string, per: string): string => {
  const areCounts = [of, per].every((name) => {
    const feature = features[name];
    return feature !== undefined && feature.from !== 'features' && MEASURES[feature.is.op].is === 'count';
  });
  return areCounts
    ? dialect.quotientOfCounts(`${identifier(of)}::BIGINT`, `${identifier(per)}::BIGINT`)
    : dialect.quotient(unitsOf(dialect, features, of), unitsOf(dialect, features, per));
};

/**
 * SQL of the values of all features, from a relation of their aggregates: ages and ratios as quotients. Ratios of ratios
 * are layers, so that each is written once and the query grows with the number of features.
 *
 * @param asOf microseconds since 1970
 */
export const measuredFeatures = (dialect: Dialect, features: Features, asOf: bigint, aggregates: string): string => {
  const [ages, layers]: [string[], string[][]] = [[], []];
  const levels = new Map<string, number>();
  for (const [name, { is }] of Object.entries(features)) {
    const column = identifier(name);
    if (is.op === 'daysSinceFirst' || is.op === 'daysSinceLast') {
      const age = `(${asOf}::BIGINT - ${dialect.micros(column)})`;
      ages.push(`${dialect.quotientOfCounts(age, `${DAY}::BIGINT`)} AS ${column}`);
    } else if (is.op === 'ratio') {
      const layer = (layers[levelsOf(name, features, levels) - 1] ??= []);
      layer.push(`${ratioOf(dialect, features, is.of, is.per)} AS ${column}`);
    }
  }
  const measured = `SELECT ${ages.length === 0 ? '*' : `* REPLACE (${ages.join(', ')})`} FROM ${aggregates}`;
  return layers.reduce((below, layer) => `SELECT *, ${layer.join(', ')} FROM (${below})`, measured);
};

/** A feature as text, as user_features.csv shows it, from its value in `measuredFeatures`. */
export const printed = (dialect: Dialect, features: Features, name: string): string => {
  const column = identifier(name);
  switch (formOf(features, name)) {
    case 'quotient':
      return dialect.printQuotient(column);
    case 'time':
      return dialect.printTime(column);
    case 'decimal':
      return dialect.printDecimal(column);
    default:
      return column;
  }
};

/**
 * The same value of a feature that is a number as DOUBLE: the number nearest to its text, as any reader of the file gets
 * it. The quotient of two whole numbers of up to 15 digits is that without the text.
 */
export const numberOf = (features: Features, name: string): string => {
  const column = identifier(name);
  switch (formOf(features, name)) {
    case 'quotient':
      return `CASE WHEN abs(${column}) < 1000000000000000 THEN ${column}::DOUBLE / 10000 ELSE ${printQuotient(column)}::DOUBLE END`;
    case 'decimal':
    case 'cell':
      return `${column}::VARCHAR::DOUBLE`;
    default:
      return `${column}::DOUBLE`;
  }
};
