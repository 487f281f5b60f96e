/** A person's sessions over time, with the marked actions in lanes above them. */
import { scaleSqrt, scaleUtc } from 'd3-scale';
import { max } from 'd3-array';
import { counted } from '../text/numbers.js';
import type { Report } from './report.js';
import type { Timeline } from './timeline.js';
import { dateOf, dayOf, joined, monthOf } from './words.js';

/** Pixels of one lane of marks, of the bars, and of the text below. */
const [LANE, BARS, BELOW] = [12, 30, 18];

/** Steps across the chart: what falls into one is drawn as one. */
const STEPS = 240;

/** Days that are named one by one; of more, only their number and the last. */
const NAMED = 4;

/** What the page knows about time. */
export type Period = Exclude<Report['timelines'], { readonly missing: string }>;

/** Instants as places on the chart, in percent, each once. */
const placed = <Key extends string | number>(
  items: readonly { readonly at: number; readonly key: Key; readonly n: number }[],
  { from, to }: Period,
): Map<string, { x: number; key: Key; n: number }> => {
  const scale = scaleUtc([from, to], [0, STEPS]);
  const places = new Map<string, { x: number; key: Key; n: number }>();
  for (const { at, key, n } of items) {
    const step = from === to ? STEPS / 2 : Math.round(scale(at));
    const name = `${step} ${key}`;
    places.set(name, { x: 1 + (98 * step) / STEPS, key, n: n + (places.get(name)?.n ?? 0) });
  }
  return places;
};

const percent = (x: number): string => `${Math.round(x * 10) / 10}%`;

/** Whether a day and a month without the year could be of two years. */
const isLong = ({ from, to }: Period): boolean => to - from > 360 * 86_400_000;

/** When somebody did something, in words. */
const daysOf = (words: string, times: readonly number[], period: Period): string => {
  const days = [...new Set(times.map(isLong(period) ? dateOf : dayOf))];
  if (days.length <= NAMED) return `${words} ${joined(days)}`;
  return `${words} ${times.length} times, last ${days.at(-1) ?? ''}`;
};

/** The chart and what it shows, in words. */
export const TimelineChart = ({
  timeline: { sessions, acts },
  period,
  report: { method, colours },
}: {
  readonly timeline: Timeline;
  readonly period: Period;
  readonly report: Report;
}) => {
  const marks = acts.flatMap(({ at, type }) => {
    const signal = period.signals[type];
    return signal === undefined ? [] : [{ at, key: signal, n: 1 }];
  });
  const lanes = colours.filter((signal) => marks.some(({ key }) => key === signal));
  const base = lanes.length * LANE + BARS;
  const tall = scaleSqrt([0, max(sessions, ({ events }) => events) ?? 1], [0, BARS - 4]);
  const bars = placed(
    sessions.map(({ at, events }) => ({ at, key: 'session', n: events })),
    period,
  );
  const places = [...placed(marks, period).values()];
  const ticks = scaleUtc([period.from, period.to], [1, 99]);
  const marked = (period.from === period.to ? [] : ticks.ticks(4))
    .map((tick) => tick.getTime())
    .filter((at) => ticks(at) >= 5 && ticks(at) <= 95);
  const words = lanes.map((signal) =>
    daysOf(
      method[signal]?.words ?? '',
      marks.filter(({ key }) => key === signal).map(({ at }) => at),
      period,
    ),
  );
  return (
    <figure class="time">
      <figcaption>
        <b>{counted(sessions.length, 'session')}</b> {words.join('; ')}
      </figcaption>
      <svg width="100%" height={base + BELOW}>
        <line class="axis" x2="100%" y1={base} y2={base} />
        <g class="rest">
          {[...bars.values()].map(({ x, n }) => {
            const height = Math.round(Math.min(BARS - 4, Math.max(3, tall(n))));
            return <rect x={percent(x)} width="3" y={base - height} height={height} />;
          })}
        </g>
        {lanes.map((signal, lane) => (
          <g class={`c${colours.indexOf(signal)}`}>
            {places
              .filter(({ key }) => key === signal)
              .map(({ x }) => (
                <circle cx={percent(x)} cy={lane * LANE + 6} r="4" />
              ))}
          </g>
        ))}
        {marked.map((at, i) => (
          <text x={percent(ticks(at))} y={base + 14}>
            {isLong(period) ? monthOf(at, marked[i - 1]) : dayOf(at)}
          </text>
        ))}
      </svg>
    </figure>
  );
};
