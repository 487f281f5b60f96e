/** Values of flags: refused with a sentence, not guessed. */
import { InvalidArgumentError } from 'commander';

/** A whole number of at least 1. */
export const countOption = (value: string): number => {
  if (!/^\d{1,9}$/.test(value) || Number(value) === 0)
    throw new InvalidArgumentError('It has to be a whole number from 1.');
  return Number(value);
};

/** A score: a number from 0 to 100. */
export const scoreOption = (value: string): number => {
  if (!/^\d+(\.\d+)?$/.test(value) || Number(value) > 100) {
    throw new InvalidArgumentError('It has to be a number from 0 to 100.');
  }
  return Number(value);
};
