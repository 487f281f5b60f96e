/** Starter weights that use only what a log has, each with its reason. Nothing here reads a file. */
import { features } from '../catalogue/features.js';
import { eventTypesOf, rowMeasures, SESSION_COLUMNS } from '../catalogue/measures.js';
import { type Curve, defaultWeights, type Weight } from '../catalogue/weights.js';
import { EVENT_COLUMNS, SCORE_COLUMNS } from '../model.js';
import { columnName, wordsOf } from '../text/names.js';
import { grouped, percent } from '../text/numbers.js';
import type { Before, Behaviour, Contrast, Evidence } from './behaviour.js';
import type { JudgedType } from './types.js';

/** A feature of the project's own that a signal needs. */
export interface OwnFeature {
  readonly is: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly says: string;
}

/** A proposed weight. */
export interface Signal {
  readonly name: string;
  readonly points: number;
  readonly earns: Curve;
  /** The words of a reader for it; undefined: those of the catalogue. */
  readonly phrase: string | undefined;
  readonly because: string;
  /** Undefined for a feature of the catalogue. */
  readonly feature?: OwnFeature | undefined;
}

/** A signal before its points are known. */
interface Draft extends Omit<Signal, 'points'> {
  /** How much it says, compared with the others. */
  readonly strength: number;
}

// Evidence ------------------------------------------------------------------------------------------------------------

/** Users who convert that a comparison needs, and users with something: fewer are an accident. */
const [LEAST_CONVERTED, LEAST_HAVING] = [10, 5];

/** As many users as this convert as often as all do are added to each group, so that a small group proves little. */
const PRIOR = 20;

/** How many times as often those with something convert later as those without; 1 if neither says anything. */
const liftOf = ({ having, havingConverted, lacking, lackingConverted }: Contrast): number => {
  const share = (havingConverted + lackingConverted) / Math.max(1, having + lacking);
  if (having < LEAST_HAVING || lacking < LEAST_HAVING || share === 0) return 1;
  const smoothed = (converted: number, users: number): number => (converted + PRIOR * share) / (users + PRIOR);
  return smoothed(havingConverted, having) / smoothed(lackingConverted, lacking);
};

/** The least lift that earns points: a fifth more often than the others. */
const LEAST_LIFT = 1.2;

const rate = (converted: number, users: number): string => {
  const share = users === 0 ? 0 : converted / users;
  return percent(share, share < 0.1 ? 1 : 0);
};

/** A comparison in words. */
const inWords = (
  { having, havingConverted, lacking, lackingConverted }: Contrast,
  who: string,
  others: string,
): string =>
  `of ${grouped(having)} users ${who}, ${rate(havingConverted, having)} converted later; of the other ${grouped(lacking)}${others}, ${rate(lackingConverted, lacking)}`;

// Curves --------------------------------------------------------------------------------------------------------------

const rounded = (value: number): number => Number(value.toPrecision(2));

/** A curve for a count or a sum of which nine of ten users who have it have `high` at most. */
const curveFor = (high: number): Curve => {
  if (high <= 1) return { binary: true };
  return high <= 10 ? { saturates_at: rounded(high) } : { log_full_at: rounded(high) };
};

/** Why a curve ends where it does. */
const curveReason = (high: number): string =>
  high <= 1 ? '' : `; full at ${grouped(rounded(high))}, which nine of ten of those who have it do not exceed`;

// Names ---------------------------------------------------------------------------------------------------------------

const TAKEN: ReadonlySet<string> = new Set([
  ...Object.keys(features),
  ...Object.keys(EVENT_COLUMNS),
  ...Object.keys(SESSION_COLUMNS),
  ...SCORE_COLUMNS,
  ...['rank', 'config', 'floor', 'cap', 'opted_out', 'events', 'anonymous_id', 'email', 'company'],
]);

/** A name for a feature that no column has. */
const freeName = (wanted: string, used: Set<string>): string => {
  const base = /^[a-z]/.test(wanted) ? wanted : 'type';
  const names = [base, `${base}_count`, ...Array.from({ length: 600 }, (_, i) => `${base}_${i + 2}`)];
  const free = names.find((name) => !TAKEN.has(name) && !used.has(name)) ?? base;
  used.add(free);
  return free;
};

/** Features of the catalogue that count events of one type. */
const countedBy: ReadonlyMap<string, keyof typeof features> = new Map(
  rowMeasures(features, 'events').flatMap(([name, is]) =>
    is.op === 'countWhere' && Object.hasOwn(features, name)
      ? eventTypesOf(is).map((type) => [type, name as keyof typeof features] as const)
      : [],
  ),
);

/** Text that stands in a phrase as it is. */
const plain = (text: string): string => wordsOf(text).join(' ').replaceAll(/[{}]/g, '').slice(0, 60) || 'event';

/** The signal that counts events of a type. */
const ofType = (
  type: string,
  { earns, because, strength }: Pick<Draft, 'earns' | 'because' | 'strength'>,
  used: Set<string>,
): Draft => {
  const own = countedBy.get(type);
  if (own !== undefined) {
    const known: Weight | undefined = Object.hasOwn(defaultWeights, own)
      ? defaultWeights[own as keyof typeof defaultWeights]
      : undefined;
    const phrase = known === undefined ? `${features[own].says} {times}` : undefined;
    return { name: own, earns: known?.earns ?? earns, because, strength, phrase };
  }
  const name = freeName(columnName(type), used);
  const says = `events of type ${type.replaceAll(/[{}]/g, ' ').slice(0, 100)}`;
  const feature = { is: { op: 'countWhere', column: 'event_type', equals: type }, unit: 'events', says };
  return {
    name,
    earns,
    because,
    strength,
    phrase: 'binary' in earns ? plain(type) : `${plain(type)} {times}`,
    feature,
  };
};

// Types ---------------------------------------------------------------------------------------------------------------

/** Types that get points, at most, and users that a type must have to be more than an accident. */
const MOST_TYPES = 6;

/** Curves of types are drawn with the largest value in reach; a type of one event per user is there or not. */
const typeDraft = (
  { type, role, why }: JudgedType,
  evidence: Evidence,
  learned: boolean,
  used: Set<string>,
  users: number,
): Draft | undefined => {
  const [has, much] = [liftOf(evidence.has), liftOf(evidence.much)];
  if (learned) {
    const byMuch = much > has && evidence.high > 1;
    const lift = byMuch ? much : has;
    if (lift < LEAST_LIFT) return undefined;
    const contrast = byMuch ? evidence.much : evidence.has;
    const who = byMuch ? `with more than ${grouped(evidence.middle)} before` : 'with it';
    const because = `${inWords(contrast, who, '')}${curveReason(evidence.high)}`;
    return ofType(type, { earns: curveFor(evidence.high), because, strength: Math.log2(lift) }, used);
  }
  const { having, lacking } = evidence.has;
  const share = having / Math.max(1, having + lacking);
  if (having === 0 || (having < 2 && users > 20)) return undefined;
  // The rarer and the more effort, the more it says.
  const factor = { effort: 2, other: 1, passive: 0.4, conversion: 2, against: 0, 'opt-out': 0 }[role];
  const strength = factor * (0.5 + Math.min(5, -Math.log2(share)));
  const because = `${percent(share, share < 0.1 ? 1 : 0)} of the users have it, and ${why.replace(/^read as [^;]*; /, '')}${curveReason(evidence.high)}`;
  return strength === 0 ? undefined : ofType(type, { earns: curveFor(evidence.high), because, strength }, used);
};

const amountDraft = (name: string, evidence: Evidence, learned: boolean, used: Set<string>): Draft | undefined => {
  const { having } = evidence.has;
  if (having < 2 || !(evidence.high > 0)) return undefined;
  const lift = Math.max(liftOf(evidence.much), liftOf(evidence.has));
  if (learned && lift < LEAST_LIFT) return undefined;
  const isMuch = liftOf(evidence.much) >= liftOf(evidence.has);
  const because = learned
    ? inWords(
        isMuch ? evidence.much : evidence.has,
        isMuch ? `whose sum is above ${grouped(evidence.middle)}` : 'with any',
        '',
      )
    : `a number that adds up; half of those who have it have over ${grouped(evidence.middle)}`;
  const own = freeName(`total_${columnName(name.split('.').at(-1) ?? name) || 'amount'}`, used);
  return {
    name: own,
    earns: { log_full_at: Math.max(1, rounded(evidence.high)) },
    because,
    strength: learned ? Math.log2(lift) : 4,
    phrase: `${plain(name.split('.').at(-1) ?? name)} {value} in all`,
    feature: {
      is: { op: 'sum', column: name },
      unit: 'total',
      says: `sum of ${name.replaceAll(/[{}]/g, ' ').slice(0, 100)}`,
    },
  };
};

// General signals -----------------------------------------------------------------------------------------------------

/** Half-lives of recency: by default a week, and longer for people who come back rarely. */
const halfLife = (gapDays: number): number => [7, 14, 30, 60, 90].find((days) => days >= gapDays * 1.5) ?? 90;

/** Share of users with more than one active day from which days say something. */
const SEVERAL = 0.05;

const generalDrafts = ({ days, gapDays, highEvents, from, until }: Behaviour): Draft[] => {
  const life = halfLife(gapDays);
  const pause = gapDays > 0 ? `; of those who come back, half pause ${grouped(Math.round(gapDays))} days or less` : '';
  const comeBack = days.several >= SEVERAL;
  const volume: Draft = comeBack
    ? {
        name: 'active_days',
        earns: curveFor(Math.max(2, days.high)),
        because: `${percent(days.several)} of the users came back on another day${curveReason(Math.max(2, days.high))}`,
        strength: 1,
        phrase: 'active on {value} {day|days}',
        feature: { is: { op: 'distinctDays' }, unit: 'days', says: 'days with an event' },
      }
    : {
        name: 'total_events',
        earns: { log_full_at: Math.max(2, rounded(highEvents)) },
        because: `hardly anybody came back on another day, so the number of events counts${curveReason(Math.max(2, highEvents))}`,
        strength: 1,
        phrase: '{value} {event|events}',
      };
  const lasts = until - from >= 86_400_000_000n;
  return [
    volume,
    ...(lasts
      ? [
          {
            name: 'days_since_last_event',
            earns: { half_life: life },
            because: `leads cool: half of the points are gone in ${life} days${pause}`,
            strength: 0.75,
            phrase: undefined,
          },
        ]
      : []),
  ];
};

/** Points of 100 in whole numbers, in proportion to strengths; each at least `least`. */
export const shared = (strengths: readonly number[], total: number): number[] => {
  const sum = strengths.reduce((all, one) => all + one, 0);
  const least = Math.min(2, Math.floor(total / strengths.length));
  const free = total - least * strengths.length;
  const exact = strengths.map((one) => (sum === 0 ? free / strengths.length : (one / sum) * free));
  const whole = exact.map(Math.floor);
  let left = free - whole.reduce((all, one) => all + one, 0);
  for (const [i] of [...exact.entries()].toSorted(([i, a], [j, b]) => (b % 1) - (a % 1) || i - j)) {
    if (left <= 0) break;
    whole[i] = (whole[i] ?? 0) + 1;
    left -= 1;
  }
  return whole.map((points) => points + least);
};

/** Weights, and what was found for them. */
export interface Signals {
  readonly signals: readonly Signal[];
  /** True if the points follow from who converted later; otherwise from how rare something is and how much effort it takes. */
  readonly learned: boolean;
  /** Types that did not raise the share who convert. */
  readonly without: readonly string[];
}

/** Proposes weights for what a log has. */
export const signalsFor = (
  types: readonly JudgedType[],
  behaviour: Behaviour,
  before: Before,
  hasConversion: boolean,
): Signals => {
  const learned =
    hasConversion && before.converted >= LEAST_CONVERTED && before.users - before.converted >= LEAST_CONVERTED;
  const used = new Set<string>();
  const general = generalDrafts(behaviour);
  for (const { name } of general) used.add(name);
  const usable = [...new Map(types.map((one) => [one.type, one])).values()].filter(
    ({ role, type }) =>
      role !== 'conversion' && role !== 'opt-out' && (learned || role !== 'against') && before.ofType.has(type),
  );
  const drafts = usable.map((one) => {
    const evidence = before.ofType.get(one.type);
    return { type: one.type, draft: evidence && typeDraft(one, evidence, learned, used, behaviour.users) };
  });
  const amounts = [...before.ofAmount].map(([name, evidence]) => amountDraft(name, evidence, learned, used));
  const did = [...drafts.map(({ draft }) => draft), ...amounts]
    .filter((draft) => draft !== undefined)
    .toSorted((a, b) => b.strength - a.strength)
    .slice(0, MOST_TYPES);
  const forDid =
    did.length === 0 ? 0 : learned ? Math.min(80, 50 + 8 * did.length) : Math.min(65, 20 + 15 * did.length);
  const points = [
    ...(did.length === 0
      ? []
      : shared(
          did.map(({ strength }) => strength),
          forDid,
        )),
    ...shared(
      general.map(({ strength }) => strength),
      100 - forDid,
    ),
  ];
  const signals = [...did, ...general].map(({ strength: _, ...draft }, i): Signal => ({
    ...draft,
    points: points[i] ?? 0,
  }));
  const without = learned ? drafts.filter(({ draft }) => draft === undefined).map(({ type }) => type) : [];
  return { signals, learned, without };
};
