/** Rules about sessions that the log does not state itself: each with its reason and its source. */

/** When a session is over. A gap of exactly this length stays inside. */
export const idleTimeout = {
  minutes: 30,
  because: 'The default of Google Analytics, and of the sessionization in the dbt package for Segment.',
} as const;

/** A session faster than a human: at least `minEvents`, and on average more than `eventsPerSecond`. */
export const spamRule = {
  minEvents: 5,
  eventsPerSecond: 1,
  because:
    'Nobody reads and clicks five pages at over one a second; four fast events can still be a double click or a page that loads its parts. Assumed, not published: set spam_flag in the log to overrule it.',
} as const;

/** The same rule in words, for whatever mentions it. */
export const spamWords = `at least ${spamRule.minEvents} events at more than ${spamRule.eventsPerSecond} per second`;
