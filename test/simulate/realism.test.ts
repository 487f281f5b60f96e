/**
 * Is the simulated world like a real site? Each figure beside a published one, with its source and our tolerance.
 * `npm run realism` prints the table; a test run only checks it.
 *
 * Analytics products leave known bots out, so the figures are those of people. Four whole weeks, so that every weekday
 * counts the same. Published figures are as quoted by the page named; the benchmarks behind them are not public.
 */
import { expect, it } from 'vitest';
import type { EventType } from '../../src/model.js';
import { AS_OF, converted, count, DAY, eventsOf, mean, sessionsOf, share, usersOf } from './worlds.js';

const everyone = usersOf({ users: 8000, start: AS_OF - 28 * DAY });
const people = everyone.filter(({ persona }) => persona !== 'bot');
const visits = sessionsOf(people);

const startsAt = (visit: (typeof visits)[number]): Date => new Date((visit.events[0]?.at ?? 0) * 1000);
const seconds = ({ events }: (typeof visits)[number]): number => (events.at(-1)?.at ?? 0) - (events[0]?.at ?? 0);
const isPage = (type: EventType): boolean => type === 'page_view' || type === 'pricing_page_view';
const onDay = (...days: number[]): number => share(visits, (visit) => days.includes(startsAt(visit).getUTCDay()));
const betweenHours = (from: number, to: number): number =>
  share(visits, (visit) => startsAt(visit).getUTCHours() >= from && startsAt(visit).getUTCHours() < to);

interface Figure {
  readonly what: string;
  readonly simulated: number;
  readonly unit: '%' | 's' | '';
  readonly published: string;
  /** What we accept, in the unit of `simulated`. */
  readonly tolerance: readonly [number, number];
  readonly source: string;
}

const FIGURES: readonly Figure[] = [
  {
    what: 'bounce rate of sessions',
    simulated: share(visits, ({ events }) => events.length === 1),
    unit: '%',
    published: '44 % (quartiles 32 - 58)',
    tolerance: [0.32, 0.58],
    source: 'Contentsquare 2024, B2B SaaS; conversionbench.com/metric/bounce-rate',
  },
  {
    what: 'pages per session',
    simulated: visits.flatMap(({ events }) => events).filter(({ type }) => isPage(type)).length / visits.length,
    unit: '',
    published: '2.2 - 3.1 B2B, 3.0 IT (good: 3.6)',
    tolerance: [2.2, 3.6],
    source: 'Focus Digital; altcraft.com/glossary/pages-per-session-what-it-is-and-what-affects-it',
  },
  {
    what: 'mean session length',
    simulated: mean(visits.map(seconds)),
    unit: 's',
    published: '165 s (quartiles 90 - 280)',
    tolerance: [90, 280],
    source: 'Contentsquare 2024, B2B SaaS; conversionbench.com/metric/session-duration',
  },
  {
    what: 'visitors who return',
    simulated: share(people, ({ sessions }) => sessions.length > 1),
    unit: '%',
    published: '32 % (68 % are new)',
    tolerance: [0.4, 0.8],
    source:
      'Databox survey; databox.com/new-vs-returning-visitors. Higher here on purpose: an id outlives cookies and devices',
  },
  {
    what: 'sessions not on a desktop',
    simulated: share(visits, ({ device }) => device !== 'desktop'),
    unit: '%',
    published: '22 % (desktop 78 %)',
    tolerance: [0.12, 0.32],
    source: 'Contentsquare 2022, B2B; martech.org/traffic-from-mobile-devices-dropped-9-last-year',
  },
  {
    what: 'people who ask for a demo',
    simulated: share(people, (user) => count(user, 'demo_request_click') > 0),
    unit: '%',
    published: '1 - 3 %, excellent 7 % and more',
    tolerance: [0.07, 0.18],
    source:
      'acceleroi.com/blog/average-saas-conversion-rate. Higher on purpose: a demo of 100 users has to show every label',
  },
  {
    what: 'people who sign up',
    simulated: share(people, (user) => count(user, 'signup') > 0),
    unit: '%',
    published: '2 - 5 %, excellent 10 % and more',
    tolerance: [0.1, 0.25],
    source: 'acceleroi.com/blog/average-saas-conversion-rate. Higher on purpose, as above',
  },
  {
    what: 'people who sign up and book a call',
    simulated: share(people, converted),
    unit: '%',
    published: 'assumed: signups times the share below',
    tolerance: [0.03, 0.15],
    source: 'no published figure for both together was found',
  },
  {
    what: 'signups who book a call',
    simulated: share(people, converted) / share(people, (user) => count(user, 'signup') > 0),
    unit: '%',
    published: '25 - 50 % (marketing-qualified leads that sales takes on)',
    tolerance: [0.25, 0.5],
    source: 'HubSpot, Salesforce and Pavilion 2024; askedwell.com/pages/how-to-convert/leads-to-customers',
  },
  {
    what: 'sessions on Saturday or Sunday',
    simulated: onDay(0, 6),
    unit: '%',
    published: '27 % of all web traffic, less on business sites',
    tolerance: [0.08, 0.22],
    source: 'StatMarket 2001-02; clickz.com/manic-monday/64500. How much less is assumed',
  },
  {
    what: 'sessions on Wednesday over Monday',
    simulated: onDay(3) / onDay(1),
    unit: '',
    published: 'above 1: business sites peak on Wednesday',
    tolerance: [1.02, 1.4],
    source: 'Opera; mediapost.com/publications/article/210169',
  },
  {
    what: 'sessions from 8 to 18 h',
    simulated: betweenHours(8, 18),
    unit: '%',
    published: 'assumed: a working day for most, evenings for readers',
    tolerance: [0.55, 0.8],
    source:
      'no published hourly table of a B2B site was found; the shape (from 9, a dip at lunch, little after 18 h) is that of business calls, trefor.net/tag/patterns',
  },
  {
    what: 'sessions from 0 to 6 h',
    simulated: betweenHours(0, 6),
    unit: '%',
    published: 'assumed: one time zone, people sleep',
    tolerance: [0, 0.05],
    source: 'no published hourly table of a B2B site was found',
  },
  {
    what: 'spam, of all sessions',
    simulated: share(sessionsOf(everyone), ({ spam }) => spam),
    unit: '%',
    published: 'assumed: "a very small percentage" gets past the filters',
    tolerance: [0.01, 0.06],
    source: 'online-metrics.com/bot-traffic; of raw traffic half are bots (Imperva 2023)',
  },
];

const shown = (value: number, unit: Figure['unit']): string =>
  unit === '%' ? `${(value * 100).toFixed(1)} %` : unit === 's' ? `${value.toFixed(0)} s` : value.toFixed(2);

if (process.env['npm_lifecycle_event'] === 'realism') {
  const table = FIGURES.map(({ what, simulated, unit, published, tolerance, source }) => {
    const range = `${shown(tolerance[0], unit)} to ${shown(tolerance[1], unit)}`;
    return `${what.padEnd(36)}${shown(simulated, unit).padStart(8)}   ${published}\n${''.padEnd(36)}${''.padStart(8)}   accepted ${range}; ${source}\n`;
  });
  const events = people.flatMap(eventsOf).length;
  process.stdout.write(
    `\n${people.length} people, ${visits.length} sessions, ${events} events in 28 days: simulated against published\n\n${table.join('')}\n`,
  );
}

it.each(FIGURES)('$what', ({ simulated, tolerance: [low, high] }) => {
  expect(simulated).toBeGreaterThanOrEqual(low);
  expect(simulated).toBeLessThanOrEqual(high);
});
