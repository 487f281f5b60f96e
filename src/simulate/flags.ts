/** The flags of a simulated session, by the rules that `gesture features` derives them with. */
import { highIntent, spamRule } from '../catalogue/sessions.js';
import type { EventType } from '../model.js';

/** What the rules look at. */
interface Moment {
  /** Epoch seconds. */
  readonly at: number;
  readonly type: EventType;
}

const HIGH_INTENT: ReadonlySet<EventType> = new Set(highIntent.types);

/** Whether a session is a single event that is no high-intent action. */
export const isBounce = ([first, second]: readonly Moment[]): boolean =>
  first !== undefined && second === undefined && !HIGH_INTENT.has(first.type);

/** Whether a session is faster than a human reads, by `spamRule`. */
export const isSpam = (events: readonly Moment[]): boolean => {
  const [first, last] = [events[0], events.at(-1)];
  if (first === undefined || last === undefined || events.length < spamRule.minEvents) return false;
  const instants = new Set(events.map(({ at }) => at)).size;
  return instants >= spamRule.minInstants && events.length - 1 > (last.at - first.at) * spamRule.eventsPerSecond;
};
