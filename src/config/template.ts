/** The gesture.yaml that `gesture init` writes: every default, with its reason. */
import { spamWords } from '../catalogue/sessions.js';
import type { Curve, Weights } from '../catalogue/weights.js';
import { features } from '../catalogue/features.js';
import { eventTypesOf } from '../catalogue/measures.js';
import type { Config } from './settings.js';

/** The event types of the default conversion. */
const convertingTypes = eventTypesOf(features.converted.is);

const curveEntry = (curve: Curve): string => {
  const [[key, value] = ['', '']] = Object.entries(curve);
  return `${key}: ${value}`;
};

const weightLines = (weights: Weights): string[] => {
  const names = Object.keys(weights).map((name) => `${name}:`);
  const width = Math.max(...names.map((name) => name.length));
  return Object.entries(weights).flatMap(([name, { points, earns, because }]) => [
    `  # ${because}`,
    `  ${`${name}:`.padEnd(width)} { points: ${points}, ${curveEntry(earns)} }`,
  ]);
};

/** A commented gesture.yaml with the values of `config`, but without its own features. */
export const configTemplate = ({ weights, labels, sessions }: Config): string =>
  `# gesture settings. Every value here is a default: keep what you change, delete the rest.
# For completion in your editor, run \`gesture init --schema\` and remove the first # of the next line.
# # yaml-language-server: $schema=gesture.schema.json

# How to read your log. Columns are written ours: theirs, event types theirs: ours.
# events:
#   from:      segment             # a Segment export; the following settings are merged over it
#   columns:   { user_id: UserID, timestamp: ts }
#   types:     { lecture_watched: page_view, 'Viewed Plan *': pricing_page_view }
#   pages:     { column: url }     # page views of /pricing, /plans ... become pricing_page_view; or pricing: REGEX
#   timestamp: iso                 # or epoch_s, epoch_ms, epoch_us, or a pattern such as '%d/%m/%Y %H:%M'
#   timezone:  Europe/Berlin       # of timestamps that name no zone; UTC if not set
#   decimal:   ','                 # for 1.234,50
#   identity:  visitor_id          # the column of anonymous ids
#   where:     { column: status, not_equals: test }
# Several sources are a list of such entries, each with files: 'name*.csv'.

# A visit ends after this long without an event (for logs without session ids).
sessions:
  timeout: ${sessions.timeoutMinutes}m

# Whose events are excluded; they are counted, and listed in excluded_events.csv.
# exclude:
#   users:             [qa-1, qa-2]
#   email_domains:     [acme.com]        # in user_id, username or email
#   bots:              true              # known ones, by the column user_agent
#   user_agents:       ['\\bheadless']
#   faster_than_human: true              # sessions of ${spamWords}

# Your own features, one column each, measured like the built-in ones. Give a feature a weight below to score it.
# features:
#   webinars:
#     from: events                 # or sessions, features
#     is:   { op: countWhere, column: event_type, equals: webinar_joined }
#     unit: events
#     says: webinars joined

# What each feature is worth. points: the most it can add, or take away if below 0; 0 shows it without scoring it.
# One curve each: binary: true | saturates_at: N | log_full_at: N | half_life: days | rate: true
# The positive points must sum to 100. To use only the weights named here, set \`defaults: off\`.
weights:
${weightLines(weights).join('\n')}

# The lowest scores labelled high and medium; the rest is low.
labels: { high: ${labels.high}, medium: ${labels.medium} }

# A user has converted who did all of these: event types, or conditions such as { column: plan, equals: pro }.
conversion: { all_of: [${convertingTypes.join(', ')}] }
#   any_of:    [purchase, renewal]                         # one of these is enough
#   undone_by: { calendar_booking: calendar_cancelled }    # a later event that takes the action back

# Who must not be contacted is scored, but never listed.
# opt_out: { any_of: [unsubscribed, account_deleted] }

# Columns of the log that the list shows beside the score.
# show: [email, company]
`;
