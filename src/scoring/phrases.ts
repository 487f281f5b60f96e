/** The words of a signal: a phrase with the value of one user in it. */

const times = (n: number): string => (n === 1 ? 'once' : n === 2 ? 'twice' : `${grouped(n)} times`);

/** A number for people: thousands grouped, at most two decimals. The same in every locale. */
const grouped = (value: number): string => {
  const rounded = Math.round(value * 100) / 100;
  if (Math.abs(rounded) < 1000) return String(rounded);
  if (Math.abs(rounded) >= 1e15) return value.toExponential(2);
  const [whole = '', fraction] = String(rounded).split('.');
  return whole.replaceAll(/\B(?=(\d{3})+$)/g, ',') + (fraction === undefined ? '' : `.${fraction}`);
};

const ago = (days: number): string => {
  const whole = Math.floor(Math.max(0, days));
  if (whole === 0) return 'today';
  return whole === 1 ? '1 day ago' : `${grouped(whole)} days ago`;
};

/** What a phrase may hold, and what becomes of it. */
export const PLACEHOLDERS: Readonly<Record<string, (value: number) => string>> = {
  times,
  value: grouped,
  percent: (value) => `${Math.round(Math.min(1, Math.max(0, value)) * 100)}%`,
  ago,
};

/** Words for a value of 1 and for any other: `{page|pages}`. */
const ONE_OR_MANY = /^\{([^{}|]*)\|([^{}|]*)\}$/;

/** A phrase of the weights made ready: from a value to words. Anything else in braces stays as it is. */
export const phrasing = (phrase: string): ((value: number) => string) => {
  const parts = phrase.split(/(\{[^{}]+\})/).map((part): string | ((value: number) => string) => {
    const [choice, one = '', many = ''] = ONE_OR_MANY.exec(part) ?? [];
    if (choice !== undefined) return (value) => (value === 1 ? one : many);
    const name = part.slice(1, -1);
    return part.startsWith('{') && Object.hasOwn(PLACEHOLDERS, name) ? (PLACEHOLDERS[name] ?? part) : part;
  });
  return (value) => {
    let said = '';
    for (const part of parts) said += typeof part === 'string' ? part : part(value);
    return said;
  };
};
