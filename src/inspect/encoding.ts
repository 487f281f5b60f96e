/** Files that are not UTF-8, of which so many rows would be lost that there is no point in proposing settings. */
import { bad, ENCODING_ADVICE } from '../intake/refuse.js';
import { MAX_REJECTED } from '../model.js';
import { percent } from '../text/numbers.js';

/**
 * Refuses a file of which too many rows are not UTF-8.
 *
 * @param lost rows that are not UTF-8, of `rows` that were looked at
 * @throws Failure `data` with what to do
 */
export const refuseEncoding = (name: string, lost: number, rows: number): void => {
  if (lost <= rows * MAX_REJECTED) return;
  throw bad(name, `${percent(lost / rows)} of the rows are not UTF-8, and would be lost: ${ENCODING_ADVICE}`);
};
