/** What the people of a log do: who has which events, and who converts later. Asks the engine. */
import type { Engine } from '../engine/duckdb/open.js';
import { ROW } from '../sql/reading.js';
import { identifier, literal } from '../sql/text.js';
import { AGENT, amountColumn, type Reader } from './reader.js';
import type { TypeCount } from './types.js';

/** A log as a whole. */
export interface Behaviour {
  readonly events: number;
  readonly users: number;
  readonly types: readonly TypeCount[];
  /** The first and the last event, in microseconds since 1970. */
  readonly from: bigint;
  readonly until: bigint;
  /** Different days with events: of the user with more than nine of ten have, and the share of users with more than one. */
  readonly days: { readonly high: number; readonly several: number };
  /** Events of the user with more than nine of ten have. */
  readonly highEvents: number;
  /** Days between two active days of a user, in the middle. */
  readonly gapDays: number;
  /** Events of known bots, by their user agents. */
  readonly bots: number;
}

/** How often users convert later who have something before, and those who have not. */
export interface Contrast {
  /** Users who have it, and of these who convert later. */
  readonly having: number;
  readonly havingConverted: number;
  /** The others. */
  readonly lacking: number;
  readonly lackingConverted: number;
}

/** A type or a number before the conversion. */
export interface Evidence {
  /** Users with it against users without it. */
  readonly has: Contrast;
  /** Users with more of it than half of those who have it, against all others. */
  readonly much: Contrast;
  /** What nine of ten users who have it have at most. */
  readonly high: number;
  /** What half of them have at most. */
  readonly middle: number;
}

/** Different user agents that are looked at; the most frequent ones. */
const MOST_AGENTS = 20_000;

const botEvents = async ({ engine, rows, hasAgents }: Reader): Promise<number> => {
  if (!hasAgents) return 0;
  const agents = await engine.rows(
    `SELECT ${AGENT}, count(*) AS n FROM ${rows.sql} WHERE ${AGENT} IS NOT NULL GROUP BY ALL ORDER BY n DESC, ${AGENT} LIMIT ${MOST_AGENTS}`,
    rows.paths,
  );
  const { isbot } = await import('isbot');
  return agents.filter(([agent]) => isbot(String(agent))).reduce((sum, [, n]) => sum + Number(n), 0);
};

/** What people do, over the whole log. */
export const behaviourOf = async (reader: Reader): Promise<Behaviour> => {
  const { engine, rows } = reader;
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE acts AS
     SELECT user_id, event_type AS type, ${identifier(ROW.theirs)} AS theirs, count(*) AS n, min(t) AS first, max(t) AS last FROM ${rows.sql} GROUP BY ALL`,
    rows.paths,
  );
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE days AS SELECT user_id, count(*) AS n, count(DISTINCT t::DATE) AS days FROM ${rows.sql} GROUP BY ALL`,
    rows.paths,
  );
  const types = await engine.rows(
    `SELECT theirs, type, sum(n)::BIGINT, count(*), count(*) FILTER (first = start)
     FROM (SELECT *, min(first) OVER (PARTITION BY user_id) AS start FROM acts) GROUP BY ALL ORDER BY 3 DESC, theirs`,
  );
  const [totals = []] = await engine.rows(
    `SELECT count(*), sum(n)::BIGINT, quantile_disc(days, 0.9), count(*) FILTER (days > 1), quantile_disc(n, 0.9) FROM days`,
  );
  const [span = []] = await engine.rows('SELECT epoch_us(min(first)), epoch_us(max(last)) FROM acts');
  const [gap = []] = await engine.rows(
    `SELECT median(date_diff('day', first, last) / (days - 1.0)) FROM
       (SELECT user_id, min(first) AS first, max(last) AS last FROM acts GROUP BY user_id) JOIN days USING (user_id) WHERE days > 1`,
  );
  const [users = 0, events = 0, high = 0, several = 0, highEvents = 0] = totals.map(Number);
  return {
    events,
    users,
    types: types.map(([theirs, type, n, people, first]) => ({
      theirs: String(theirs),
      type: String(type),
      events: Number(n),
      users: Number(people),
      first: Number(first),
    })),
    from: typeof span[0] === 'bigint' ? span[0] : 0n,
    until: typeof span[1] === 'bigint' ? span[1] : 0n,
    days: { high, several: users === 0 ? 0 : several / users },
    highEvents,
    gapDays: Number(gap[0] ?? 0),
    bots: await botEvents(reader),
  };
};

const CONTRAST = (test: string): string =>
  `count(*) FILTER (${test}), count(goal) FILTER (${test}), count(*) FILTER (NOT (${test})), count(goal) FILTER (NOT (${test}))`;

const contrastFrom = (cells: readonly number[]): Contrast => {
  const [having = 0, havingConverted = 0, lacking = 0, lackingConverted = 0] = cells;
  return { having, havingConverted, lacking, lackingConverted };
};

/** What people have before they convert, or have at all if they do not. */
export interface Before {
  /**
   * The instant, in microseconds since 1970, up to which everybody is looked at, so that all had the same time: half of the
   * conversions come later. Undefined if too few people were there by then: each is looked at up to the conversion.
   */
  readonly until: bigint | undefined;
  /** Users who have something before, and of these who convert. */
  readonly users: number;
  readonly converted: number;
  readonly ofType: ReadonlyMap<string, Evidence>;
  /** By the column. */
  readonly ofAmount: ReadonlyMap<string, Evidence>;
  /** Active days, events, and how recent the last one was: only comparable if all had the same time. */
  readonly days: Evidence | undefined;
  readonly events: Evidence | undefined;
  readonly recency: Evidence | undefined;
}

/** Users who convert later that a comparison at one instant needs. */
const LEAST_LATER = 30;

const evidenceFrom = async (engine: Engine, values: string): Promise<Evidence> => {
  const [row = []] = await engine.rows(
    `WITH v AS (SELECT goal, coalesce(value, 0) AS value FROM (${values})),
       q AS (SELECT quantile_disc(value, 0.9) AS high, quantile_disc(value, 0.5) AS middle FROM v WHERE value > 0)
     SELECT ${CONTRAST('value > 0')}, ${CONTRAST('value > coalesce(middle, 0)')}, any_value(high), any_value(middle) FROM v, q`,
  );
  const cells = row.map(Number);
  return {
    has: contrastFrom(cells.slice(0, 4)),
    much: contrastFrom(cells.slice(4, 8)),
    high: cells[8] ?? 0,
    middle: cells[9] ?? 0,
  };
};

/** The instant by which half of those who convert have done so, if enough people were there before and converted later. */
const landmark = async (engine: Engine): Promise<bigint | undefined> => {
  const [row = []] = await engine.rows(
    `WITH starts AS (SELECT user_id, min(first) AS start FROM acts GROUP BY user_id), cut AS (SELECT quantile_disc(goal, 0.5) AS at_half FROM goals)
     SELECT epoch_us(any_value(at_half)), count(*) FILTER (goal > at_half) FROM starts LEFT JOIN goals USING (user_id), cut
     WHERE start <= at_half AND (goal IS NULL OR goal > at_half)`,
  );
  const [half, later] = row;
  return typeof half === 'bigint' && Number(later) >= LEAST_LATER ? half : undefined;
};

/**
 * Compares users before they convert.
 *
 * @param conversion event types of ours, of which one is enough; none: nobody converts
 * @param amounts columns that are summed
 * @param except types of which days and sums are not counted
 * @param sameDay whether an event counts as earlier that has the same timestamp, as in a log with days only
 */
export const beforeConversion = async (
  { engine, rows }: Reader,
  conversion: readonly string[],
  types: readonly string[],
  amounts: readonly string[],
  except: readonly string[],
  sameDay: boolean,
): Promise<Before> => {
  const isGoal = (column: string): string =>
    conversion.length === 0 ? 'false' : `${column} IN (${conversion.map(literal).join(', ')})`;
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE goals AS SELECT user_id, min(first) AS goal FROM acts WHERE ${isGoal('type')} GROUP BY user_id`,
  );
  const until = conversion.length === 0 ? undefined : await landmark(engine);
  const early =
    until === undefined
      ? `goal IS NULL OR t ${sameDay ? '<=' : '<'} goal`
      : `t <= make_timestamp(${until}) AND (goal IS NULL OR goal > make_timestamp(${until}))`;
  const earlier = `${rows.sql} LEFT JOIN goals USING (user_id) WHERE (${early}) AND NOT (${isGoal('event_type')})`;
  const counts = except.length === 0 ? '' : `FILTER (WHERE event_type NOT IN (${except.map(literal).join(', ')}))`;
  const sums = amounts.map((_, i) => `sum(try_cast(${amountColumn(i)} AS DOUBLE)) ${counts} AS ${amountColumn(i)}`);
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE before AS SELECT user_id, event_type AS type, count(*) AS n FROM ${earlier} GROUP BY user_id, event_type`,
    rows.paths,
  );
  const measured = ['count(*) AS n', `count(DISTINCT t::DATE) ${counts} AS days`, 'epoch_us(max(t)) AS last', ...sums];
  await engine.run(
    `CREATE OR REPLACE TEMP TABLE people AS SELECT user_id, goal, ${measured.join(', ')} FROM ${earlier} GROUP BY user_id, goal`,
    rows.paths,
  );
  const [totals = []] = await engine.rows('SELECT count(*), count(goal) FROM people');
  const [users = 0, converted = 0] = totals.map(Number);
  const ofType = new Map<string, Evidence>();
  for (const type of types) {
    const own = `SELECT people.goal, one.n AS value FROM people LEFT JOIN (SELECT user_id, n FROM before WHERE type = ${literal(type)}) AS one USING (user_id)`;
    ofType.set(type, await evidenceFrom(engine, own));
  }
  const ofColumn = (column: string): Promise<Evidence> =>
    evidenceFrom(engine, `SELECT goal, ${column} AS value FROM people`);
  const ofAmount = new Map<string, Evidence>();
  for (const [i, name] of amounts.entries()) ofAmount.set(name, await ofColumn(amountColumn(i)));
  const general = async (column: string): Promise<Evidence | undefined> =>
    until === undefined ? undefined : ofColumn(column);
  return {
    until,
    users,
    converted,
    ofType,
    ofAmount,
    days: await general('days'),
    events: await general('n'),
    recency: await general('last'),
  };
};
