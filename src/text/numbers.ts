/** Numbers as text: read strictly from cells, and written for people in the same way in every locale. */

/** A plain decimal, with or without an exponent; not NaN, Infinity, 0x10, 1,000 or +5. */
const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** The value of a cell: NaN if it is empty (unknown), undefined if it is not a number. */
export const cellNumber = (cell: string): number | undefined => {
  if (cell === '') return Number.NaN;
  if (!NUMBER.test(cell)) return undefined;
  const value = Number(cell);
  return Number.isFinite(value) ? value : undefined;
};

/** A number for people: thousands grouped, at most two decimals; with an exponent from 1e15. */
export const grouped = (value: number): string => {
  const rounded = Math.round(value * 100) / 100;
  if (Math.abs(rounded) < 1000) return String(rounded);
  if (Math.abs(rounded) >= 1e15) return value.toExponential(2);
  const [whole = '', fraction] = String(rounded).split('.');
  return whole.replaceAll(/\B(?=(\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`);
};

/** A count with its noun: `1 user`, `1,000 users`. */
export const counted = (n: number, noun: string): string => `${grouped(n)} ${noun}${n === 1 ? '' : 's'}`;

/** A number of people: `1 person`, `1,000 people`. */
export const countedPeople = (n: number): string => (n === 1 ? '1 person' : `${grouped(n)} people`);

/** Points with their sign, from hundredths, rounded half away from zero: `+6.86` or `+6.9`; 0 is `0.00` or `+0.0`. */
export const signedPoints = (hundredths: number, decimals: 1 | 2): string => {
  if (decimals === 2) return `${hundredths > 0 ? '+' : ''}${(hundredths / 100).toFixed(2)}`;
  const tenths = Math.round(Math.abs(hundredths) / 10);
  return `${hundredths < 0 ? '-' : '+'}${Math.floor(tenths / 10)}.${tenths % 10}`;
};

/** A share from 0 to 1 as a percentage with at most this many decimals: `5%`, `0.3%`. */
export const percent = (share: number, decimals = 0): string => `${Number((share * 100).toFixed(decimals))}%`;
