/** What the engine answers to a file of any bytes, with what every answer must keep. */
import assert from 'node:assert/strict';
import { Failure } from '../../src/model.js';
import { printable } from '../../src/text/printable.js';
import { find, type Found } from '../engine/find.js';

/**
 * What is found in a file, or the reason why it is refused.
 *
 * @throws any other error, or an assertion if the accounting or the message is wrong
 */
export const answerTo = async (
  file: Buffer,
  options: NonNullable<Parameters<typeof find>[1]> = {},
): Promise<Found | Failure> => {
  const found = await find([file], { threads: 1, ...options }).catch((error: unknown) => {
    if (error instanceof Failure) return error;
    throw error;
  });
  if (found instanceof Failure) {
    assert.match(printable(found.message), /^\S.*\S$/u);
    return found;
  }
  const { read, used, rejected, duplicate, withoutUser, later } = found.accounts;
  assert.equal(used + rejected + duplicate + withoutUser + later, read);
  assert.equal(found.faults.length, rejected);
  const total = found.rows[0]?.indexOf('total_events') ?? -1;
  assert.equal(
    found.rows.slice(1).reduce((sum, row) => sum + Number(row[total]), 0),
    used,
  );
  return found;
};
