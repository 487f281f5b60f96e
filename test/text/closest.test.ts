import { expect, it } from 'vitest';
import { closest, didYouMean } from '../../src/text/closest.js';

const NAMES = ['signups', 'signup_rate', 'page_views', 'spam_rate'];

it.each([
  ['signupz', 'signups'], // another letter
  ['sinups', 'signups'], // one missing
  ['siggnups', 'signups'], // one too many
  ['singups', 'signups'], // two swapped
  ['SIGNUPS', 'signups'],
  ['pagevews', 'page_views'],
  ['pricing', undefined],
  ['xy', undefined],
])('%s stands for %s', (name, meant) => {
  expect(closest(name, NAMES)).toBe(meant);
});

it('neighbours that are swapped are one letter, not two', () => {
  expect(closest('ab', ['ba'], 1)).toBe('ba');
  expect(closest('abc', ['cab'], 1)).toBeUndefined();
});

it('the nearest is meant, the first of equals; in words at the end of a message', () => {
  expect(closest('cat', ['cut', 'cot'])).toBe('cut');
  expect(closest('cat', ['dog', 'cats', 'cat'])).toBe('cat');
  expect(didYouMean('signupz', NAMES)).toBe('. Did you mean "signups"?');
  expect(didYouMean('x', NAMES)).toBe('');
});
