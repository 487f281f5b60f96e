/** Settings of `events` that have no effect on a log. */
import { pricingPage } from '../../catalogue/sources.js';
import { hasAny, type Log } from '../../intake/bind.js';
import { ANONYMOUS_ID } from '../../model.js';
import { identifier } from '../../sql/text.js';
import { counted } from '../../text/numbers.js';
import { type Aggregated, count, type Job } from '../aggregate.js';
import type { Engine } from '../duckdb/open.js';
import { matcherOf } from '../job.js';
import { type Finding, nearest, readingsOf, type Used } from './finding.js';

/** A name that no log has, as gesture advises it: it says that a column is to be left out. */
const NONE = 'none';

const headerOf = (logs: readonly Log[]): string[] => [...new Set(logs.flatMap(({ header }) => header))];

/**
 * Whether a log may have a column of theirs. The first objects of JSON lines need not have all keys, and lists are not
 * searched for keys: such a name is given the benefit of the doubt.
 */
const mayHave = (theirs: string, log: Log): boolean => {
  if (theirs === NONE || hasAny([theirs], log)) return true;
  const [first = '', ...rest] = theirs.split('.');
  return (
    log.format === 'ndjson' &&
    rest.length > 0 &&
    log.header.includes(first) &&
    !log.header.some((key) => key.startsWith(`${first}.`))
  );
};

/** What is said of names of which no log has any; undefined if some may have one. */
const absence = (theirs: string | readonly string[] | undefined, logs: readonly Log[]): string | undefined => {
  const names = [theirs ?? []].flat();
  const [first] = names;
  if (first === undefined || logs.length === 0) return undefined;
  if (names.some((name) => logs.some((log) => mayHave(name, log)))) return undefined;
  const quoted = names.map((name) => `"${name}"`).join(' or ');
  return `${logs.length === 1 ? `${logs[0]?.name} has no` : 'no file has a'} column ${quoted}${nearest(first, headerOf(logs))}`;
};

/** Mapped columns that no file has, or that are empty in every row. */
const idleColumns = async (
  engine: Engine,
  { reading, base, logs, at }: Used,
  job: Job,
  found: Aggregated,
): Promise<Finding[]> => {
  const findings: Finding[] = [];
  if (logs.length === 0) return findings;
  for (const [ours, theirs] of Object.entries(reading.columns)) {
    if (base.columns[ours] === theirs) continue;
    // A time that is joined from several columns is refused if one is missing.
    if (ours === 'timestamp' || (ours === 'event_type' && reading.type === undefined)) continue;
    const column = job.aliases.get(ours) ?? ours;
    const isRead = job.plan.rules.columns.includes(column);
    const missing = absence(theirs, logs);
    const isLate = missing !== undefined && isRead && logs.some(({ format }) => format === 'ndjson');
    const isFilled =
      isLate && (await count(engine, `SELECT count(${identifier(column)}) FROM ${found.all}`, found.paths)) > 0;
    const place = `events.columns.${ours}`;
    if (missing !== undefined && !isFilled) {
      findings.push({ code: 'column-unmatched', at: [...at, 'columns', ours], text: `${place}: ${missing}` });
    } else if (missing === undefined && isRead && found.facts.empty.has(column) && ![theirs].flat().includes(NONE)) {
      const names = [theirs].flat().join(' and ');
      findings.push({
        code: 'column-empty',
        at: [...at, 'columns', ours],
        text: `${place}: ${names} is empty in every row`,
      });
    }
  }
  return findings;
};

/** Further columns that a reading names and no file has. */
const idleNames = ({ reading, base, logs, at }: Used): Finding[] => {
  const { pages, id, identity } = reading;
  const names: [string, string, string | readonly string[] | undefined, string | readonly string[] | undefined][] = [
    ['pages', 'column', pages?.column, base.pages?.column],
    ['identity', 'column', identity?.column, base.identity?.column],
    ['identity', 'alias', identity?.alias, base.identity?.alias],
    ...(id === undefined || id === 'all' || id === base.id
      ? []
      : id.map((column): (typeof names)[number] => ['id', '', column, undefined])),
  ];
  return names.flatMap(([section, key, theirs, given]) => {
    const missing = theirs === given ? undefined : absence(theirs, logs);
    const place = `events.${[section, key].filter((one) => one !== '').join('.')}`;
    const code = { pages: 'pages-unmatched', id: 'id-unmatched' }[section] ?? 'identity-unmatched';
    return missing === undefined ? [] : [{ code, at: [...at, section, key], text: `${place}: ${missing}` }];
  });
};

/** A pattern of the project's own for the pricing page that no page view matches. */
const idlePricing = async (engine: Engine, used: readonly Used[], job: Job): Promise<Finding[]> => {
  const first = used.find(
    ({ reading: { pages }, base, logs }) =>
      pages !== undefined && pages.pricing !== (base.pages?.pricing ?? pricingPage) && logs.length > 0,
  );
  const { page_views: views, pricing_page_views: pricing } = job.plan.features;
  if (first === undefined || views === undefined || pricing === undefined) return [];
  const [row = []] = await engine.rows('SELECT sum(page_views)::BIGINT, sum(pricing_page_views)::BIGINT FROM by_event');
  const [all, matched] = row.map(Number);
  if (!all || matched !== 0 || idleNames(first).some(({ code }) => code === 'pages-unmatched')) return [];
  const text = `events.pages.pricing: ${first.reading.pages?.pricing} matches none of ${counted(all, 'page view')}`;
  return [{ code: 'pages-unmatched', at: [...first.at, 'pages', 'pricing'], text }];
};

/** A column of anonymous ids that is empty in every row, and a map that has none of them. */
const idleIdentity = async (engine: Engine, used: readonly Used[], job: Job, found: Aggregated): Promise<Finding[]> => {
  const { config, identity } = job;
  const own = used.find(
    ({ reading: { identity: set }, base, logs }) =>
      set !== undefined &&
      set.column !== base.identity?.column &&
      logs.some(({ columns }) => columns.has(ANONYMOUS_ID)),
  );
  const id = identifier(ANONYMOUS_ID);
  if (identity && own !== undefined) {
    const linked = config.identityMap === undefined && (await count(engine, 'SELECT count(*) FROM identities')) > 0;
    if (!linked && (await count(engine, `SELECT count(${id}) FROM ${found.all}`, found.paths)) === 0) {
      const names = [own.reading.identity?.column ?? []].flat().join(' and ');
      const text = `events.identity: the column ${names} is empty in every row${nearest(
        names,
        headerOf(own.logs).filter((name) => name !== names),
      )}`;
      return [{ code: 'identity-empty', at: [...own.at, 'identity'], text }];
    }
  }
  if (config.identityMap === undefined) return [];
  const at = [...(used[0]?.at ?? []), 'identity', 'map'];
  const place = `events.identity.map: ${config.identityMap}`;
  const mapped = await count(engine, 'SELECT count(*) FROM mapped');
  if (!identity)
    return [{ code: 'identity-unmatched', at, text: `${place} is not used: no file has the column of anonymous ids` }];
  const ids = `(SELECT DISTINCT ${id} FROM ${found.all} WHERE ${id} IS NOT NULL)`;
  const met = await count(engine, `SELECT count(*) FROM mapped WHERE ${id} IN ${ids}`, found.paths);
  if (met > 0) return [];
  const [[example] = []] = await engine.rows(`SELECT min(${id}) FROM mapped`);
  const known = await engine.rows(`SELECT ${id} FROM ${ids} ORDER BY ${id} LIMIT 1000`, found.paths);
  const near = nearest(
    String(example),
    known.map(([one]) => String(one)),
  );
  const text =
    mapped === 0
      ? `${place} has no rows`
      : `${place}: none of its ${counted(mapped, 'anonymous_id')} is in the log, such as "${String(example)}"${near}`;
  return [{ code: 'identity-unmatched', at, text }];
};

/** Patterns of `files:` that match the name of no input, and readings whose inputs all belong to earlier ones. */
const idleFiles = async (used: readonly Used[], { config, logs }: Job): Promise<Finding[]> => {
  const names = logs.map(({ name }) => name);
  const findings: Finding[] = [];
  for (const { reading, logs: own, at, nth } of used) {
    const place = `events: files of entry ${nth + 1}`;
    const say = (text: string): void =>
      void findings.push({ code: 'files-unmatched', at: [...at, 'files'], text: `${place}: ${text}` });
    const idle: string[] = [];
    for (const pattern of reading.files) {
      const fits = await matcherOf([pattern], config);
      if (!names.some(fits)) idle.push(pattern);
    }
    for (const pattern of idle) say(`no input matches "${pattern}"${nearest(pattern, names)}`);
    if (own.length === 0 && idle.length < reading.files.length)
      say('every input that matches belongs to an entry before it');
  }
  return findings;
};

/** Settings of `events` without an effect. */
export const idleSettings = async (engine: Engine, job: Job, found: Aggregated): Promise<Finding[]> => {
  const used = readingsOf(job);
  const findings: Finding[] = [];
  for (const one of used) findings.push(...(await idleColumns(engine, one, job, found)), ...idleNames(one));
  findings.push(...(await idlePricing(engine, used, job)), ...(await idleIdentity(engine, used, job, found)));
  if (used.length > 1) findings.push(...(await idleFiles(used, job)));
  return findings;
};
