/** Names for the features that are proposed. Nothing here reads a file. */
import { contactColumns } from '../catalogue/customs.js';
import { features } from '../catalogue/features.js';
import { RESERVED } from '../config/resolve.js';

/** Names that are columns already: built in, of a file, or shown in the list. */
const TAKEN: ReadonlySet<string> = new Set([
  ...Object.keys(features),
  ...RESERVED,
  ...contactColumns,
  'opted_out',
  'events',
  'anonymous_id',
]);

/** A name for a feature that no column has, like the wanted one. @param used names that are given already; the new one is added */
export const freeName = (wanted: string, used: Set<string>): string => {
  const base = /^[a-z]/.test(wanted) ? wanted : 'type';
  const names = [base, `${base}_count`, ...Array.from({ length: 600 }, (_, i) => `${base}_${i + 2}`)];
  const free = names.find((name) => !TAKEN.has(name) && !used.has(name)) ?? base;
  used.add(free);
  return free;
};
