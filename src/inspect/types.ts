/** What event types are: by their names, and by who has them. Nothing here reads a file. */
import {
  againstNames,
  againstWords,
  automaticNames,
  besideOptOut,
  conversions,
  effortWords,
  mailingWords,
  notConvertingWords,
  optOutTypes,
  optOutWords,
  passiveWords,
} from '../catalogue/customs.js';
import { EVENT_TYPES } from '../model.js';
import { bareName, plainWordsOf } from '../text/names.js';
import { withHead } from './candidates.js';
import { percent } from '../text/numbers.js';

/** An event type of the log, and who has it. */
export interface TypeCount {
  /** In the words of the log. */
  readonly theirs: string;
  /** In ours, if it is one of ours; otherwise theirs. */
  readonly type: string;
  readonly events: number;
  readonly users: number;
  /** Users whose first event is of this type. */
  readonly first: number;
}

/** What a type says about somebody. */
export type TypeRole = 'conversion' | 'effort' | 'passive' | 'against' | 'opt-out' | 'other';

/** An event type, and what it is taken for. */
export interface JudgedType extends TypeCount {
  readonly role: TypeRole;
  readonly why: string;
}

/** Words and pairs of words of a name: `order_completed` is order, completed and order_completed. */
const termsOf = (name: string): string[] => {
  const words = plainWordsOf(name);
  return [
    ...words.flatMap(withHead),
    ...words.slice(1).map((word, i) => `${words[i]}_${word}`),
    ...(words.length > 1 ? [bareName(name)] : []),
  ];
};

/** The types of ours that are conversions by themselves, by the group that they belong to. */
const OURS: Readonly<Record<string, string>> = { calendar_booking: 'a booking', signup: 'a registration' };

/** The group of conversions that a type belongs to by its name; -1 if it is none. */
export const conversionGroup = (type: string): number => {
  const own = Object.hasOwn(OURS, type) ? OURS[type] : undefined;
  if (own !== undefined) return conversions.findIndex(({ says }) => says === own);
  if ((EVENT_TYPES as readonly string[]).includes(type)) return -1;
  const terms = termsOf(type);
  // Several words say more than one: `subscription_started` is one, although `started` alone speaks against it.
  const said = terms.filter((term) => term.includes('_') && conversions.some(({ words }) => words.includes(term)));
  const spoken = new Set(said.flatMap((term) => term.split('_')));
  const isAnother = (term: string): boolean => notConvertingWords.has(term) || againstWords.has(term);
  if (terms.some((term) => isAnother(term) && !spoken.has(term))) return -1;
  return conversions.findIndex(({ words }) => terms.some((term) => words.includes(term)));
};

const isOptOut = (type: string): boolean => {
  const withoutMail = plainWordsOf(type).filter((word) => !mailingWords.has(word));
  const isOne = [bareName(type), withoutMail.join(''), withoutMail.join('').replace(/^newsletter/, '')].some((name) =>
    optOutTypes.includes(name),
  );
  const term = termsOf(type).find((one) => optOutWords.has(one));
  const others = withoutMail.filter((word) => term !== word && !term?.split('_').includes(word));
  return isOne || (term !== undefined && others.every((word) => besideOptOut.has(word)));
};

/** How strong a signal a type is, and the word of its name that says so. */
const signalBy = (strength: string, type: string, word: string): string =>
  word === bareName(type) ? strength : `${strength} (${word})`;

/** Why a type is worth much, or little. */
const [STRONG, LIGHT] = ['a strong signal: it takes effort', 'a light signal: it takes little effort'];

/** What the name of a type says, apart from conversions. */
const roleByName = (type: string): { role: TypeRole; why: string } => {
  const terms = termsOf(type);
  const word = (words: ReadonlySet<string>): string | undefined => terms.find((term) => words.has(term));
  if (isOptOut(type)) return { role: 'opt-out', why: 'asks not to be contacted' };
  const name = bareName(type);
  const against = againstNames.has(name) ? name : word(againstWords);
  if (against !== undefined) return { role: 'against', why: `${against} speaks against a call, so it earns nothing` };
  if (automaticNames.has(name)) return { role: 'passive', why: LIGHT };
  const effort = word(effortWords);
  if (effort !== undefined) return { role: 'effort', why: signalBy(STRONG, type, effort) };
  if (type === 'page_view') return { role: 'passive', why: LIGHT };
  if ((EVENT_TYPES as readonly string[]).includes(type)) return { role: 'effort', why: 'built-in' };
  const passive = word(passiveWords);
  if (passive !== undefined) return { role: 'passive', why: signalBy(LIGHT, type, passive) };
  return { role: 'other', why: 'counted as activity' };
};

/** The types that speak against somebody: what failed, was refunded or lost is neither money nor interest. */
export const typesAgainst = (types: readonly JudgedType[]): string[] =>
  types.filter(({ role }) => role === 'against').map(({ type }) => type);

/** What people are after in a log: the types that are conversions, or why there are none. */
export interface Conversion {
  readonly types: readonly string[];
  /** True if it is the default: signed up and booked. */
  readonly isDefault: boolean;
  readonly why: string;
  /** Types that look like conversions and are not proposed, with the reason. */
  readonly others: readonly string[];
}

/** Above this share of the users nothing is left to predict; and above this share of first events, they begin with it. */
const [NEARLY_ALL, BEGINS] = [0.95, 0.6];

/** The groups of `conversions` that can be where people begin, rather than what they come to: enrolments, registrations. */
const BEGINNINGS = 3;

/** The users of a type in all of the log's words for it together. */
const byType = (types: readonly TypeCount[]): Map<string, TypeCount> => {
  const all = new Map<string, TypeCount>();
  for (const one of types) {
    const before = all.get(one.type);
    all.set(
      one.type,
      before === undefined
        ? one
        : {
            ...one,
            events: before.events + one.events,
            users: Math.max(before.users, one.users),
            first: before.first + one.first,
          },
    );
  }
  return all;
};

/** Types that are proposed as one conversion, at most. */
const MOST_AT_ONCE = 4;

/** The deepest conversion that the types of a log offer. @param users of the log */
export const conversionOf = (types: readonly TypeCount[], users: number): Conversion => {
  const all = [...byType(types).values()];
  const others: string[] = [];
  for (const [group, { says }] of conversions.entries()) {
    const named = all.filter(({ type }) => conversionGroup(type) === group);
    const fitting = named.filter(({ type, users: n, first }) => {
      const reason =
        all.length > 1 && n > users * NEARLY_ALL
          ? `${percent(n / users)} of the users have it, so there is nothing to predict`
          : group >= BEGINNINGS && first > n * BEGINS && first > 1
            ? `${percent(Math.min(1, first / n))} of those who have it begin with it`
            : all.length === 1
              ? 'it is the only type'
              : undefined;
      if (reason !== undefined) others.push(`${type} looks like ${says}, but ${reason}`);
      return reason === undefined;
    });
    const chosen = fitting.toSorted((a, b) => b.users - a.users).slice(0, MOST_AT_ONCE);
    if (chosen.length === 0) continue;
    const isBooking = chosen.some(({ type }) => type === 'calendar_booking');
    if (isBooking && all.some(({ type }) => type === 'signup')) {
      return {
        types: ['signup', 'calendar_booking'],
        isDefault: true,
        why: 'the default: signed up and booked a call',
        others,
      };
    }
    const names = chosen.map(({ type }) => type);
    return {
      types: names,
      isDefault: false,
      why: `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} ${says}, by name`,
      others,
    };
  }
  return { types: [], isDefault: true, why: 'no event type looks like a conversion', others };
};

/** What each type is taken for. */
export const judged = (types: readonly TypeCount[], conversion: Conversion): JudgedType[] =>
  types.map((one) => {
    const { theirs, type } = one;
    const read = theirs === type ? '' : `read as ${type}; `;
    if (conversion.types.includes(type)) return { ...one, role: 'conversion', why: `${read}the conversion` };
    const { role, why } = roleByName(type);
    return { ...one, role, why: `${read}${why}` };
  });
