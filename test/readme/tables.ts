/** Tables for the README, made from the catalogues so that the two cannot drift apart. */
import { eventTypesOf, type Features } from '../../src/catalogue/measures.js';
import { highIntent } from '../../src/catalogue/sessions.js';
import type { Persona } from '../../src/catalogue/personas.js';
import type { Source, Theirs } from '../../src/catalogue/sources.js';
import type { Weights } from '../../src/catalogue/weights.js';
import { EVENT_TYPES } from '../../src/model.js';
import { curveWords } from '../../src/scoring/curves.js';

/** A Markdown table. A column whose name begins with `#` is aligned to the right. */
export const table = (heads: readonly string[], rows: readonly (readonly (string | number)[])[]): string =>
  [
    `| ${heads.map((head) => head.replace('#', '')).join(' | ')} |`,
    `|${heads.map((head) => (head.startsWith('#') ? '---:|' : '---|')).join('')}`,
    ...rows.map((cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`),
    '',
  ].join('\n');

/** A Markdown table of features: column, unit, what it says, where it is measured. */
export const featuresTable = (features: Features): string =>
  table(
    ['column', 'unit', 'what it is', 'measured over'],
    Object.entries(features).map(([name, { unit, says, from, is }]) => [
      `\`${name}\``,
      unit,
      says,
      is.op === 'ratio' ? `\`${is.of}\` / \`${is.per}\`` : from,
    ]),
  );

/** A Markdown table of sources: the name for `--from`, which export is meant, and their columns by ours. */
export const sourcesTable = (sources: Readonly<Record<string, Source>>): string =>
  table(
    ['`--from`', 'the export', 'our columns: theirs'],
    Object.entries(sources).map(([name, { says, source, columns }]) => [
      `\`${name}\``,
      `[${says}](${source})`,
      Object.entries(columns)
        .map(
          ([ours, theirs]: [string, Theirs]) =>
            `${ours}: ${[theirs]
              .flat()
              .map((one) => `\`${one}\``)
              .join(' or ')}`,
        )
        .join('; '),
    ]),
  );

/** A Markdown table of weights: signal, points, curve, reason. */
export const weightsTable = (weights: Weights): string =>
  table(
    ['signal', '#points', 'earned', 'because'],
    Object.entries(weights).map(([signal, { points, earns, because }]) => [
      `\`${signal}\``,
      points,
      curveWords(earns),
      because,
    ]),
  );

/** A Markdown table of personas: how many of every hundred users, their intent (least and greatest), reason. */
export const personasTable = (personas: Readonly<Record<string, Persona>>): string =>
  table(
    ['persona', '#of 100', 'intent', 'why it is there'],
    Object.entries(personas).map(
      ([
        name,
        {
          share,
          intent: [least, greatest],
          because,
        },
      ]) => [`\`${name}\``, share, least === greatest ? least : `${least} - ${greatest}`, because],
    ),
  );

/** The weights in one sentence: each signal in words with its points. Signals without points are left out. */
export const pointsSentence = (weights: Weights, features: Features): string => {
  const scored = Object.entries(weights).filter(([, { points }]) => points !== 0);
  return `${scored.map(([signal, { points }]) => `${features[signal]?.says ?? signal} **${points}**`).join(', ')}.\n`;
};

/** A Markdown table of CSV files: name, columns. */
export const filesTable = (files: Readonly<Record<string, string>>): string =>
  table(
    ['file', 'columns'],
    Object.entries(files).map(([name, text]) => [
      `\`${name}\``,
      (text.split('\n')[0] ?? '')
        .split(',')
        .map((column) => `\`${column}\``)
        .join(' '),
    ]),
  );

/** A Markdown table of the event types with a built-in meaning: the features that count them, their customary names. */
export const typesTable = (features: Features, customary: Readonly<Record<string, string>>): string =>
  table(
    ['event type', 'counted by', 'a visit with only this', 'customary names'],
    EVENT_TYPES.map((type) => [
      `\`${type}\``,
      Object.entries(features)
        .filter(([, { from, is }]) => from === 'events' && eventTypesOf(is).includes(type))
        .map(([name]) => `\`${name}\``)
        .join(', '),
      (highIntent.types as readonly string[]).includes(type) ? 'is no bounce' : 'is a bounce',
      Object.keys(customary)
        .filter((name) => customary[name] === type)
        .map((name) => `\`${name}\``)
        .join(', '),
    ]),
  );
