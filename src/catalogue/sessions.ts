/** Rules about sessions that the log does not state itself: each with its reason and its source. */
import type { EventType } from '../model.js';

/** When a session is over. A gap of exactly this length stays inside. */
export const idleTimeout = {
  minutes: 30,
  because: 'The default of Google Analytics, and of the sessionization in the dbt package for Segment.',
} as const;

/** Event types of a session that is no bounce, even if it is the only event. */
export const highIntent = {
  types: ['signup', 'calendar_booking', 'demo_request_click', 'chat_message'],
  because: 'Who signs up has not left at once. GA4 calls a session with a conversion engaged for the same reason.',
} as const satisfies { types: readonly EventType[]; because: string };

/**
 * A session faster than a human: at least `minEvents` at `minInstants` or more different instants, and more intervals than
 * seconds.
 */
export const spamRule = {
  minEvents: 5,
  minInstants: 3,
  eventsPerSecond: 1,
  because:
    'Nobody reads and clicks five pages at over one a second; four fast events can still be a double click or a page that loads its parts. Timestamps of whole days, or one for a batch, show no speed. Assumed, not published: set spam_flag in the log to overrule it.',
} as const;

/** The same rule in words, for whatever mentions it. */
export const spamWords = `at least ${spamRule.minEvents} events at more than ${spamRule.eventsPerSecond} per second`;
