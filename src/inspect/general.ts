/** Signals that every log has: how often and how recently people were active. Nothing here reads a file. */
import { counted, percent } from '../text/numbers.js';
import type { Before, Behaviour, Evidence } from './behaviour.js';
import { curveFor, curveReason, LEAST_LIFT, rounded, strongest } from './evidence.js';
import { freeName } from './names.js';
import type { Draft } from './signal.js';

/** Half-lives of recency: by default a week, and longer for people who come back rarely. */
const halfLife = (gapDays: number): number => [7, 14, 30, 60, 90].find((days) => days >= gapDays * 1.5) ?? 90;

/** Share of users with more than one active day from which days say something. */
const SEVERAL = 0.05;

/** The strength of a signal that the log does not speak for: it stays, with little. */
const LITTLE = 0.25;

/** The strength of a signal and a reason, by the log if everybody in it had the same time, otherwise as assumed. */
const weighed = (
  evidence: Evidence | undefined,
  assumed: number,
  who: string,
): { readonly strength: number; readonly because: string } => {
  if (evidence === undefined) return { strength: assumed, because: '' };
  const { lift, because } = strongest({ ...evidence, has: { ...evidence.has, having: 0 } }, { has: '', much: who });
  return lift < LEAST_LIFT ? { strength: LITTLE, because: '' } : { strength: Math.log2(lift), because: `${because}; ` };
};

/** Drafts of the signals that every log has. @param except event types for which nobody is active */
export const generalDrafts = (
  { days, gapDays, highEvents, from, until }: Behaviour,
  before: Pick<Before, 'days' | 'events' | 'recency'>,
  except: readonly string[],
): Draft[] => {
  const life = halfLife(gapDays);
  const pause =
    gapDays > 0 ? `; of those who come back, half pause ${counted(Math.round(gapDays), 'day')} or less` : '';
  const comeBack = days.several >= SEVERAL;
  const highDays = Math.max(2, days.high);
  const most = Math.max(2, rounded(highEvents));
  const byDays = weighed(before.days, 1, `active on more than ${counted(before.days?.middle ?? 0, 'day')}`);
  const byEvents = weighed(before.events, 1, `with more than ${counted(before.events?.middle ?? 0, 'event')}`);
  const byTime = weighed(before.recency, 0.75, 'who were active more recently than half of them');
  const volume: Draft = comeBack
    ? {
        name: freeName('active_days', new Set()),
        earns: curveFor(highDays),
        because: `${byDays.because}${percent(days.several)} of the users came back on another day${curveReason(highDays)}`,
        strength: byDays.strength,
        phrase: 'active on {value} {day|days}',
        feature: { is: { op: 'distinctDays' }, unit: 'days', says: 'days with an event', except },
      }
    : {
        name: 'total_events',
        earns: { log_full_at: most },
        because: `${byEvents.because}hardly anybody came back on another day, so the number of events counts${curveReason(most)}`,
        strength: byEvents.strength,
        phrase: '{value} {event|events}',
      };
  if (until - from < 86_400_000_000n) return [volume];
  const recency: Draft = {
    name: 'days_since_last_event',
    earns: { half_life: life },
    because: `${byTime.because}leads cool: half of the points are gone in ${life} days${pause}`,
    strength: byTime.strength,
    phrase: undefined,
  };
  return [volume, recency];
};
