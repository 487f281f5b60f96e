/** Refuses logs without the columns that must be there, and says what would help. */
import { isAddress } from './find.js';
import { customaryColumns, fitting, sources } from '../catalogue/sources.js';
import { didYouMean } from '../text/closest.js';
import { bareName } from '../text/names.js';
import { printable } from '../text/printable.js';
import { type Log, missingColumns, type Named } from './bind.js';
import { bad, twiceInHeader } from './refuse.js';

/** Names as a message lists them; a column without a name as two quotes. */
export const shownNames = (names: readonly string[]): string =>
  names
    .slice(0, 40)
    .map((name) => (printable(name).trim() === '' ? JSON.stringify(name) : name.slice(0, 40)))
    .join(', ') + (names.length > 40 ? `, and ${names.length - 40} more` : '');

/** What to do about a first line that looks like data. */
const HEADER_ADVICE = 'If the file has no header, name its columns';

/** The `header:` that would name the columns of a line of data; undefined if the line looks like a header. */
const headerFor = (cells: readonly string[]): string | undefined => {
  const roles = cells.map((cell, i) => {
    if (/^\d{4}-\d\d-\d\d|^\d{10}(\d{3}|\d{6})?(\.\d+)?$|^\d{1,2}[/.]\d{1,2}[/.]\d{4}/.test(cell)) return 'timestamp';
    return `column_${i + 1}`;
  });
  const at = roles.indexOf('timestamp');
  if (at === -1) return undefined;
  const rest = roles.map((role, i) => (role === 'timestamp' && i !== at ? `column_${i + 1}` : role));
  const isType = (cell: string): boolean => /^[$]?[a-z]+([_ -][a-z]+)+$/i.test(cell);
  const type = cells.findIndex((cell, i) => i !== at && isType(cell));
  const others = rest.map((role, i) => (i === type ? 'event_type' : role));
  const user = others.findIndex((role) => role.startsWith('column_'));
  return `[${others.map((role, i) => (i === user ? 'user_id' : role)).join(', ')}]`;
};

/** The name in a header that is customary for a column of ours, if it has one. */
const customaryIn = (ours: string, header: readonly string[]): string | undefined => {
  const names = new Map(header.map((name) => [bareName(name), name]));
  const [date, time] = [names.get('date'), names.get('time')];
  if (ours === 'timestamp' && date !== undefined && time !== undefined) return `${date} + ${time}`;
  const customary = new Map<string, readonly string[]>(Object.entries(customaryColumns)).get(ours) ?? [];
  return customary.map((name) => names.get(name)).find((name) => name !== undefined);
};

/** A name as YAML writes it between braces. */
const yamlName = (name: string): string => (/^[A-Za-z_][\w .+-]*$/.test(name) ? name : JSON.stringify(name));

/** A setting that maps columns of ours to names of the log, where a name is customary, and otherwise to what is to be filled in. */
const mappingFor = (columns: Iterable<string>, header: readonly string[]): string => {
  const entries = [...columns].map((ours) => `${ours}: ${yamlName(customaryIn(ours, header) ?? 'THEIRS')}`);
  return `events: { columns: { ${entries.join(', ')} } }`;
};

/** What is wrong with the first line of a CSV file as a header, if it seems to be none; undefined if it can be one. */
export const headerFault = (header: readonly string[]): string | undefined => {
  const [first = ''] = header;
  const remove = 'remove what stands above the header';
  if (/^sep=/i.test(first)) return `the first line tells a spreadsheet the delimiter, and is not the header: remove it`;
  if (first.startsWith('#')) return `the first line is a comment, not the header: ${remove}`;
  if (header.filter((name) => name !== '').length < 2)
    return `the first line has one column, so it may not be the header: ${remove}`;
  const twice = header.find((name, i) => name !== '' && header.indexOf(name) !== i);
  return twice && twiceInHeader(shownNames([twice]));
};

/** Refuses a log without the columns that must be there, and says what it has and what would help. @throws Failure `data` */
export const requireColumns = (log: Named & Pick<Log, 'reading'>): void => {
  const { name, header, reading, format } = log;
  const missing = missingColumns(log, reading);
  if (missing.size === 0) return;
  const where = reading.from === undefined ? 'in gesture.yaml' : `of ${reading.from}`;
  const wanted = [...missing].map(([column, theirs]) =>
    theirs.length === 1 && theirs[0] === column ? column : `${theirs.join(' or ')} (${column} ${where})`,
  );
  const place = format === 'csv' ? `${name}:1` : name;
  const isTable = isAddress(name);
  const what = format === 'csv' ? 'the header' : isTable ? 'the table' : 'the file';
  const said = `${what} has no column ${wanted.join(', no column ')}; it has ${shownNames(header) || 'nothing'}`;
  const line = format === 'csv' && reading.header === undefined ? headerFor(header) : undefined;
  if (line !== undefined) {
    throw bad(
      place,
      `${said}. ${HEADER_ADVICE}, each in its place (gesture guessed some): events: { header: ${line} }`,
    );
  }
  const fault = format === 'csv' && reading.header === undefined ? headerFault(header) : undefined;
  if (fault !== undefined) throw bad(place, `${said}; ${fault}`);
  const [source] = fitting(header);
  const [first = 'user_id'] = missing.keys();
  const advice =
    source === undefined || source === reading.from
      ? `Map the log's own names in gesture.yaml${isTable ? '' : `, or let \`gesture init ${name === 'standard input' ? '-' : name}\` do it`}: ${mappingFor(missing.keys(), header)}`
      : `It looks like an export of ${source} (${sources[source].says}): read it with --from ${source}`;
  const guess = didYouMean(missing.get(first)?.[0] ?? first, header) || '.';
  throw bad(place, `${said}${guess} ${advice}`);
};
