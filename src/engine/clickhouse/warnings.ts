/** What is probably wrong with a table, or with the settings for it, as far as little is asked for it. */
import { clickhouse } from '../../sql/clickhouse.js';
import { timedEvents } from '../../sql/clickhouseQueries.js';
import { queryOf } from '../../sql/clickhouseRows.js';
import { sum } from '../aggregate.js';
import type { EventTypes } from '../eventTypes.js';
import { conditionsWithout, rulesWithout } from '../warnings/exclusions.js';
import { featuresWithout } from '../warnings/features.js';
import { NO_ROWS, sharedIds } from '../warnings/find.js';
import { type Finding, readingPath, readingsOf } from '../warnings/finding.js';
import { noTimeOfDay } from '../warnings/stamps.js';
import { unmatchedTypes } from '../warnings/types.js';
import type { Row } from './lines.js';
import type { Ask } from './looks.js';
import type { Prepared } from './prepare.js';

/** The rows of several shards as one: numbers are added up, one row each; lists follow one another. */
const together = (rows: readonly Row[]): readonly (readonly unknown[])[] => {
  const [first] = rows;
  if (first === undefined || first.length === 1) return rows;
  return [first.map((_, i) => sum(rows.map((row) => Number(row[i]))))];
};

/** What is probably wrong. `idle`: own features that have no value for anybody. */
export const findWarnings = async (
  ask: Ask,
  { job, used, accounts, copies, look }: Prepared,
  types: EventTypes,
  idle: ReadonlySet<string>,
): Promise<Finding[]> => {
  const { config } = job;
  const findings = sharedIds(copies.shared);
  if (accounts.used > 0) {
    const isZoned = config.events.some(({ timezone }) => timezone !== undefined);
    const dates = accounts.used > 1 && !isZoned && (await ask(timedEvents(used.rows))).every(([one]) => one === '0');
    const query = async (sql: string): Promise<readonly (readonly unknown[])[]> =>
      together(await ask(queryOf(used.rows, () => sql)));
    const asked = { dialect: clickhouse, from: used.rows.name, query };
    findings.push(
      ...(dates ? [noTimeOfDay(accounts.used)] : []),
      ...(await unmatchedTypes(job, types, async () => new Map())),
      ...(await featuresWithout(asked, job, idle)),
    );
  }
  if (accounts.used + accounts.excluded > 0) {
    const [read] = readingsOf(job);
    // What a source leaves out need not be in every table.
    const where = read === undefined || read.reading.where === read.base.where ? [] : read.reading.where;
    const excluded = new Map(used.excluded.map(({ reason, events }) => [reason, events]));
    const kept = accounts.read - accounts.rejected - look.counts.left;
    findings.push(
      ...(await conditionsWithout(where, readingPath(config, 0), excluded, kept, async () => '')),
      ...(config.exclude === undefined ? [] : rulesWithout(config.exclude, job, new Set(excluded.keys()))),
    );
  }
  if (accounts.used === 0) findings.push(NO_ROWS);
  return findings;
};
