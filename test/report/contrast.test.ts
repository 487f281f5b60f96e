/** The colours of the page can be told apart: text by 4.5 to 1, marks by 3 to 1, in both themes (WCAG 2.2, 1.4.3 and 1.4.11). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync(new URL('../../src/report/browser.css', import.meta.url), 'utf8');

type Theme = 'light' | 'dark';

const tokens = new Map(
  [...css.matchAll(/--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)/g)].map(
    ([, name = '', light = '', dark = '']) => [name, { light, dark }] as const,
  ),
);

/** Relative luminance as WCAG defines it. */
const luminance = (hex: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.040_45 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (a: string, b: string, theme: Theme): number => {
  const colour = (name: string): string => tokens.get(name)?.[theme] ?? '';
  const [x, y] = [luminance(colour(a)), luminance(colour(b))].toSorted((p, q) => q - p);
  return ((x ?? Number.NaN) + 0.05) / ((y ?? Number.NaN) + 0.05);
};

const pairs = (texts: string[], grounds: string[]): string[][] =>
  texts.flatMap((text) => grounds.map((ground) => [text, ground]));

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  it.each([
    ...pairs(['ink', 'mute', 'link'], ['page', 'soft']),
    ...pairs(['mute'], ['high-soft', 'medium-soft', 'low-soft']),
    ['ink', 'medium-soft'],
    ['high', 'high-soft'],
    ['medium', 'medium-soft'],
    ['low', 'low-soft'],
    ['high', 'page'],
    ['high', 'soft'],
    ['gain', 'soft'],
    ['gain', 'page'],
    ['page', 'ink'],
  ])('text in %s on %s', (text, ground) => {
    expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(4.5);
  });

  it.each([
    ...pairs(['c0', 'c1', 'c2', 'c3', 'rest', 'loss', 'edge'], ['page', 'soft']),
    ...pairs(['c0'], ['high-soft', 'medium-soft', 'low-soft']),
    ['c3', 'medium-soft'],
  ])('marks in %s on %s', (mark, ground) => {
    expect(contrast(mark, ground, theme)).toBeGreaterThanOrEqual(3);
  });
});

it('has a colour for every name that is used, but the one of a width', () => {
  const used = new Set([...css.matchAll(/var\(--([\w-]+)\)/g)].map(([, name]) => name));
  expect([...used].filter((name) => !tokens.has(name ?? ''))).toEqual(['side']);
  expect(tokens.size).toBeGreaterThan(15);
});
