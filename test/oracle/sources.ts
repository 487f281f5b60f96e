/** The exports of other products, put into the columns of our own log the slow way: what `--from` has to come to. */
import { parse } from 'csv-parse/sync';
import type { Source, Theirs } from '../../src/catalogue/sources.js';
import { EVENT_COLUMNS } from '../../src/model.js';
import { toCsv } from './logs.js';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The cell of a name: the key as it stands, or else a path of keys. Nothing there, or null, is unknown. */
const cell = (record: object, name: string): string => {
  const key = Object.hasOwn(record, name) ? name : name.slice(0, Math.max(name.indexOf('.'), 0));
  const value: unknown = Object.entries(record).find(([own]) => own === key)?.[1];
  if (key !== name && isObject(value)) return cell(value, name.slice(key.length + 1));
  return key === name && (typeof value === 'string' || typeof value === 'number') ? `${value}` : '';
};

const ACCESS = /^(\S+) \S+ (\S+) \[(.*?)\] "(\S+) (\S+) [^"]*" (\d+)(?: \S+ "(?:[^"\\]|\\.)*" "((?:[^"\\]|\\.)*)")?/;

/** The lines of an access log. */
const requestsOf = (text: string): object[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [, host, user, time, method, path, status, agent = ''] = ACCESS.exec(line) ?? [];
      return { host, user, time, method, path, status, agent, referer: '' };
    });

/** The rows of a log of the W3C. */
const fieldsOf = (text: string): object[] => {
  const lines = text.trim().split('\n');
  const names =
    lines
      .find((line) => line.startsWith('#Fields: '))
      ?.split(' ')
      .slice(1) ?? [];
  return lines
    .filter((line) => !line.startsWith('#'))
    .map((line) => {
      const cells = line.split(' ').map((one) => (one === '-' ? '' : one.replaceAll('+', ' ')));
      const row = Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
      return { ...row, 'date-time': `${row['date']}T${row['time']}` };
    });
};

/** The records of a CSV file with a header, of JSON lines, or of an access log. */
export const recordsOf = (text: string): object[] => {
  if (text.startsWith('#')) return fieldsOf(text);
  if (ACCESS.test(text)) return requestsOf(text);
  if (!text.startsWith('{')) {
    const [header = [], ...rows] = parse(text);
    return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]])));
  }
  return text
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
    .filter(isObject);
};

/** Does a record have all the columns that mark a source? */
export const fits = ({ marks }: Source, record: object): boolean =>
  marks.every((name) => Object.hasOwn(record, name) || cell(record, name) !== '');

/** A log in our columns; its timestamps and event types are still the source's, and who is who is not yet worked out. */
export const inOurColumns = (source: Source, text: string): string => {
  const { columns, pages, identity, unknown = {}, type, where = [] } = source;
  const extra = { anonymous_id: identity?.column, alias: identity?.alias, url: pages.column };
  const header = [...Object.keys(EVENT_COLUMNS), ...Object.keys(extra)];
  const theirs = new Map<string, Theirs | undefined>([...Object.entries(columns), ...Object.entries(extra)]);
  const blank = new Map<string, readonly string[]>(Object.entries(unknown));
  const meets = (record: object): boolean =>
    where.every(({ column, equals, matches, not_matches }) => {
      const value = cell(record, column);
      const test = (pattern: string): boolean => new RegExp(pattern.replace('(?i)', ''), 'i').test(value);
      if (equals !== undefined) return value === equals;
      return matches === undefined ? !test(not_matches ?? '') : test(matches);
    });
  const rows = recordsOf(text)
    .filter(meets)
    .map((record) => {
      const first = (names: Theirs): string =>
        [names]
          .flat()
          .map((name) => cell(record, name))
          .find((c) => c !== '') ?? '';
      return header.map((name) => {
        if (name === 'event_type' && type !== undefined) return type;
        const names = theirs.has(name) ? theirs.get(name) : name;
        const value = names === undefined ? '' : first(names);
        return blank.get(name)?.includes(value) ? '' : value;
      });
    });
  return toCsv({ header, rows });
};
