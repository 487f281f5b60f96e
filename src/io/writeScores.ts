/** Writes a ranking: user_scores.csv, and the short list as CSV, JSON or NDJSON. */
import { isoInstant } from '../text/instants.js';
import { cellNumber } from '../text/numbers.js';
import { toJson } from '../text/printable.js';
import { type ListFormat, SCORE_COLUMNS } from '../model.js';
import { type Ordered, type Place, type Ranked, rankedAt, type Ranking } from '../scoring/ranking.js';
import { labelOf } from '../scoring/score.js';
import { csvCell, csvLine, escapeFormula } from './sheet.js';

/** Bytes collected before they are written. */
const BATCH = 1 << 18;

const decimals = new Map<number, string>();

/** Hundredths as points in their shortest form: 30, 7.5, 6.86. There are few different ones, so they are cached. */
const pointsText = (hundredths: number): string => {
  const known = decimals.get(hundredths);
  if (known !== undefined) return known;
  const text = String(hundredths / 100);
  decimals.set(hundredths, text);
  return text;
};

/** A cell that the list shows, safe for spreadsheets; numbers are as they are. */
const shownCell = (text: string): string => (cellNumber(text) === undefined ? csvCell(escapeFormula(text)) : text);

/** One user's six columns as CSV, safe for spreadsheets. */
const sixCells = (user: Ranked, { model }: Ordered): string => {
  const [id, name, explanation] = [user.id, user.name, user.explanation].map((text) => csvCell(escapeFormula(text)));
  const converted = Number.isNaN(user.converted) ? '' : String(user.converted);
  return `${id},${name},${pointsText(user.score)},${labelOf(user.score, model.labels)},${explanation},${converted}`;
};

/** Collects lines into batches of bytes, which is faster than appending to a long string. */
function* batched(lines: Iterable<string>): Generator<Uint8Array<ArrayBuffer>> {
  let batch = Buffer.allocUnsafe(BATCH);
  let used = 0;
  for (const line of lines) {
    const most = line.length * 3;
    if (used + most > batch.length) {
      yield batch.subarray(0, used);
      batch = Buffer.allocUnsafe(Math.max(BATCH, most));
      used = 0;
    }
    used += batch.write(line, used);
  }
  yield batch.subarray(0, used);
}

/** The columns of user_scores.csv. `config`, the last one, identifies the settings. */
const scoreColumns = (signals: readonly string[]): string[] => [
  'rank',
  ...SCORE_COLUMNS,
  ...signals.map((signal) => `${signal}_points`),
  'floor_points',
  'cap_points',
  'config',
];

function* linesOf(ranking: Ordered, config: string, from: number, to: number): Generator<string> {
  const values = new Float64Array(ranking.model.signals.length);
  const points = new Int32Array(values.length);
  for (let place = from; place < to; place++) {
    const user = rankedAt(ranking, place, values, points);
    let line = `${user.rank},${sixCells(user, ranking)}`;
    for (const earned of points) line += `,${pointsText(earned)}`;
    yield `${line},${pointsText(user.floor)},${pointsText(user.cap)},${config}\n`;
  }
}

/** The header of user_scores.csv. */
export const scoresHeader = ({ model }: Ordered): Uint8Array => Buffer.from(csvLine(scoreColumns(model.signals)));

/**
 * Lines of user_scores.csv: the users at the places from `from` up to `to`, where 0 is the best.
 *
 * @param config the hash of the configuration, written in every row
 */
export const scoreLines = (
  ranking: Ordered,
  config: string,
  from: number,
  to: number,
): Iterable<Uint8Array<ArrayBuffer>> => batched(linesOf(ranking, config, from, to));

/** How the list is written: the hash of the configuration, which stands in every row, and further columns to show. */
export interface ListOptions {
  readonly config: string;
  readonly show: readonly string[];
}

/**
 * One listed user as JSON: the number in the list, the six columns, the last activity, the columns that are shown, every
 * contribution with its raw value (null if unknown), floor, cap and config.
 */
export const userJson = (user: Ranked, number: number, ranking: Ranking, { config, show }: ListOptions): object => ({
  rank: number,
  user_id: user.id,
  username: user.name,
  score: user.score / 100,
  score_label: labelOf(user.score, ranking.model.labels),
  explanation: user.explanation,
  converted: Number.isNaN(user.converted) ? null : user.converted,
  last_event_ts: Number.isNaN(user.last) ? null : isoInstant(BigInt(user.last) * 1000n),
  ...(show.length > 0 && { show: Object.fromEntries(show.map((column, i) => [column, user.shown[i] ?? ''])) }),
  contributions: ranking.model.signals.map((signal, i) => ({
    signal,
    value: Number.isNaN(user.values[i]) ? null : user.values[i],
    points: (user.points[i] ?? 0) / 100,
  })),
  floor_points: user.floor / 100,
  cap_points: user.cap / 100,
  config,
});

function* listLines(
  ranking: Ranking,
  places: readonly Place[],
  options: ListOptions,
  format: ListFormat,
): Generator<string> {
  if (format === 'csv') yield csvLine([...SCORE_COLUMNS, ...options.show, 'config']);
  if (format === 'json') yield '[';
  for (const [i, { place, number }] of places.entries()) {
    const user = rankedAt(ranking, place);
    if (format === 'csv') {
      const shown = user.shown.map((text) => `${shownCell(text)},`).join('');
      yield `${sixCells(user, ranking)},${shown}${options.config}\n`;
      continue;
    }
    const json = toJson(userJson(user, number, ranking, options));
    yield format === 'ndjson' ? `${json}\n` : `${i === 0 ? '' : ','}\n${json}`;
  }
  if (format === 'json') yield '\n]\n';
}

/** The text of the short list: the users at `places`, in that order. */
export const listText = (
  ranking: Ranking,
  places: readonly Place[],
  options: ListOptions,
  format: ListFormat,
): Iterable<Uint8Array> => batched(listLines(ranking, places, options, format));
