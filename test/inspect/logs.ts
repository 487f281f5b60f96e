/** Small logs of many businesses, made by a rule, in every shape that logs come in. */

/** A person who does something, at a second since 2025 began. */
export interface Act {
  readonly user: string;
  readonly at: number;
  readonly type: string;
  readonly amount: number;
}

const START = Date.UTC(2025, 0, 1);

/**
 * The acts of `people` people: all look around, every third one does `signal` on the second day, and of those half get to
 * `goal` on the fourth; of the others one of ten does.
 */
export const story = (people: number, { look = 'view', signal = 'add_to_cart', goal = 'purchase' } = {}): Act[] =>
  Array.from({ length: people }, (_, i): Act[] => {
    const begins = i * 7200;
    const act = (day: number, type: string): Act => ({
      user: `u${1000 + i}`,
      at: begins + day * 86_400 + i,
      type,
      amount: (i % 7) + 1,
    });
    const isKeen = i % 3 === 0;
    const converts = isKeen ? i % 2 === 0 : i % 10 === 1;
    return [
      act(0, look),
      act(1, look),
      ...(isKeen ? [act(1.5, signal)] : []),
      ...(converts ? [act(3, goal)] : []),
      ...(i % 4 === 0 ? [act(4, look)] : []),
    ];
  })
    .flat()
    .toSorted((a, b) => a.at - b.at || (a.user < b.user ? -1 : 1));

const two = (n: number): string => String(n).padStart(2, '0');
const dateOf = ({ at }: Act): Date => new Date(START + at * 1000);

/** How timestamps can be written. */
export const WRITTEN: Readonly<Record<string, (act: Act) => string>> = {
  iso: (act) => dateOf(act).toISOString(),
  spaced: (act) => dateOf(act).toISOString().slice(0, 19).replace('T', ' '),
  day: (act) => dateOf(act).toISOString().slice(0, 10),
  epoch: (act) => String(Math.floor(dateOf(act).getTime() / 1000)),
  millis: (act) => String(dateOf(act).getTime()),
  european: (act) => {
    const date = dateOf(act);
    return `${two(date.getUTCDate())}/${two(date.getUTCMonth() + 1)}/${date.getUTCFullYear()} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`;
  },
  compact: (act) => dateOf(act).toISOString().slice(0, 10).replaceAll('-', ''),
};

/** Rows as CSV. */
export const csvOf = (
  header: readonly string[] | undefined,
  rows: readonly (readonly (string | number)[])[],
  delimiter = ',',
): string => [...(header === undefined ? [] : [header]), ...rows].map((row) => `${row.join(delimiter)}\n`).join('');
