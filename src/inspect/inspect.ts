/** Looks at logs of which nothing is known, and proposes settings for them. */
import { basename, dirname, relative, resolve } from 'node:path';
import { contactColumns } from '../catalogue/customs.js';
import { defaultReading } from '../config/settings.js';
import { resolveReading } from '../config/resolveReading.js';
import { EVENT_TYPES, Failure, MAX_REJECTED } from '../model.js';
import { literal } from '../sql/text.js';
import { isoInstant } from '../text/instants.js';
import { defaultLabels } from '../catalogue/weights.js';
import { doubtOf, groupsApart } from './apart.js';
import { escapeGlob } from './globs.js';
import { beforeConversion, type Behaviour, behaviourOf } from './behaviour.js';
import { openReader, type Reader } from './reader.js';
import { builtInSignals } from './builtIn.js';
import { type Entry, entryOf, inputOf } from './entry.js';
import { freeName } from './names.js';
import type { Setting } from './setting.js';
import { type Opening, type Profile, profileOf } from './profile.js';
import { labelsFor, rehearse, type Rehearsal } from './rehearse.js';
import type { Signal } from './signal.js';
import { type Basis, signalsFor } from './signals.js';
import { type Conversion, conversionOf, type JudgedType, judged, typesAgainst } from './types.js';
import { CONFIG_FILE } from '../config/load.js';
import { columnName } from '../text/names.js';
import { shellWord } from '../text/printable.js';

/** Files that are read in the same way. */
export interface Group {
  /** As `files:` names them. */
  readonly files: readonly string[];
  readonly settings: readonly Setting[];
}

/** Everything that was found, and what is proposed. */
export interface Findings {
  readonly files: readonly { readonly name: string; readonly found: Entry['found'] }[];
  readonly groups: readonly Group[];
  readonly events: number;
  readonly users: number;
  /** ISO 8601, UTC. */
  readonly from: string;
  readonly until: string;
  readonly types: readonly JudgedType[];
  readonly conversion: Conversion;
  /** Users who have converted. */
  readonly converted: number;
  /** A column of flags that says who has converted, if no type does. */
  readonly flag: Entry['flag'];
  /** The type to propose where nothing looks like a conversion. */
  readonly hint: string | undefined;
  readonly optOut: readonly string[];
  /** Events of known bots. */
  readonly bots: number;
  /** Proposed weights; none: the defaults are kept. */
  readonly signals: readonly Signal[];
  /** Features without a weight, which settings refer to. */
  readonly unscored: readonly Signal[];
  /** What the points follow from. */
  readonly basis: Basis | 'catalogue';
  /** The instant up to which everybody was looked at to learn from the log, ISO 8601. */
  readonly comparedAt: string | undefined;
  /** Types that earn nothing, since they did not raise the share of those who convert. */
  readonly without: readonly string[];
  readonly labels: { readonly high: number; readonly medium: number; readonly why: string } | undefined;
  readonly show: readonly string[];
  readonly doubts: readonly string[];
  /** The commands to run next. */
  readonly next: string;
}

/** What is inspected. */
export interface Inspection extends Opening {
  readonly inputs: readonly string[];
  /** How messages and gesture.yaml name each input. */
  readonly names: readonly string[];
  /** The gesture.yaml that is to be written, to which `files` are relative. */
  readonly out: string;
}

/** The name of a file as `files:` of a gesture.yaml in `folder` has it. */
const fileName = (input: string, folder: string): string => {
  const path = relative(folder, resolve(input));
  return escapeGlob(path.startsWith('..') ? basename(input) : path);
};

/** The same for files that are read in the same way. */
const keyOf = (entry: Entry): string => JSON.stringify(inputOf(entry));

/** Files with the same settings together. */
const grouped = (entries: readonly { name: string; entry: Entry }[], folder: string): Group[] => {
  const groups = new Map<string, { files: string[]; settings: readonly Setting[] }>();
  for (const { name, entry } of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { files: [fileName(name, folder)], settings: entry.settings });
    else group.files.push(fileName(name, folder));
  }
  return [...groups.values()];
};

/** Types that can be named in gesture.yaml. */
const isNameable = (type: string): boolean => /^[^\p{Cc}\u2028\u2029]{1,200}$/u.test(type);

/** Types that are compared, at most: the most frequent ones. */
const COMPARED = 80;

const rarestEffort = (types: readonly JudgedType[], users: number): string | undefined =>
  types
    .filter(
      ({ role, users: n, type }) => ['effort', 'other'].includes(role) && n > 1 && n < users * 0.5 && isNameable(type),
    )
    .toSorted((a, b) => Number(b.role === 'effort') - Number(a.role === 'effort') || a.users - b.users)[0]?.type;

const convertedUsers = async ({ engine }: Reader, { types, isDefault }: Conversion): Promise<number> => {
  if (types.length === 0) return 0;
  const all = types.map(literal).join(', ');
  const [row] = await engine.rows(
    `SELECT count(*) FROM (SELECT user_id FROM acts WHERE type IN (${all}) GROUP BY user_id HAVING count(DISTINCT type) >= ${isDefault ? types.length : 1})`,
  );
  return Number(row?.[0] ?? 0);
};

/** A feature that counts a type which a file was given and nothing else uses, so that the setting has an effect. */
const unusedTypes = (given: readonly string[], signals: readonly Signal[], conversion: Conversion): Signal[] => {
  const used = new Set(signals.map(({ name }) => name));
  return given
    .filter((type) => !(EVENT_TYPES as readonly string[]).includes(type) && !conversion.types.includes(type))
    .filter((type) => !signals.some(({ feature }) => feature?.is['equals'] === type))
    .map((type) => ({
      name: freeName(`${columnName(type)}_count`, used),
      points: 0,
      earns: { binary: true },
      phrase: undefined,
      because: '',
      feature: {
        is: { op: 'countWhere', column: 'event_type', equals: type },
        unit: 'events',
        says: `events of type ${type}`,
      },
    }));
};

const contactsOf = (profiles: readonly Profile[], entries: readonly Entry[]): string[] => {
  const header = profiles.flatMap(({ log, source }) => (source === undefined ? log.header : []));
  const users = entries.flatMap(({ found }) =>
    found.filter(({ ours }) => ours === 'user_id').map(({ theirs }) => theirs),
  );
  const mapped = entries.flatMap(({ contacts }) => contacts);
  return [...new Set([...mapped, ...contactColumns.filter((name) => header.includes(name) && !users.includes(name))])];
};

const emptyBehaviour = ({ events }: Behaviour): boolean => events === 0;

/**
 * Looks at files and proposes settings.
 *
 * @throws Failure `data` if a file has no user or no time, or no row that can be used
 */
export const inspect = async (inspection: Inspection): Promise<Findings> => {
  const { inputs, names, out } = inspection;
  const flags = out === CONFIG_FILE || out === '-' ? [] : ['--config', out];
  const profiles: Profile[] = [];
  for (const [i, input] of inputs.entries()) profiles.push(await profileOf(input, i, inspection));
  const entries = profiles.map((profile) => entryOf(profile));
  const amounts =
    entries.every(({ hasTime }) => hasTime !== undefined) && entries.length === 1 ? (entries[0]?.amounts ?? []) : [];
  const readings = entries.map((entry) => resolveReading(inputOf(entry), defaultReading, []));
  const reader = await openReader(
    inputs.map((name, i) => ({ name, reading: readings[i] ?? defaultReading })),
    { amounts, direct: profiles.every(({ isRegular }) => isRegular) },
    inspection,
  );
  const behaviour = await behaviourOf(reader);
  if (emptyBehaviour(behaviour)) {
    throw new Failure('data', `${names.join(', ')}: no row has a user, a time and an event type that can be read`);
  }
  const nameable = behaviour.types.filter(({ type }) => isNameable(type));
  const conversion = conversionOf(nameable, behaviour.users);
  const types = judged(nameable, conversion);
  const given = entries.flatMap(({ settings }) =>
    settings.flatMap(({ key, value }) => (key === 'type' && typeof value === 'string' ? [value] : [])),
  );
  const converted = await convertedUsers(reader, conversion);
  const hasTimes = entries.every(({ hasTime }) => hasTime);
  const compared = [...new Set(types.slice(0, COMPARED).map(({ type }) => type))];
  const builtIn = conversion.types.length > 0 && conversion.isDefault;
  const except = typesAgainst(types);
  const before = await beforeConversion(reader, builtIn ? [] : conversion.types, compared, amounts, except, !hasTimes);
  const proposed = builtIn
    ? { signals: builtInSignals(types, profiles), basis: 'catalogue' as const, without: [] }
    : signalsFor(types, behaviour, before, conversion.types.length > 0);
  const flag = conversion.types.length === 0 ? entries.find((entry) => entry.flag !== undefined)?.flag : undefined;
  const groups = grouped(
    entries.map((entry, i) => ({ name: names[i] ?? '', entry })),
    dirname(resolve(out === '-' ? 'gesture.yaml' : out)),
  );
  const keys = [...new Set(entries.map(keyOf))];
  const groupOf = entries.map((entry) => keys.indexOf(keyOf(entry)));
  const apart = groups.length > 1 ? await groupsApart(reader, groupOf) : [];
  return {
    files: profiles.map(({ name }, i) => ({ name: names[i] ?? name, found: entries[i]?.found ?? [] })),
    groups,
    events: behaviour.events,
    users: behaviour.users,
    from: isoInstant(behaviour.from),
    until: isoInstant(behaviour.until),
    types,
    conversion,
    converted,
    flag,
    hint: rarestEffort(types, behaviour.users),
    optOut: types.filter(({ role }) => role === 'opt-out').map(({ type }) => type),
    ...proposed,
    comparedAt: before.until === undefined ? undefined : isoInstant(before.until),
    bots: behaviour.bots,
    unscored: unusedTypes(given, proposed.signals, conversion),
    labels: undefined,
    show: contactsOf(profiles, entries),
    doubts: [
      ...new Set([
        ...entries.flatMap(({ doubts }) => doubts),
        ...doubtOf(names.filter((_, i) => apart.includes(groupOf[i] ?? -1))),
      ]),
    ],
    next: `gesture features ${[...names, ...flags].map(shellWord).join(' ')} && ${['gesture', 'rank', ...flags].map(shellWord).join(' ')}`,
  };
};

/** Findings with what came of trying them on the log: labels that say something, doubts, and the commands that will run. */
export const rehearsed = async (findings: Findings, rehearsal: Rehearsal): Promise<Findings> => {
  const { rejected, doubts, scores } = await rehearse(rehearsal);
  const accepted = Math.min(100, Math.ceil(rejected * 100) + 1);
  const limit = rejected > MAX_REJECTED ? ` --max-rejected ${accepted}%` : '';
  return {
    ...findings,
    labels: labelsFor(scores, defaultLabels),
    doubts: [...new Set([...findings.doubts, ...doubts])],
    next: findings.next.replace(' && ', `${limit} && `),
  };
};
