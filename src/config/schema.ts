/** The grammar of gesture.yaml: it checks what is read, and the JSON schema for editors is made from it. */
import * as z from 'zod';
import { spamWords } from '../catalogue/sessions.js';
import { SOURCE_NAMES } from '../catalogue/sources.js';
import { hasTwoDecimals, MOST_POINTS, POINTS_RULES, type Weights } from '../catalogue/weights.js';
import { TIMESTAMP_FORMS } from '../model.js';
import { isTimeZone } from '../text/timeZone.js';
import { didYouMean } from '../text/closest.js';
import { DURATION, durationSeconds } from '../text/duration.js';
import { fromTokens, isPattern, parsePattern } from '../text/strptime.js';
import { MAX_PATTERN_SIZE, patternSize } from './patterns.js';

const text = z.string().regex(/^[^\p{Cc}\u2028\u2029]{1,200}$/u, 'must be one line of text, at most 200 characters');
const days = z.int('must be a whole number of days').min(1, 'must be at least 1').max(36_500, 'is over 100 years');
const above0 = z.number().positive('must be above 0').max(1e15, 'is too large');

/** Features that a project can add: each is a column, and takes memory for every user. */
const MAX_FEATURES = 500;

/** The name of a project's own feature, which becomes a column. */
const featureName = z
  .string()
  .max(60, 'is too long for a column name: at most 60 characters')
  .regex(/^[a-z][a-z0-9_]*$/, 'must be a plain column name: lower-case letters, digits and _, starting with a letter');

/** A regular expression. */
const pattern = text.refine(
  (matches) => patternSize(matches) <= MAX_PATTERN_SIZE,
  `is too large a pattern: written out, counted repetitions have over ${MAX_PATTERN_SIZE} parts`,
);

const bound = z.number().min(-1e15, 'is too large').max(1e15, 'is too large');
const values = z.array(text).min(1, 'must name at least one value');

/** The tests of one cell. */
const tests = {
  equals: text.optional().describe('The cell is exactly this.'),
  in: values.optional().describe('The cell is one of these.'),
  matches: pattern.optional().describe('A regular expression (RE2) that must match somewhere in the cell.'),
  not_equals: text.optional().describe('The cell is anything but this.'),
  not_in: values.optional().describe('The cell is none of these.'),
  not_matches: pattern.optional().describe('A regular expression (RE2) that must not match anywhere in the cell.'),
  at_least: bound.optional().describe('The number in the cell is this or more.'),
  below: bound.optional().describe('The number in the cell is less than this; with at_least, a range.'),
};
const hasOneTest = (condition: Record<string, unknown>): boolean => {
  const given = Object.keys(tests).filter((key) => condition[key] !== undefined);
  return given.length === 1 || (given.length === 2 && given.every((key) => key === 'at_least' || key === 'below'));
};
const ONE_TEST = `needs exactly one of ${Object.keys(tests).join(', ')} (at_least and below may go together)`;

/** A condition on the column that `describe` says. */
const conditionOn = (describe: string) =>
  z.strictObject({ column: text.describe(describe), ...tests }).refine(hasOneTest, ONE_TEST);

const COLUMN = 'A column of the events or of the sessions.';
const column = text.describe(COLUMN);
const condition = conditionOn(COLUMN);
const DURATION_RULE = `must be ${DURATION}`;
const duration = z.string(DURATION_RULE).refine((given) => durationSeconds(given) !== undefined, DURATION_RULE);
const where = z
  .union([condition, z.array(condition).min(1, 'must have at least one condition')])
  .optional()
  .describe('Only rows that meet the condition, or all of several.');
const selection = {
  where,
  within: duration.optional().describe('Only rows of this long before as-of, such as 7d.'),
};

const rowMeasure = z.discriminatedUnion('op', [
  z.strictObject({ op: z.literal('count'), ...selection }).describe('Number of rows.'),
  z
    .strictObject({ op: z.literal('countWhere'), column, ...tests, ...selection })
    .refine(hasOneTest, ONE_TEST)
    .describe('Number of rows that meet the condition.'),
  z.strictObject({ op: z.enum(['sum', 'max', 'min', 'mean']), column, ...selection }).describe('Of the known numbers.'),
  z.strictObject({ op: z.literal('distinct'), column, ...selection }).describe('Number of different known values.'),
  z.strictObject({ op: z.literal('mode'), column, ...selection }).describe('The most frequent known value.'),
  z.strictObject({ op: z.literal('latest'), column, ...selection }).describe('The latest known value.'),
  z.strictObject({ op: z.enum(['firstTime', 'lastTime']), ...selection }).describe('Time of the first or last row.'),
  z
    .strictObject({ op: z.literal('distinctDays'), ...selection })
    .describe('Number of different days (UTC) with a row.'),
  z
    .strictObject({ op: z.enum(['daysSinceFirst', 'daysSinceLast']), ...selection })
    .describe('Days from the first or last row to as-of.'),
  z
    .strictObject({ op: z.literal('activeInLast'), days, where })
    .describe('1 if there is a row in the last `days` days.'),
  z
    .strictObject({ op: z.literal('trend'), days, where })
    .describe('Rows of the last `days` days minus rows of the same number of days before.'),
  z
    .strictObject({ op: z.literal('everyOf'), column, values, ...selection })
    .describe('1 if each of the values has a row.'),
]);

const featureMeasure = z.discriminatedUnion('op', [
  z
    .strictObject({ op: z.literal('ratio'), of: text, per: text })
    .describe('One feature divided by another; unknown if the divisor is 0.'),
]);

const words = {
  unit: text.describe('events, sessions, days, USD, per session, text ...'),
  says: text.describe('A noun phrase for tables and captions.'),
};

const feature = z.discriminatedUnion('from', [
  z.strictObject({ from: z.enum(['events', 'sessions']), is: rowMeasure, ...words }),
  z.strictObject({ from: z.literal('features'), is: featureMeasure, ...words }),
]);

const curve = {
  binary: z.literal(true).optional().describe('All of the points as soon as the value is above 0.'),
  saturates_at: above0.optional().describe('Linear, full at this value.'),
  log_full_at: above0.optional().describe('Logarithmic, full at this value.'),
  half_life: above0.optional().describe('All of the points at 0, half after this many days.'),
  rate: z.literal(true).optional().describe('In proportion: the value is a share from 0 to 1.'),
};

/** The keys that say how a value earns points; a weight has one of them. */
export const CURVE_KEYS = Object.keys(curve);

const points = z
  .number()
  .min(-MOST_POINTS, POINTS_RULES.bounds)
  .max(MOST_POINTS, POINTS_RULES.bounds)
  .refine(hasTwoDecimals, POINTS_RULES.decimals)
  .describe('The most this signal can add, or take away if below 0. 0 shows it without scoring it.');

const weight = z
  .strictObject({
    points: points.optional(),
    ...curve,
    because: text.optional().describe('Why it is worth that.'),
    phrase: text
      .optional()
      .describe(
        'The signal in a sentence; {times}, {value}, {percent} and {ago} stand for its value, {page|pages} is page for 1.',
      ),
  })
  .refine((one) => Object.keys(curve).filter((key) => Object.hasOwn(one, key)).length <= 1, {
    message: `has more than one curve: keep one of ${Object.keys(curve).join(', ')}`,
  });

/** A weight as gesture.yaml writes it; whatever is missing keeps its default. */
export type WeightInput = z.infer<typeof weight>;

const score = z
  .number()
  .min(0, 'must be between 0 and 100')
  .max(100, 'must be between 0 and 100')
  .refine(hasTwoDecimals, POINTS_RULES.decimals);

/** One name or several, of which the first known cell counts. */
const names = z.union([text, z.array(text).min(1, 'must name at least one')], 'must be a name or a list of names');

const keepWhere = conditionOn('A column of the log, by its own name.');

const FORM = `must be one of ${TIMESTAMP_FORMS.join(', ')}, or a pattern such as '%d/%m/%Y %H:%M'`;

const timestampForm = text.superRefine((form, context) => {
  if ((TIMESTAMP_FORMS as readonly string[]).includes(form)) return;
  const parsed = isPattern(form) ? parsePattern(form) : FORM;
  if (typeof parsed !== 'string') return;
  const meant = isPattern(form) ? undefined : fromTokens(form);
  const name = meant === undefined ? didYouMean(form, TIMESTAMP_FORMS) : `: did you mean '${meant}'?`;
  context.addIssue({ code: 'custom', message: `${parsed}${name}` });
});
const timestampForms = z.union([timestampForm, z.array(timestampForm).min(1, 'must name at least one')], {
  error: `${FORM}, or a list of them`,
});

const reading = z.strictObject({
  from: z
    .enum(SOURCE_NAMES)
    .optional()
    .describe('The product that exported the log; the other settings are merged over it.'),
  files: names
    .optional()
    .describe('The files that this entry is for, by name or pattern; needed if there are several entries.'),
  columns: z
    .record(text, names)
    .optional()
    .describe('Names of columns, ours: theirs. Of several, the first known cell counts.'),
  header: z
    .array(text)
    .min(1, 'must name every column')
    .optional()
    .describe('The names of the columns of files without a header.'),
  type: text.optional().describe('The event type of every row, for files that have no column for it.'),
  types: z
    .record(text, text)
    .optional()
    .describe('Names of event types, theirs: ours; * in theirs stands for any text.'),
  pages: z
    .strictObject({
      column: names.optional().describe('Their column with the URL of a page view.'),
      pricing: pattern.optional().describe('A regular expression (RE2) that matches the URL of the pricing page.'),
    })
    .optional()
    .describe('Which page views are views of the pricing page.'),
  unknown: z
    .array(z.string().max(200))
    .optional()
    .describe('Cells that mean "unknown", instead of NULL, N/A and the like.'),
  timestamp: timestampForms.optional().describe('How timestamps are written.'),
  timezone: z
    .string()
    .refine(isTimeZone, 'must be the name of a time zone, such as Europe/Berlin')
    .optional()
    .describe('The zone of timestamps that name none; UTC if not set.'),
  decimal: z.enum(['.', ',']).optional().describe('What separates the decimals of numbers.'),
  id: z
    .union([z.literal('all'), z.array(text).min(1, 'must name at least one')], 'must be all, or a list of columns')
    .optional()
    .describe('What identifies an event in a log without event ids: columns of theirs, or all of them.'),
  identity: z
    .union(
      [
        text,
        z.strictObject({
          column: names.optional().describe('The column of anonymous ids.'),
          alias: names.optional().describe('If that column holds both kinds of id: the column that links the two.'),
          map: text.optional().describe('A file of anonymous_id,user_id that says more.'),
        }),
      ],
      'must be the name of the column with anonymous ids, or { column, alias, map }',
    )
    .optional()
    .describe('How people are recognised before they say who they are: the column of anonymous ids.'),
  where: z
    .union([keepWhere, z.array(keepWhere)])
    .optional()
    .describe('Which rows are kept: those that meet all of these.'),
  ragged_rows: z
    .enum(['reject', 'fill'])
    .optional()
    .describe('Rows with more or fewer cells than the header: rejected, or filled with empty cells at the end.'),
});

/** How some logs are read, as gesture.yaml writes it. */
export type ReadingInput = z.infer<typeof reading>;

const listedReading = reading.extend({
  files: names.describe('The files that this entry is for, by name or pattern.'),
});

const sessions = z.strictObject({
  timeout: duration.optional().describe('Idle time after which a new session begins.'),
});

const texts = z.array(text).min(1, 'must name at least one');
const exclude = z.strictObject({
  users: texts.optional().describe('Ids of internal users.'),
  email_domains: z
    .array(z.string().regex(/^[^\s@]+\.[^\s@]+$/, 'must be a domain such as acme.com'))
    .min(1, 'must name at least one')
    .optional()
    .describe('Domains of internal e-mail addresses with their sub-domains, in user_id, username or email.'),
  user_agents: z
    .array(pattern)
    .min(1, 'must name at least one')
    .optional()
    .describe('Regular expressions (RE2) that match the user_agent of bots, in any case.'),
  bots: z.literal(true).optional().describe('Known bots, by their user_agent.'),
  faster_than_human: z.literal(true).optional().describe(`Sessions of ${spamWords}.`),
});

const labels = z.strictObject({
  high: score.optional().describe('The lowest score labelled high.'),
  medium: score.optional().describe('The lowest score labelled medium; below it is low.'),
});

/** Something a user does: an event type, or a condition that an event meets. */
const action = z.union([text, conditionOn('A column of the events.')], 'must be an event type or a condition');
const undoneBy = z
  .record(text, names)
  .optional()
  .describe('Event types that take an action back, if they come later: { calendar_booking: calendar_cancelled }.');
const conversion = z
  .strictObject({
    all_of: z
      .array(action)
      .min(1, 'must name at least one event type')
      .optional()
      .describe('The user did all of these.'),
    any_of: z
      .array(action)
      .min(1, 'must name at least one event type')
      .optional()
      .describe('The user did one of these.'),
    undone_by: undoneBy,
  })
  .refine((one) => one.all_of !== undefined || one.any_of !== undefined, 'needs all_of or any_of');
const optOut = z.strictObject({
  any_of: z.array(action).min(1, 'must name at least one event type').describe('The user did one of these.'),
  undone_by: undoneBy,
});

const tuned = z.strictObject({
  until: z.iso
    .datetime('must be an instant such as 2026-01-28T18:03:12Z')
    .describe('The end of the last window that the points were learned from; backtest marks cut-offs before it.'),
});

/** What a user did, as gesture.yaml writes it. */
export type ActionsInput = z.infer<typeof conversion>;

/** gesture.yaml with one entry of `events`. Rules about several places at once (points that sum to 100) are in resolve.ts. */
const settings = z.strictObject({
  events: reading.optional().describe('How to read the log.'),
  sessions: sessions.optional().describe('Where one visit ends and the next begins, in logs without session ids.'),
  exclude: exclude
    .optional()
    .describe('Whose events are excluded; they are counted, and listed in excluded_events.csv.'),
  features: z
    .record(featureName, feature)
    .refine((all) => Object.keys(all).length <= MAX_FEATURES, `has more than ${MAX_FEATURES} features`)
    .optional()
    .describe('Your own features.'),
  weights: z.record(z.string(), weight).optional(),
  defaults: z.literal('off').optional().describe('off: only the weights named here count, none of the defaults.'),
  labels: labels.optional().describe('The lowest scores labelled high and medium.'),
  conversion: conversion.optional().describe('What a user has done who has converted.'),
  opt_out: optOut.optional().describe('What a user has done who must not be contacted: scored, but never listed.'),
  show: z
    .array(featureName)
    .min(1, 'must name at least one column')
    .max(20, 'has more than 20 columns')
    .optional()
    .describe('Columns of the log or features that the list shows beside the score, such as email.'),
  tuned: tuned
    .optional()
    .describe('Written by gesture tune and gesture init: what the points were learned from. Scores ignore it.'),
});

const listed = settings.extend({ events: z.array(listedReading).min(1, 'must have at least one entry').optional() });

/** The grammar for a config file: `events` is one entry, or a list of them. */
export const schemaOf = (config: unknown): typeof settings | typeof listed =>
  typeof config === 'object' && config !== null && 'events' in config && Array.isArray(config.events)
    ? listed
    : settings;

/** gesture.yaml, checked by its grammar. */
export type ConfigInput = z.infer<typeof settings> | z.infer<typeof listed>;

/** The keys that are allowed at a place in `events`. */
const eventKeysAt = ([first, second]: readonly PropertyKey[]): readonly string[] => {
  const place = typeof first === 'number' ? second : first;
  if (place === 'pages') return ['column', 'pricing'];
  if (place === 'where') return ['column', ...Object.keys(tests)];
  if (place === 'identity') return ['column', 'alias', 'map'];
  return Object.keys(reading.shape);
};

/** The keys that are allowed at a place in gesture.yaml, for did-you-mean; none if any name is allowed. */
export const keysAt = ([section, ...place]: readonly PropertyKey[]): readonly string[] => {
  const inside = place[1];
  switch (section) {
    case undefined:
      return Object.keys(settings.shape);
    case 'events':
      return eventKeysAt(place);
    case 'sessions':
      return Object.keys(sessions.shape);
    case 'exclude':
      return Object.keys(exclude.shape);
    case 'features':
      if (inside === undefined) return ['from', 'is', 'unit', 'says'];
      return ['op', 'column', 'where', 'within', 'days', 'values', 'of', 'per', ...Object.keys(tests)];
    case 'weights':
      return Object.keys(weight.shape);
    case 'labels':
      return Object.keys(labels.shape);
    case 'tuned':
      return Object.keys(tuned.shape);
    case 'opt_out':
      return place.length === 0 ? Object.keys(optOut.shape) : ['column', ...Object.keys(tests)];
    default:
      return place.length === 0 ? Object.keys(conversion.shape) : ['column', ...Object.keys(tests)];
  }
};

/**
 * The JSON schema that editors use to complete and check gesture.yaml.
 *
 * @param weights the signals to suggest, with their reasons; any other feature can have a weight too
 */
export const jsonSchema = (weights: Weights): object => {
  const entry = z.union([points, weight]);
  const known = Object.entries(weights).map(([name, { points: most, because }]): [string, z.ZodType] => [
    name,
    entry.optional().describe(`${most} points. ${because}`),
  ]);
  const named = z.object(Object.fromEntries(known));
  const schema = settings.extend({
    events: z
      .union([reading, z.array(listedReading)])
      .optional()
      .describe('How to read the log, or each of several.'),
    weights: named
      .catchall(entry)
      .optional()
      .describe('What each feature is worth, merged over the defaults. The positive points must sum to 100.'),
  });
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return { $schema, title: 'gesture.yaml', ...rest };
};
