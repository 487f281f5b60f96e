/** Everything about users that were read. */
import type { Users } from '../../src/scoring/users.js';

/** Everything a reader found out, bit by bit: 0 and -0 are two values. */
export const told = (users: Users) =>
  Array.from({ length: users.count }, (_, i) => ({
    id: users.ids.at(i),
    name: users.names.at(i),
    converted: users.converted(i),
    optedOut: users.optedOut(i),
    last: users.last(i),
    values: [...users.values(i)],
    shown: users.shown.map((texts) => texts.at(i)),
  }));
