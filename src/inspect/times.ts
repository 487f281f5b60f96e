/** How the timestamps of a column are written. */
import { parseInstant } from '../text/instants.js';
import { expressionOf, type FoundForm, shapeOf, timestampFormOf } from '../text/suggestTimestamp.js';

/** How cells are read as times. */
export interface TimeForm {
  /** For `events.timestamp`: names or patterns, the commonest first. */
  readonly forms: readonly string[];
  /** Share of the different cells that these forms read. */
  readonly share: number;
  /** False if they are days. */
  readonly hasTime: boolean;
  /** True if they name their zone; epochs need none. */
  readonly hasZone: boolean;
  /** The pattern with day, month and short year in another order, if it reads every cell as well. */
  readonly swapped?: string | undefined;
}

/** Numbers of seconds since 1970 from 2001 to 2039: larger ones are rather ids or telephone numbers. */
const LATEST_EPOCH = 2.2e9;

/** Forms that one column may have, and different shapes of its cells: fractions, single digits, AM and PM make several. */
const [MOST_FORMS, MOST_SHAPES] = [3, 25];

/** The smallest share of times that a column of times has. */
export const MOSTLY = 0.9;

/** True of a text that may be a time: it begins with a digit or the name of a day or month, and is short. */
const canBeTime = (cell: string): boolean =>
  cell.length <= 45 && /^\s*(\d|[A-Za-z]{3,9},? )/.test(cell) && /\d.*\d/.test(cell);

const isPlausible = (form: string, cells: readonly string[]): boolean => {
  const factor = { epoch_s: 1, epoch_ms: 1e3, epoch_us: 1e6 }[form];
  if (factor !== undefined) return cells.every((cell) => Number(cell) / factor <= LATEST_EPOCH);
  if (form !== '%Y%m%d') return true;
  return cells.every((cell) => cell >= '19900101' && cell < '20400101');
};

const isZoned = (form: string, cells: readonly string[]): boolean =>
  form === 'iso'
    ? cells.every((cell) => /(?:Z|UTC|[+-]\d\d(?::?\d\d)?)$/i.test(cell.slice(10)))
    : form.startsWith('epoch') || form.includes('%z');

const readsTime = (form: string, cells: readonly string[]): boolean =>
  form === 'iso' ? cells.some((cell) => cell.length > 10) : form.startsWith('epoch') || /%[HI]/.test(form);

/** The day of the month and the instant in days that a pattern of day, month and year reads; undefined if it reads none. */
const dayOf = (pattern: string, cell: string): { readonly day: number; readonly time: number } | undefined => {
  const [, ...numbers] = /(\d+)\D(\d+)\D(\d+)/.exec(cell) ?? [];
  const order = pattern.replaceAll(/[^dmYy]/g, '').toLowerCase();
  const [year, month, day] = ['y', 'm', 'd'].map((part) => Number(numbers[order.indexOf(part)]));
  const time = Date.UTC(year ?? Number.NaN, (month ?? Number.NaN) - 1, day) / 86_400_000;
  return Number.isNaN(time) ? undefined : { day: day ?? Number.NaN, time };
};

/** True of a text that a pattern of day, month and year reads as a day that there is: not the 31st of February. */
const isDay = (pattern: string, cell: string): boolean => {
  const read = /^%[dm]\W%[dm]\W%Y/.test(pattern) ? dayOf(pattern, cell) : undefined;
  return read === undefined || new Date(read.time * 86_400_000).getUTCDate() === read.day;
};

/** How many days the times of a pattern span, at most; for days and months that could be the other way round. */
const spanOf = (pattern: string, cells: readonly string[]): number => {
  const days = cells.flatMap((cell) => dayOf(pattern, cell)?.time ?? []);
  return days.length === 0 ? 0 : Math.max(...days) - Math.min(...days);
};

/** The pattern with the short year first, of one with the day or the month first. */
const yearFirst = (pattern: string): string | undefined =>
  /^%[dm]\W%[dm]\W%y/.test(pattern) ? pattern.replace(/^%[dm](\W)%[dm]\W%y/, '%y$1%m$1%d') : undefined;

/** How nearly all cells of one shape are written: by all of them, or else by either half, so that an odd one hides nothing. */
const formOfMost = (cells: readonly string[]): FoundForm | undefined => {
  const all = timestampFormOf(cells);
  // Of a few cells one is too many.
  if (all !== undefined || !isMost(cells.slice(1), cells)) return all;
  const half = Math.ceil(cells.length / 2);
  const found = timestampFormOf(cells.slice(0, half)) ?? timestampFormOf(cells.slice(half));
  return found !== undefined && isMost(cellsRead(found.form, cells), cells) ? found : undefined;
};

/** The cells of one shape and what reads them. */
const formOfShape = (all: readonly string[]): { form: string; swapped?: string | undefined } | undefined => {
  if (isMost(cellsRead('iso', all), all)) return { form: 'iso' };
  const found = formOfMost(all);
  if (found === undefined) return undefined;
  const cells = cellsRead(found.form, all);
  if (!isPlausible(found.form, cells)) return undefined;
  if (!cells.some((cell) => isDay(found.form, cell))) return undefined;
  const { form, swapped } = found;
  const others = [swapped, yearFirst(form)].filter((other) => other !== undefined);
  // A log covers a stretch of time: days taken for months or years would scatter it over years.
  const [likeliest = form, other] = [form, ...others.filter((one) => readsAll(one, cells))].toSorted(
    (a, b) => spanOf(a, cells) - spanOf(b, cells),
  );
  return { form: likeliest, swapped: other };
};

/**
 * How cells are read as times.
 *
 * @param cells different cells of a column, the most frequent first
 * @returns undefined if hardly any is a time
 */
export const timeFormOf = (cells: readonly string[]): TimeForm | undefined => {
  if (cells.filter(canBeTime).length < cells.length * MOSTLY) return undefined;
  const shapes = new Map<string, string[]>();
  for (const cell of cells) {
    // One digit or two, AM or PM, and any month: they are written in one way.
    const shape = shapeOf(cell.trim());
    shapes.set(shape, [...(shapes.get(shape) ?? []), cell]);
  }
  // Times of one log are written in a few ways; ids are written in any.
  if (shapes.size > MOST_SHAPES) return undefined;
  const forms: string[] = [];
  let [read, swapped] = [0, undefined as string | undefined];
  const cellsOf = new Map<string, string[]>();
  for (const [, alike] of [...shapes].toSorted(([, a], [, b]) => b.length - a.length)) {
    const known = forms.find((form) => isMost(cellsRead(form, alike), alike));
    const found = known === undefined ? formOfShape(alike) : { form: known };
    if (found === undefined || (known === undefined && forms.length === MOST_FORMS)) continue;
    if (known === undefined) forms.push(found.form);
    swapped ??= 'swapped' in found ? found.swapped : undefined;
    const those = cellsRead(found.form, alike);
    cellsOf.set(found.form, [...(cellsOf.get(found.form) ?? []), ...those]);
    read += those.length;
  }
  const [form] = forms;
  if (form === undefined) return undefined;
  const all = [...cellsOf];
  return {
    forms,
    share: read / cells.length,
    hasTime: all.some(([one, alike]) => readsTime(one, alike)),
    hasZone: all.every(([one, alike]) => isZoned(one, alike)),
    swapped,
  };
};

/** The cells that a form reads. */
const cellsRead = (form: string, cells: readonly string[]): readonly string[] => {
  if (form === 'iso') return cells.filter((cell) => parseInstant(cell) !== undefined);
  if (!form.includes('%')) return cells.filter((cell) => timestampFormOf([cell])?.form === form);
  const whole = expressionOf(form);
  return whole === undefined ? [] : cells.filter((cell) => whole.test(cell));
};

const isMost = (some: readonly string[], cells: readonly string[]): boolean =>
  some.length > 0 && some.length >= cells.length * MOSTLY;

const readsAll = (form: string, cells: readonly string[]): boolean => cellsRead(form, cells).length === cells.length;

/** True of cells that are times of day without a day. */
export const areTimesOfDay = (cells: readonly string[]): boolean =>
  cells.length > 0 && cells.every((cell) => /^\d{1,2}:[0-5]\d(:[0-5]\d([.,]\d+)?)?( ?[AaPp][Mm])?$/.test(cell.trim()));
