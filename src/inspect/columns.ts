/** Which column of a file is what: by its name and by what it holds. Nothing here reads a file. */
import { best, type Found } from './candidates.js';
import { isOfEach, othersOf } from './otherColumns.js';
import type { Profile } from './profile.js';
import { type FoundTime, timesOf } from './timeColumns.js';
import { LEAST_TYPE, pagesAsTypes, typeCandidate } from './typeColumns.js';
import { addressOf, anonymousOf, idInsteadOf, namesOf, sessionAsUser, userCandidate } from './userColumns.js';

/** What the columns of a file are. */
export interface Roles {
  readonly user?: Found | undefined;
  readonly anonymous?: Found | undefined;
  readonly time?: FoundTime | undefined;
  /** Every column of times. */
  readonly times: ReadonlySet<string>;
  readonly type?: Found | undefined;
  /** Our other columns -> theirs. */
  readonly others: ReadonlyMap<string, Found>;
}

/** What the columns of a file are. */
export const rolesOf = ({ columns, rows }: Pick<Profile, 'columns' | 'rows'>): Roles => {
  const { time, columns: times } = timesOf(columns, rows);
  const free = columns.filter(({ name }) => !times.has(name) || name === 'user_id' || name === 'event_type');
  const types = free.map((column) => typeCandidate(column, rows)).filter(({ score }) => score >= LEAST_TYPE);
  const people = free.map((column) => userCandidate(column, rows));
  const named = best(people);
  const byContent = named !== undefined && named.score < 3;
  // What says what people did is no person, unless its name says so.
  const user = byContent ? best(people.filter(({ name }) => !types.some((one) => one.name === name))) : named;
  const owner = idInsteadOf(free, user, people) ?? addressOf(free, user, rows) ?? user ?? sessionAsUser(free);
  const type = best(types.filter(({ name }) => name !== owner?.name)) ?? pagesAsTypes(free, [owner?.name]);
  const taken = new Set([...times, owner?.name, type?.name].filter((name) => name !== undefined));
  const persons = columns.find(({ name }) => name === owner?.name);
  const others = othersOf(columns, rows, taken, persons);
  const names = others.has('username')
    ? undefined
    : namesOf(
        free.filter((column) => isOfEach(column, persons)),
        new Set([...taken, ...[...others.values()].map(({ name }) => name)]),
      );
  if (names !== undefined) others.set('username', names);
  return {
    user: owner,
    anonymous: owner && anonymousOf(free, owner, rows),
    time,
    times,
    type,
    others,
  };
};
