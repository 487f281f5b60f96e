/** Whether to believe the ranking: what a backtest found, or how to run one. */
import type { ComponentChildren } from 'preact';
import { area, line } from 'd3-shape';
import { max } from 'd3-array';
import { LABELS } from '../model.js';
import { grouped } from '../text/numbers.js';
import { printable } from '../text/printable.js';
import { percentOf } from './bar.js';
import type { Estimate, Evidence, Proportion } from './evidence.js';
import { Badge } from './list.js';
import { Prose } from './prose.js';
import type { Report } from './report.js';
import { dayOf, shareOf } from './words.js';

/** The share of people whose lift is the headline. */
const HEADLINE = 0.1;

const known = (value: number): boolean => !Number.isNaN(value);

/** An interval in words; empty if there is none. */
const between = ({ low, high }: Estimate, show: (value: number) => string): string =>
  known(low) && known(high) ? ` (95% interval ${show(low)} to ${show(high)})` : '';

/** A curve of shares as a path in a box of 100 by 100; gaps where it is not known. */
const pathOf = (called: readonly number[], curve: readonly number[]): string | undefined =>
  line<number>()
    .defined((_, i) => known(curve[i] ?? Number.NaN))
    .x((_, i) => (called[i] ?? 0) * 100)
    .y((value) => 100 - value * 100)
    .digits(1)(curve) ?? undefined;

const bandOf = ({ called, low, high }: Evidence['gains']): string | undefined =>
  area<number>()
    .defined((_, i) => known(low[i] ?? Number.NaN) && known(high[i] ?? Number.NaN))
    .x((_, i) => (called[i] ?? 0) * 100)
    .y0((_, i) => 100 - (low[i] ?? 0) * 100)
    .y1((_, i) => 100 - (high[i] ?? 0) * 100)
    .digits(1)(called) ?? undefined;

const QUARTERS = [0, 25, 50, 75, 100];

const Gains = ({ gains }: Pick<Evidence, 'gains'>) => (
  <figure class="gains-figure">
    <h3>Conversions found, by people called</h3>
    <div class="plot">
      <svg width="100%" height="240" role="img" aria-label="Share of conversions found by share of people called">
        {QUARTERS.map((share) => (
          <>
            <line class={share === 0 ? 'axis' : 'grid'} x2="100%" y1={`${100 - share}%`} y2={`${100 - share}%`} />
            <text x="-8" y={`${100 - share}%`} dy="4" text-anchor="end">
              {share}%
            </text>
            <text
              x={`${share}%`}
              y="100%"
              dy="20"
              text-anchor={share === 100 ? 'end' : share === 0 ? 'start' : 'middle'}
            >
              {share}%
            </text>
          </>
        ))}
        <svg viewBox="0 0 100 100" preserveAspectRatio="none" width="100%" height="100%">
          <path class="gain-band" d={bandOf(gains)} />
          <path class="gain-chance" d="M0,100L100,0" />
          <path class="gain-recent" d={pathOf(gains.called, gains.recent)} />
          <path class="gain-score" d={pathOf(gains.called, gains.score)} />
        </svg>
      </svg>
    </div>
    <ul class="legend">
      {(
        [
          ['gain-score', 'by score, with its 95% interval'],
          ['gain-recent', 'most recent first'],
          ['gain-chance', 'by chance'],
        ] as const
      ).map(([name, says]) => (
        <li>
          <svg width="24" height="12">
            <path class={name} d="M0,6L24,6" />
          </svg>{' '}
          {says}
        </li>
      ))}
    </ul>
  </figure>
);

/** Shares of people who converted, with intervals, on one scale. */
const Rates = ({
  caption,
  rows,
  first,
}: {
  readonly caption: string;
  readonly first: string;
  readonly rows: readonly (Proportion & { readonly key: string; readonly says: ComponentChildren })[];
}) => {
  const end = Math.min(1, max(rows, ({ rate, open }) => (open > 0 ? rate.high : 0)) ?? 1) || 1;
  return (
    <table class="bars rates">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{first}</th>
          <td />
          <th scope="col">converted</th>
          <th scope="col">of</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ says, open, rate }) => (
          <tr>
            <th scope="row">{says}</th>
            <td>
              <svg width="100%" height="14">
                {open > 0 && (
                  <>
                    <rect class="c0" width={percentOf(rate.value / end)} height="8" />
                    <line
                      class="whisker"
                      x1={percentOf(rate.low / end)}
                      x2={percentOf(rate.high / end)}
                      y1="12"
                      y2="12"
                    />
                  </>
                )}
              </svg>
            </td>
            <td>{open > 0 ? shareOf(rate.value) : '–'}</td>
            <td>{grouped(open)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
};

/** A sentence that begins with a capital, unless it begins with a name such as `page_views`. */
const capital = (text: string): string => (/^\w*_/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1));

const Tested = ({ evidence, config }: { readonly evidence: Evidence; readonly config: string }) => {
  const { cutoffs, mean, labels, bands, horizon_days: days, list, says, verdict, without, shuffled } = evidence;
  const top = mean.score.top.find(({ share }) => share === HEADLINE);
  const [first, last] = [cutoffs[0]?.at ?? '', cutoffs.at(-1)?.at ?? ''].map((at) => dayOf(Date.parse(at)));
  const open = cutoffs.reduce((sum, cutoff) => sum + cutoff.open, 0);
  const conversions = cutoffs.reduce((sum, cutoff) => sum + cutoff.conversions, 0);
  const notes = [
    ...(verdict.claim === 'none' ? [`${capital(says.verdict)}. The intervals say how little is known.`] : []),
    ...(evidence.config === config ? [] : ['The backtest was made with other settings than this list.']),
    ...(without.length > 0 ? [`The score was tried without ${without.join(', ')}.`] : []),
    ...(shuffled ? ['Conversions were given to people at random: this shows chance.'] : []),
  ];
  return (
    <>
      <p class="lead">
        {cutoffs.length === 1
          ? `People were scored as of ${first}; those who had not converted yet, ${grouped(open)} in all, were followed for ${days} days. ${grouped(conversions)} of them converted`
          : `People were scored as of ${cutoffs.length} days between ${first} and ${last}; at each, those who had not converted yet were followed for ${days} days. Of these ${grouped(open)} cases, each a person on a day, ${grouped(conversions)} converted`}{' '}
        ({shareOf(conversions / open)}).
      </p>
      {notes.map((text) => (
        <p class="note">{text}</p>
      ))}
      <div class="columns">
        <div>
          {top !== undefined && known(top.lift.value) && (
            <p class="headline">
              <b>{top.lift.value.toFixed(1)}×</b> as many conversions among the best tenth as among all
              {between(top.lift, (value) => value.toFixed(1))}.
            </p>
          )}
          {verdict.claim !== 'none' && <p>{capital(says.verdict)}.</p>}
          {known(mean.score.list.value) && (
            <p>
              Calling the best {grouped(list.people)} would have reached {mean.score.list.value.toFixed(1)} of the
              people who converted{between(mean.score.list, (value) => value.toFixed(1))}; at random{' '}
              {list.at_random.toFixed(1)}.
            </p>
          )}
          <Gains gains={evidence.gains} />
        </div>
        <div>
          <figure>
            <Rates
              caption="How often each label converted"
              first="label"
              rows={LABELS.map((label) => ({ ...labels[label], key: label, says: <Badge label={label} /> }))}
            />
          </figure>
          <figure>
            <Rates
              caption="How often each score converted"
              first="score"
              rows={bands
                .filter((band) => band.open > 0)
                .toSorted((a, b) => b.from - a.from)
                .map((band) => ({ ...band, key: String(band.from), says: `${band.from} to ${band.from + 10}` }))}
            />
            <figcaption>Lines: 95% intervals.</figcaption>
          </figure>
          {says.doubts.length > 0 && (
            <>
              <h3>Keep in mind</h3>
              <ul class="doubts">
                {says.doubts.map((text) => (
                  <li>
                    <Prose text={`${capital(text)}.`} />
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      </div>
    </>
  );
};

/** The section about trust. */
export const TrustSection = ({ report: { trust, config, to_test: toTest } }: { readonly report: Report }) => (
  <section id="trust">
    <h2>Can you trust it?</h2>
    {trust === undefined ? (
      <div class="untested">
        <p>
          This ranking has not been tested. A backtest scores people as of days in the past and counts who converted
          afterwards; it needs a log of at least two months or so.
        </p>
        <pre>
          <code>{printable(toTest)}</code>
        </pre>
      </div>
    ) : (
      <Tested evidence={trust} config={config} />
    )}
  </section>
);
