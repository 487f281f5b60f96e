/**
 * Plants defects that occur in real logs at known places, to check that `features` finds exactly those.
 *
 * The features of a dirty log equal those of the clean one: duplicates and bad timestamps are extra rows, a late row only
 * moves, and a session id that two users share still means two sessions. Works on lines in their final order.
 */
import { below, stream, type Rng } from './chance.js';
import { sessionId, type NameSession } from './log.js';

/** The kinds of defects, and what should become of such a row. */
export const DEFECTS = {
  duplicate: 'duplicate',
  late_row: 'used',
  bad_stamp: 'rejected',
  shared_session: 'used',
} as const;

/** A kind of defect. */
export type Defect = keyof typeof DEFECTS;

/** One planted row. `line` is its physical line; the header is line 1. A late row of a shared session is listed twice. */
export interface Planted {
  readonly line: number;
  readonly defect: Defect;
  readonly event_id: string;
}

/** The header of the list of planted rows, without a line end. */
export const PLANTED_HEADER = 'line,defect,event_id,expect';

/** One line of that list. */
export const plantedLine = ({ line, defect, event_id }: Planted): string =>
  `${line},${defect},${event_id},${DEFECTS[defect]}`;

/** Timestamps that must be rejected: ambiguous, words, impossible days and hours, without a unit, empty. */
const BAD_STAMPS = [
  '03/01/2024',
  'yesterday',
  'infinity',
  '2026-02-30T10:00:00Z',
  '2026-01-15T25:00:00Z',
  '1769817600',
  '',
] as const;

/** The defects of single rows take turns, so that even a small log has every kind. */
const TURNS = ['duplicate', 'bad_stamp', 'late_row'] as const satisfies readonly Defect[];

/** The most rows by which a row can be late. */
const MOST_ROWS_LATE = 200;

const STAMP = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/u;

/** Plants defects in one log. Give it every line in order, then call `rest`. */
export interface Planter {
  /** Gives some users' first session the id of a neighbour's. */
  readonly nameSession: NameSession;
  /** The lines to write for these clean lines; late ones come with a later call. */
  readonly plant: (lines: readonly string[]) => string[];
  /** The late lines that remain. */
  readonly rest: () => string[];
  /** What has been planted so far, in the order of lines. */
  readonly planted: readonly Planted[];
}

/** Decides which pairs of neighbours share a session id: always the first pair, others by chance. */
const sharer =
  (seed: string, rate: number): NameSession =>
  (k, n) => {
    const shares = n === 1 && k % 2 === 0 && (k === 2 || stream(seed, 'shared', k)() < rate);
    return sessionId(shares ? k - 1 : k, n);
  };

/**
 * A planter for one log.
 *
 * @param rate share of rows with a defect, and of pairs of users that share a session id; 0 to 1
 */
export const planter = (seed: string, rate: number): Planter => {
  const rng: Rng = stream(seed, 'dirty');
  const planted: Planted[] = [];
  let held: { line: string; defect: 'duplicate' | 'late_row'; since: number; due: number }[] = [];
  let written = 1;
  let turn = 0;

  const write = (out: string[], line: string, defect?: Defect): void => {
    out.push(line);
    written += 1;
    const [event_id = '', user = '', , session = ''] = line.split(',', 4);
    const shares = session.slice(2, session.lastIndexOf('_')) !== user.slice(2);
    if (defect !== undefined) planted.push({ line: written, defect, event_id });
    // Only rows that will be used put their session into the features.
    if (shares && (defect === undefined || defect === 'late_row')) {
      planted.push({ line: written, defect: 'shared_session', event_id });
    }
  };

  const release = (out: string[], all: boolean): void => {
    const due = held.filter((row) => all || row.due <= written);
    if (due.length === 0) return;
    held = held.filter((row) => !due.includes(row));
    for (const row of due) {
      // A row is late only if another row has been written in the meantime.
      const late = row.defect === 'duplicate' || written > row.since;
      write(out, row.line, late ? row.defect : undefined);
    }
  };

  return {
    planted,
    nameSession: sharer(seed, rate),
    plant: (lines) => {
      const out: string[] = [];
      for (const line of lines) {
        release(out, false);
        const defect = rng() < rate ? TURNS[turn++ % TURNS.length] : undefined;
        if (defect === 'late_row') {
          held.push({ line, defect, since: written, due: written + 1 + below(rng, MOST_ROWS_LATE) });
          continue;
        }
        write(out, line);
        if (defect === 'duplicate') {
          held.push({ line, defect, since: written, due: written + below(rng, MOST_ROWS_LATE) });
        }
        if (defect === 'bad_stamp') {
          const bad = BAD_STAMPS[below(rng, BAD_STAMPS.length)] ?? '';
          write(out, line.replace(',', 'x,').replace(STAMP, bad), defect);
        }
      }
      return out;
    },
    rest: () => {
      const out: string[] = [];
      release(out, true);
      return out;
    },
  };
};
