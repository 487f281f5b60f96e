/** The gesture.yaml that `gesture init` writes: every default, with its reason. */
import { spamWords } from '../catalogue/sessions.js';
import type { Curve, Weights } from '../catalogue/weights.js';
import type { Config } from './settings.js';

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

/** A commented gesture.yaml that says what `config` says; its own features are not repeated. */
export const configTemplate = ({ weights, labels, conversion, sessions }: Config): string =>
  `# What gesture may be told. Everything here is a default: keep what you change, delete the rest.
# For completion in your editor run \`gesture init --schema\` and take the first # off the next line.
# # yaml-language-server: $schema=gesture.schema.json

# How to read your log. Columns are ours: theirs, event types are theirs: ours.
# events:
#   from:      segment             # an export of Segment; what follows is merged over it
#   columns:   { user_id: UserID, timestamp: ts }
#   types:     { lecture_watched: page_view }
#   timestamp: iso                 # or epoch_s, epoch_ms, epoch_us

# A visit ends after this long without an event (for logs without session ids).
sessions:
  timeout: ${sessions.timeoutMinutes}m

# Whose events are left out; they are counted and listed in excluded_events.csv.
# exclude:
#   users:             [qa-1, qa-2]
#   email_domains:     [acme.com]        # in user_id, username or email
#   user_agents:       [bot, headless]   # in a column user_agent
#   faster_than_human: true              # sessions of ${spamWords}

# Features of your own: measured like the built-in ones, a column each. Give one a weight below and it is scored.
# features:
#   webinars:
#     from: events                 # or sessions, features
#     is:   { op: countWhere, column: event_type, equals: webinar_joined }
#     unit: events
#     says: webinars joined

# What each feature is worth. points: the most it can add (below 0: take away; 0: shown, not scored).
# One curve each: binary: true | saturates_at: N | log_full_at: N | half_life: days | rate: true
# The positive points have to sum to 100.
weights:
${weightLines(weights).join('\n')}

# The lowest scores that are called high and medium; the rest is low.
labels: { high: ${labels.high}, medium: ${labels.medium} }

# A user is won who has at least one event of each of these types.
conversion: { all_of: [${conversion.allOf.join(', ')}] }
`;
