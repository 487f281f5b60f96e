/** The gesture.yaml that says what was found: every setting with its reason. Nothing here reads a file. */
import type { Curve } from '../catalogue/weights.js';
import { counted, grouped, percent } from '../text/numbers.js';
import { printable } from '../text/printable.js';
import { scalar } from '../text/yamlText.js';
import type { Setting } from './setting.js';
import type { Findings, Group } from './inspect.js';
import type { OwnFeature, Signal } from './signal.js';

const list = (items: readonly string[]): string => `[${items.map(scalar).join(', ')}]`;

const pairs = (entries: Readonly<Record<string, string>>): string[] =>
  Object.entries(entries).map(([key, value]) => `${scalar(key)}: ${scalar(value)}`);

const mapping = (entries: Readonly<Record<string, string>>): string => `{ ${pairs(entries).join(', ')} }`;

const measure = ({ is, except = [] }: OwnFeature): string =>
  except.length === 0
    ? mapping(is)
    : `{ ${pairs(is).join(', ')}, where: { column: event_type, not_in: ${list(except)} } }`;

/** Lines of a comment, each at most as long as a line is read comfortably. */
const comment = (text: string, indent: string): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).split(' ')) {
    if (line !== '' && line.length + word.length > 110 - indent.length) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].map((one) => `${indent}# ${one}`);
};

const isList = (value: Setting['value']): value is readonly string[] => Array.isArray(value);

/** A setting with its reasons above it, or with each of its own above each key. */
const settingLines = ({ key, value, why }: Setting, indent: string): string[] => {
  if (typeof value === 'object' && !isList(value) && !Array.isArray(why)) {
    const reasons: Readonly<Record<string, string>> = Object.fromEntries(Object.entries(why));
    const width = Math.max(...Object.keys(value).map((name) => scalar(name).length)) + 1;
    return [
      `${indent}${key}:`,
      ...Object.entries(value).flatMap(([name, theirs]) => [
        ...comment(reasons[name] ?? '', `${indent}  `),
        `${indent}  ${`${scalar(name)}:`.padEnd(width)} ${scalar(theirs)}`,
      ]),
    ];
  }
  const text = typeof value === 'string' ? scalar(value) : isList(value) ? list(value) : mapping(value);
  const reasons = Array.isArray(why) ? why : Object.values(why);
  return [...reasons.flatMap((reason) => comment(String(reason), indent)), `${indent}${key}: ${text}`];
};

const groupLines = ({ files, settings }: Group, isListed: boolean): string[] => {
  if (!isListed) return settings.flatMap((setting) => settingLines(setting, '  '));
  const named = `  - files: ${files.length === 1 ? scalar(files[0] ?? '') : list(files)}`;
  return [named, ...settings.flatMap((setting) => settingLines(setting, '    '))];
};

const eventLines = (groups: readonly Group[]): string[] => {
  const isListed = groups.length > 1;
  const lines = groups.flatMap((group) => groupLines(group, isListed));
  if (lines.length === 0)
    return [
      '# The log has the columns and event types that gesture knows, under their names: there is nothing to map.',
    ];
  return ['# How the log is read.', 'events:', ...lines];
};

/** Types that are listed. */
const MOST = 40;

const typeLines = ({ types, users }: Findings): string[] => {
  const shown = types.slice(0, MOST);
  const width = Math.min(40, Math.max(4, ...shown.map(({ theirs }) => printable(theirs).length)));
  return [
    '# The event types, the most frequent first: events, share of the users, and what each is taken for.',
    ...shown.map(
      ({ theirs, events, users: n, role, why }) =>
        `#   ${printable(theirs).slice(0, 40).padEnd(width)} ${grouped(events).padStart(11)}  ${percent(users === 0 ? 0 : n / users).padStart(4)}  ${role}: ${printable(why)}`,
    ),
    ...(types.length > MOST ? [`#   and ${grouped(types.length - MOST)} more`] : []),
  ];
};

const conversionLines = ({ conversion, types, converted, users, flag, hint }: Findings): string[] => {
  const others = conversion.others.flatMap((other) => comment(`${other}.`, ''));
  if (flag !== undefined) {
    return [
      ...comment(`No event type looks like a conversion, but the column ${flag.column} says who has converted.`, ''),
      ...others,
      `conversion: { any_of: [{ column: ${scalar(flag.column)}, equals: ${scalar(flag.value)} }] }`,
    ];
  }
  if (conversion.types.length === 0) {
    return [
      ...comment(
        `What a conversion is, only you can say: ${conversion.why}.${types.length > 1 ? ' Until you do, nobody counts as converted.' : ''}`,
        '',
      ),
      ...others,
      ...(hint === undefined
        ? []
        : [
            ...comment(`The rarest type that takes effort is ${hint}. If that is what you are after:`, ''),
            `# conversion: { any_of: [${scalar(hint)}] }`,
          ]),
    ];
  }
  return [
    ...comment(`Who has converted: ${conversion.why}; ${counted(converted, 'user')} of ${grouped(users)}.`, ''),
    ...others,
    `conversion: { ${conversion.isDefault ? 'all_of' : 'any_of'}: ${list(conversion.types)} }`,
    '# `gesture rank --exclude-converted` lists only those who have not.',
  ];
};

const curve = (earns: Curve): string => {
  const [[key, value] = ['', '']] = Object.entries(earns);
  return `${key}: ${value}`;
};

const featureLines = (signals: readonly Signal[]): string[] => {
  const own = signals.flatMap(({ name, feature }) => (feature === undefined ? [] : [{ name, feature }]));
  if (own.length === 0) return [];
  return [
    '# Features of this log, one column each.',
    'features:',
    ...own.flatMap(({ name, feature }) => [
      `  ${name}:`,
      '    from: events',
      `    is:   ${measure(feature)}`,
      `    unit: ${scalar(feature.unit)}`,
      `    says: ${scalar(feature.says)}`,
    ]),
  ];
};

const weightLines = (findings: Findings): string[] => {
  const { signals, without, basis, comparedAt } = findings;
  if (signals.length === 0)
    return ['# The log has what the default weights use, so they are kept: `gesture init` without a file lists them.'];
  const when =
    comparedAt === undefined
      ? 'what each had done before converting'
      : `what each had done by ${comparedAt}, when half of those who convert had done so, against who converted after it`;
  const bases: Readonly<Record<Findings['basis'], string>> = {
    learned: `Points follow from the log: ${when}. That two things go together does not prove that one causes the other.`,
    silent:
      'Nothing that people did tells those who converted from the others, so the points are a guess: the rarer something is, and the more effort it takes, the more it is worth. Change them.',
    guessed:
      'Too little in this log says who converts, so the points are a guess: the rarer something is, and the more effort it takes, the more it is worth. Change them.',
    catalogue: 'The default weights of what this log has, in proportion, so that they sum to 100 again.',
  };
  const none =
    without.length === 0
      ? []
      : comment(
          `Not raised by: ${without.slice(0, 12).join(', ')}${without.length > 12 ? ` and ${without.length - 12} more` : ''}.`,
          '',
        );
  return [
    ...comment(bases[basis], ''),
    ...none,
    '# The positive points sum to 100. Default weights that this log has nothing for are left out.',
    'defaults: off',
    'weights:',
    ...signals.flatMap(({ name, points, earns, phrase, because }) => [
      ...comment(because, '  '),
      `  ${name}: { points: ${points}, ${curve(earns)}${phrase === undefined ? '' : `, phrase: ${scalar(phrase)}`} }`,
    ]),
  ];
};

const block = (lines: readonly string[]): string[] => (lines.length === 0 ? [] : ['', ...lines]);

const IN_SAMPLE =
  'The points have seen the whole log, so a backtest of the same log flatters them, and says so. Remove this when you choose points of your own.';

/** The text of gesture.yaml. */
export const yamlOf = (findings: Findings): string => {
  const { groups, files, events, users, from, until, optOut, show, labels, bots, doubts, next, basis } = findings;
  const head = [
    ...comment(
      `gesture settings for ${files
        .map(({ name }) => name)
        .slice(0, 5)
        .join(
          ', ',
        )}${files.length > 5 ? ` and ${files.length - 5} more` : ''}, as proposed by \`gesture init\`: what it found, and why.`,
      '',
    ),
    `# ${counted(events, 'event')} of ${counted(users, 'user')}, ${from} to ${until}.`,
    `# Next: ${printable(next)}`,
  ];
  return `${[
    ...head,
    ...block(doubts.flatMap((doubt) => comment(`Check: ${doubt}`, ''))),
    ...block(eventLines(groups)),
    ...block(typeLines(findings)),
    ...block(conversionLines(findings)),
    ...block(
      optOut.length === 0
        ? []
        : ['# Who must not be contacted is scored, but never listed.', `opt_out: { any_of: ${list(optOut)} }`],
    ),
    ...block(
      bots === 0
        ? []
        : [
            ...comment(`${counted(bots, 'event')} of known bots, by the user agent, are left out.`, ''),
            'exclude: { bots: true }',
          ],
    ),
    ...block(featureLines(signals(findings))),
    ...block(weightLines(findings)),
    ...block(basis === 'learned' ? [...comment(IN_SAMPLE, ''), `tuned: { until: ${until} }`] : []),
    ...block(
      labels === undefined
        ? []
        : [...comment(labels.why, ''), `labels: { high: ${labels.high}, medium: ${labels.medium} }`],
    ),
    ...block(show.length === 0 ? [] : ['# Columns that the list shows beside the score.', `show: ${list(show)}`]),
  ].join('\n')}\n`;
};

const signals = (findings: Findings): readonly Signal[] => [...findings.signals, ...findings.unscored];
