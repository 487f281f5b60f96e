/** Starter weights that use only what a log has, each with its reason. Nothing here reads a file. */
import { features } from '../catalogue/features.js';
import { eventTypesOf, type Feature } from '../catalogue/measures.js';
import { defaultWeights, type Weights } from '../catalogue/weights.js';
import { columnName, wordsOf } from '../text/names.js';
import { grouped, percent } from '../text/numbers.js';
import type { Before, Behaviour, Evidence } from './behaviour.js';
import { curveFor, curveReason, LEAST_CONVERTED, LEAST_LIFT, rounded, strongest } from './evidence.js';
import { generalDrafts } from './general.js';
import { freeName } from './names.js';
import type { Draft, Signal } from './signal.js';
import { type JudgedType, typesAgainst } from './types.js';

/** Features of the catalogue that count events of one type. */
const countedBy: ReadonlyMap<string, { readonly name: string; readonly says: string }> = new Map(
  Object.entries<Feature>(features).flatMap(([name, { from, is, says }]) =>
    from === 'events' && is.op === 'countWhere' ? eventTypesOf(is).map((type) => [type, { name, says }] as const) : [],
  ),
);

const weights: Weights = defaultWeights;

/** Text that stands in a phrase as it is. */
const plain = (text: string): string => wordsOf(text).join(' ').replaceAll(/[{}]/g, '').slice(0, 60) || 'event';

/** The signal that counts events of a type, with the curve of the default weight or else one by how many there are. */
const ofType = (
  type: string,
  { high, strength, ...given }: Pick<Draft, 'because' | 'strength'> & Pick<Evidence, 'high'>,
  used: Set<string>,
): Draft => {
  const earns = curveFor(high);
  const because = `${given.because}${curveReason(high)}`;
  const own = countedBy.get(type);
  if (own !== undefined) {
    const known = Object.hasOwn(weights, own.name) ? weights[own.name] : undefined;
    const phrase = known === undefined ? `${own.says} {times}` : undefined;
    const curve = known === undefined ? { earns, because } : { earns: known.earns, because: given.because };
    return { name: own.name, ...curve, strength, phrase };
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

/** The most signals of what people did. */
const MOST_TYPES = 6;

/** The share of users from which everybody has something. */
const EVERYBODY = 0.98;

/** A type that is worth points, by the log if it says who converts, otherwise by how rare it is and the effort it takes. */
const typeDraft = (
  { type, role, why }: JudgedType,
  evidence: Evidence,
  learned: boolean,
  used: Set<string>,
  users: number,
): Draft | undefined => {
  const { having, lacking } = evidence.has;
  if (having === 0 || (having < 2 && users > 20)) return undefined;
  if (learned) {
    const words = { has: 'with it', much: `with more than ${grouped(evidence.middle)}` };
    const { lift, because } = strongest(evidence, words);
    if (lift < LEAST_LIFT) return undefined;
    return ofType(type, { high: evidence.high, because, strength: Math.log2(lift) }, used);
  }
  const share = having / Math.max(1, having + lacking);
  // What everybody has once tells nobody apart.
  if ('binary' in curveFor(evidence.high) && share >= EVERYBODY) return undefined;
  // The rarer and the more effort, the more it says.
  const factor = { effort: 2, other: 1, passive: 0.4, conversion: 2, against: 0, 'opt-out': 0 }[role];
  const strength = factor * (0.5 + Math.min(5, -Math.log2(share)));
  const because = `${percent(share, share < 0.1 ? 1 : 0)} of the users have it; ${why.replace(/^read as [^;]*; /, '')}`;
  return strength === 0 ? undefined : ofType(type, { high: evidence.high, because, strength }, used);
};

/** The sum of a column of numbers. */
const amountDraft = (
  name: string,
  evidence: Evidence,
  {
    learned,
    isOnly,
    except,
  }: { readonly learned: boolean; readonly isOnly: boolean; readonly except: readonly string[] },
  used: Set<string>,
): Draft | undefined => {
  if (evidence.has.having < 2 || !(evidence.high > 0)) return undefined;
  const words = { has: 'with any', much: `whose sum is above ${grouped(evidence.middle)}` };
  const { lift, because } = strongest(evidence, words);
  if (learned && lift < LEAST_LIFT) return undefined;
  const own = name.split('.').at(-1) ?? name;
  return {
    name: freeName(`total_${columnName(own) || 'amount'}`, used),
    earns: { log_full_at: Math.max(1, rounded(evidence.high)) },
    because: learned
      ? because
      : `a number that adds up; half of those who have it have over ${grouped(evidence.middle)}`,
    // What each event is worth says most where all events are of one type; otherwise it may be the price of something seen.
    strength: learned ? Math.log2(lift) : isOnly ? 4 : 1.5,
    phrase: `${plain(own)} {value} in all`,
    feature: {
      is: { op: 'sum', column: name },
      unit: 'total',
      says: `sum of ${name.replaceAll(/[{}]/g, ' ').slice(0, 100)}`,
      except,
    },
  };
};

/** Points of 100 in whole numbers, in proportion to strengths; each at least `least`. */
export const shared = (strengths: readonly number[], total: number): number[] => {
  const sum = strengths.reduce((all, one) => all + one, 0);
  const least = Math.min(2, Math.floor(total / strengths.length));
  const free = total - least * strengths.length;
  const exact = strengths.map((one) => (sum === 0 ? free / strengths.length : (one / sum) * free));
  const whole = exact.map(Math.floor);
  let left = free - whole.reduce((all, one) => all + one, 0);
  for (const [i] of [...exact.entries()].toSorted(([x, a], [y, b]) => (b % 1) - (a % 1) || x - y)) {
    if (left <= 0) break;
    whole[i] = (whole[i] ?? 0) + 1;
    left -= 1;
  }
  return whole.map((points) => points + least);
};

/** What the points follow from: who converted later, a guess since the log is silent about it, or one since it has no conversion. */
export type Basis = 'learned' | 'silent' | 'guessed';

/** Weights, and what was found for them. */
export interface Signals {
  readonly signals: readonly Signal[];
  readonly basis: Basis;
  /** Types that did not raise the share who convert. */
  readonly without: readonly string[];
}

/** Points of what people did, of 100, where the other signals were not compared with it. */
const pointsForDid = (did: number, basis: Basis): number => {
  if (did === 0) return 0;
  if (basis === 'learned') return Math.min(80, 50 + 8 * did);
  return Math.min(65, 20 + 15 * did);
};

/** Proposes weights for what a log has. @param hasConversion whether the log says who converts */
export const signalsFor = (
  types: readonly JudgedType[],
  behaviour: Behaviour,
  before: Before,
  hasConversion: boolean,
): Signals => {
  const except = typesAgainst(types);
  const general = generalDrafts(behaviour, before, except);
  const usable = [...new Map(types.map((one) => [one.type, one])).values()].filter(
    ({ role, type }) => !['conversion', 'against', 'opt-out'].includes(role) && before.ofType.has(type),
  );
  const draftsBy = (learned: boolean): { did: Draft[]; without: string[] } => {
    const used = new Set(general.map(({ name }) => name));
    const ofTypes = usable.map((one) => {
      const evidence = before.ofType.get(one.type);
      return { type: one.type, draft: evidence && typeDraft(one, evidence, learned, used, behaviour.users) };
    });
    const amounts = [...before.ofAmount].map(([name, evidence]) =>
      amountDraft(name, evidence, { learned, isOnly: types.length === 1, except }, used),
    );
    const did = [...ofTypes.map(({ draft }) => draft), ...amounts]
      .filter((draft) => draft !== undefined)
      .toSorted((a, b) => b.strength - a.strength)
      .slice(0, MOST_TYPES);
    return { did, without: ofTypes.filter(({ draft }) => draft === undefined).map(({ type }) => type) };
  };
  const enough = before.converted >= LEAST_CONVERTED && before.users - before.converted >= LEAST_CONVERTED;
  const learned = hasConversion && enough ? draftsBy(true) : undefined;
  const isTold = learned !== undefined && learned.did.length > 0;
  const basis: Basis = isTold ? 'learned' : learned === undefined ? 'guessed' : 'silent';
  const { did } = isTold ? learned : draftsBy(false);
  const strengths = (drafts: readonly Draft[]): number[] => drafts.map(({ strength }) => strength);
  const all = [...did, ...general];
  const forDid = pointsForDid(did.length, basis);
  const apart = (): number[] => [
    ...(did.length === 0 ? [] : shared(strengths(did), forDid)),
    ...shared(strengths(general), 100 - forDid),
  ];
  // Compared at one instant, all of them are on one scale.
  const points = basis === 'learned' && before.until !== undefined ? shared(strengths(all), 100) : apart();
  const signals = all.map(({ name, earns, phrase, because, feature }, i): Signal => ({
    name,
    points: points[i] ?? 0,
    earns,
    phrase,
    because,
    feature,
  }));
  return { signals, basis, without: isTold ? learned.without : [] };
};
