/** Bars in percent coordinates: they fit every width, and text beside them keeps its size. */
import type { Part, Person } from './report.js';

/** A share of a bar as a percentage with at most two decimals. */
export const percentOf = (share: number): string => `${Math.round(share * 1e4) / 100}%`;

/** A part of a bar, from and to in hundredths of a point of 100. */
export interface Segment {
  readonly from: number;
  readonly to: number;
  /** The class that colours it: `c0` to `c3`, `rest` or `loss`. */
  readonly colour: string;
}

/** The class of a signal: its colour, or grey for all others. */
export const colourOf = (signal: number, colours: readonly number[]): string =>
  colours.includes(signal) ? `c${colours.indexOf(signal)}` : 'rest';

/** The most hundredths that a score can have. */
const FULL = 10_000;

/**
 * A score as a bar: one part per coloured signal in a fixed order, one for all others, and hatched what penalties take off
 * the right end, so that the solid part ends at the score.
 */
export const barSegments = (
  { parts, score }: Pick<Person, 'parts' | 'score'>,
  colours: readonly number[],
): Segment[] => {
  const gained = (some: (part: Part) => boolean): number =>
    parts.reduce((sum, part) => sum + (some(part) ? Math.max(0, part.points) : 0), 0);
  const gains = [
    ...colours.map((signal, i) => ({ colour: `c${i}`, points: gained((part) => part.signal === signal) })),
    { colour: 'rest', points: gained((part) => !colours.includes(part.signal)) },
  ];
  const segments: Segment[] = [];
  let sum = 0;
  for (const { colour, points } of gains) {
    const [from, to] = [Math.min(score, sum), Math.min(score, sum + points)];
    if (to > from) segments.push({ from, to, colour });
    sum += points;
  }
  const end = Math.min(FULL, sum);
  return end > score ? [...segments, { from: score, to: end, colour: 'loss' }] : segments;
};

/** One row of a waterfall: where a part begins and ends on the way to the score. */
export const waterfallOf = (parts: readonly Part[], colours: readonly number[]): Segment[] => {
  let sum = 0;
  return parts.map(({ signal, points }) => {
    const [before, after] = [sum, sum + points];
    sum = after;
    const inside = (at: number): number => Math.max(0, Math.min(FULL, at));
    return {
      from: inside(Math.min(before, after)),
      to: inside(Math.max(before, after)),
      colour: points < 0 ? 'loss' : colourOf(signal, colours),
    };
  });
};

/** Segments as one bar of this height in pixels: a picture of numbers that stand beside it. */
export const Bar = ({ segments, height }: { readonly segments: readonly Segment[]; readonly height: number }) => (
  <svg width="100%" height={height}>
    {segments.map(({ from, to, colour }) => (
      <rect
        class={colour}
        x={from === 0 ? undefined : percentOf(from / FULL)}
        width={percentOf((to - from) / FULL)}
        height={height}
        fill={colour === 'loss' ? 'url(#hatch)' : undefined}
      />
    ))}
  </svg>
);

/** The pattern that `loss` and converted people are hatched with, once per page. */
export const Hatches = () => (
  <svg class="defs" width="0" height="0" aria-hidden="true">
    <defs>
      {['hatch', 'done'].map((id) => (
        <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class={`stroke-${id}`} width="2.5" height="5" />
        </pattern>
      ))}
    </defs>
  </svg>
);
