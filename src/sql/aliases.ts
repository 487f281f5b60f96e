/**
 * Names for the columns that only configured features read. They may be called anything, and SQL identifiers are
 * case-insensitive: `Plan` and `plan` are two columns of a log.
 */
import { type Features, withColumns } from '../catalogue/measures.js';

/** An alias for each of `columns` that no column of a log and nothing of ours has. */
export const aliasesFor = (columns: readonly string[]): ReadonlyMap<string, string> =>
  new Map(columns.map((column, i) => [column, `own column ${i + 1}`]));

/** Features that read the columns of the log by their aliases. */
export const withAliases = (features: Features, aliases: ReadonlyMap<string, string>): Features =>
  Object.fromEntries(
    Object.entries(features).map(([name, feature]) => [
      name,
      feature.from === 'events'
        ? { ...feature, is: withColumns(feature.is, (column) => aliases.get(column) ?? column) }
        : feature,
    ]),
  );
