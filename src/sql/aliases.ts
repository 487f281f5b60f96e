/** Columns of a log that only configured features read: they may be called anything, and SQL ignores upper and lower case. */
import type { Feature, Features, RowMeasure } from '../catalogue/measures.js';

/** Names that no column and nothing of ours has, one for each of `columns`. */
export const aliasesFor = (columns: readonly string[]): ReadonlyMap<string, string> =>
  new Map(columns.map((column, i) => [column, `own column ${i + 1}`]));

const renamed = (is: RowMeasure, name: (column: string) => string): RowMeasure => ({
  ...is,
  ...('column' in is ? { column: name(is.column) } : {}),
  ...('where' in is && is.where ? { where: { ...is.where, column: name(is.where.column) } } : {}),
});

/** Features that read the columns of the log by `names`. */
export const withAliases = (features: Features, names: ReadonlyMap<string, string>): Features => {
  const name = (column: string): string => names.get(column) ?? column;
  const change = (feature: Feature): Feature =>
    feature.from === 'events' ? { ...feature, is: renamed(feature.is, name) } : feature;
  return Object.fromEntries(Object.entries(features).map(([key, feature]) => [key, change(feature)]));
};
