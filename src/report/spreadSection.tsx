/** The spread of all scores: a histogram, how far people got, and which signals carry the scores. */
import { scaleLinear } from 'd3-scale';
import { max } from 'd3-array';
import { type Label, LABELS } from '../model.js';
import { grouped } from '../text/numbers.js';
import { percentOf } from './bar.js';
import type { Report } from './report.js';
import { GLYPHS, joined, shareOf } from './words.js';

/** Pixels of the histogram: of the labels above the bars, of the bars, and of the axis below. */
const [ABOVE, BARS, BELOW] = [48, 130, 22];

/** Counts are written above bars while they have at most two digits; then there is an axis instead. */
const WRITTEN = 99;

/** Pixels of the smallest bar. */
const LEAST = 2;

/** Points that a glyph, a number on the axis and the word of a label take on a phone: narrower bands go without. */
const [GLYPH, NUMBER, WORD] = [5, 8, 22];

const Histogram = ({ report: { spread, labels, health } }: { readonly report: Report }) => {
  const { bins } = spread;
  const most = max(bins, ({ open, converted }) => open + converted) ?? 0;
  const height = scaleLinear([0, Math.max(1, most)], [0, BARS - 18]);
  const tall = (n: number): number => (n === 0 ? 0 : Math.max(LEAST, Math.round(height(n))));
  const base = ABOVE + BARS;
  const ends = { high: 100, medium: labels.high, low: labels.medium };
  const starts = { high: labels.high, medium: labels.medium, low: 0 };
  const wide = (label: Label): number => ends[label] - starts[label];
  const middle = (label: Label): string => `${(starts[label] + ends[label]) / 2}%`;
  const edges = [0, labels.medium, labels.high];
  const marked = edges.filter((edge, i) => i === 0 || (edge - (edges[i - 1] ?? 0) >= NUMBER && edge <= 100 - NUMBER));
  const counts = most <= WRITTEN;
  return (
    <svg
      class="histogram"
      width="100%"
      height={base + BELOW}
      role="img"
      aria-label={`Scores of ${health.users} users in steps of five points`}
    >
      {LABELS.map((label) => (
        <>
          <rect class={`band-${label}`} x={`${starts[label]}%`} width={`${Math.max(0, wide(label))}%`} height={base} />
          {wide(label) >= GLYPH && (
            <text x={middle(label)} y="18" text-anchor="middle" class={`on-${label}`}>
              {GLYPHS[label]} {wide(label) < WORD ? null : label}
            </text>
          )}
          {wide(label) >= WORD && (
            <text x={middle(label)} y="35" text-anchor="middle">
              {grouped(health.labels[label])}
            </text>
          )}
        </>
      ))}
      {counts
        ? null
        : height
            .ticks(3)
            .filter((tick) => tick > 0)
            .map((tick) => (
              <>
                <line class="grid" x2="100%" y1={base - height(tick)} y2={base - height(tick)} />
                <text x="100%" dx="-4" y={base - height(tick) - 4} text-anchor="end">
                  {grouped(tick)}
                </text>
              </>
            ))}
      {bins.map(({ from, to, open, converted }) => {
        const [solid, hatched] = [tall(open), tall(converted)];
        const [x, width] = [`${from + 0.4}%`, `${to - from - 0.8}%`];
        return open + converted === 0 ? null : (
          <>
            <rect class="c0" x={x} width={width} y={base - solid} height={solid} />
            {hatched > 0 && (
              <rect x={x} width={width} y={base - solid - hatched} height={hatched} class="done" fill="url(#done)" />
            )}
            {counts && (
              <text x={`${(from + to) / 2}%`} y={base - solid - hatched - 4} text-anchor="middle">
                {open + converted}
              </text>
            )}
          </>
        );
      })}
      <line class="axis" x2="100%" y1={base} y2={base} />
      {[...marked, 100].map((edge) => (
        <text x={`${edge}%`} y={base + 15} text-anchor={edge === 0 ? 'start' : edge === 100 ? 'end' : 'middle'}>
          {edge}
        </text>
      ))}
    </svg>
  );
};

/** Bars beside their names and numbers. */
const Bars = ({
  caption,
  rows,
}: {
  readonly caption: string;
  readonly rows: readonly {
    readonly words: string;
    readonly share: number;
    readonly cells: readonly string[];
    readonly colour: string;
  }[];
}) => (
  <table class="bars">
    <caption>{caption}</caption>
    <tbody>
      {rows.map(({ words, share, cells, colour }) => (
        <tr>
          <th scope="row">{words}</th>
          <td>
            <svg width="100%" height="10">
              <rect class={colour} width={percentOf(share)} height="10" />
            </svg>
          </td>
          {cells.map((text) => (
            <td>{text}</td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);

/** The section beside the list. */
export const SpreadSection = ({ report }: { readonly report: Report }) => {
  const { spread, health, method, colours } = report;
  if (health.users === 0) return null;
  const carrying = method
    .map((signal, i) => ({ ...signal, colour: colours.includes(i) ? `c${colours.indexOf(i)}` : 'rest' }))
    .filter(({ share }) => share > 0)
    .toSorted((a, b) => b.share - a.share);
  const most = max(carrying, ({ share }) => share) ?? 1;
  return (
    <section id="spread" class="spread">
      <h2>Scores</h2>
      {spread.notes.map((text) => (
        <p class="note">{text}</p>
      ))}
      <figure>
        <Histogram report={report} />
        <figcaption>
          {health.users === 1 ? 'The only user' : `All ${grouped(health.users)} users`} by score:{' '}
          {joined(LABELS.map((label) => `${grouped(health.labels[label])} ${label}`))}.
          {health.converted > 0 && ' Hatched: converted already.'}
        </figcaption>
      </figure>
      <figure>
        <Bars
          caption="How far people got"
          rows={spread.steps.map(({ words, users }) => ({
            words,
            share: users / health.users,
            cells: [grouped(users), shareOf(users / health.users, 0)],
            colour: 'c0',
          }))}
        />
        <figcaption>Steps in any order.</figcaption>
      </figure>
      {carrying.length > 0 && (
        <figure>
          <Bars
            caption="Which signals carry the scores"
            rows={carrying.map(({ words, share, mean, colour }) => ({
              words,
              share: share / most,
              cells: [shareOf(share, 0)],
              colour: mean < 0 ? 'loss-solid' : colour,
            }))}
          />
          <figcaption>Share of all points given and taken off.</figcaption>
        </figure>
      )}
    </section>
  );
};
