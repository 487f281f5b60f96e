/** The weights as a table for the README, made from the catalogue so that the two cannot drift apart. */
import type { Weights } from '../catalogue/weights.js';
import { curveWords } from './curves.js';

const escaped = (text: string): string => text.replaceAll('|', '\\|');

/** A Markdown table of weights: signal, points, curve, reason. */
export const weightsTable = (weights: Weights): string =>
  [
    '| signal | points | earned | because |',
    '|---|---:|---|---|',
    ...Object.entries(weights).map(
      ([signal, { points, earns, because }]) =>
        `| \`${signal}\` | ${points} | ${curveWords(earns)} | ${escaped(because)} |`,
    ),
    '',
  ].join('\n');
