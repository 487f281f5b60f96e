/** What a row opens to: every point of one person, what would raise the score, facts, and the sessions. */
import { grouped } from '../text/numbers.js';
import { printable } from '../text/printable.js';
import { Bar, waterfallOf } from './bar.js';
import type { Fact, Part, Person, Report } from './report.js';
import { TimelineChart } from './timelineChart.js';
import { momentOf, mostOf, plainValue, pointsOf, scoreOf } from './words.js';

/** Pixels of a bar in the table of points. */
const HEIGHT = 10;

const EMAIL = /^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$/;

/** A telephone number as people write it for abroad, such as `+49 (0)30 1234`; without the plus it could be any number. */
const PHONE = /^\+\d[\d ()/.-]{5,22}\d$/;

/** What a value opens, if it is an address or a number that can be called. */
const linkOf = (value: string): string | undefined => {
  if (EMAIL.test(value)) return `mailto:${value}`;
  return PHONE.test(value) ? `tel:+${value.replaceAll(/\(0\)|\D/g, '')}` : undefined;
};

const Facts = ({ facts }: { readonly facts: readonly Fact[] }) => (
  <dl>
    {facts.map(({ says, value }) => {
      const link = linkOf(value);
      return (
        <div>
          <dt>{says}</dt> <dd>{link === undefined ? value : <a href={link}>{value}</a>}</dd>
        </div>
      );
    })}
  </dl>
);

const Points = ({ person, report }: { readonly person: Person; readonly report: Report }) => {
  const { score, floor, cap } = person;
  const { method, colours } = report;
  const earning = person.parts.filter(({ points }) => points !== 0);
  const silent = person.parts.filter(({ points }) => points === 0);
  const row = ({ signal, words, points }: Part, i: number) => (
    <tr>
      <th>{words}</th>
      <td>{method[signal]?.curve}</td>
      <td>
        <Bar segments={waterfallOf(earning, colours).slice(i, i + 1)} height={HEIGHT} />
      </td>
      <td>{pointsOf(points)}</td>
      <td>of {mostOf(method[signal]?.points ?? 0)}</td>
    </tr>
  );
  const held = (says: string, points: number) => (
    <tr>
      <th>{says}</th>
      <td />
      <td />
      <td>{pointsOf(points)}</td>
      <td />
    </tr>
  );
  return (
    <>
      <table class="points">
        <caption>Where {scoreOf(score)} comes from</caption>
        <tbody>
          {earning.map(row)}
          {floor > 0 && held('held at 0', floor)}
          {cap < 0 && held('held at 100', cap)}
          <tr class="total">
            <th>score</th>
            <td />
            <td>
              <Bar segments={[{ from: 0, to: score, colour: 'sum' }]} height={HEIGHT} />
            </td>
            <td>{scoreOf(score)}</td>
            <td>of 100</td>
          </tr>
        </tbody>
      </table>
      {silent.length > 0 && (
        <p class="silent">
          No points:{' '}
          {silent
            .map(({ signal, value }) => {
              const { says = '', curve = '', points = 0 } = method[signal] ?? {};
              return `${says} ${plainValue(value)} (${points === 0 ? 'not scored' : `of ${mostOf(points)}, ${curve}`})`;
            })
            .join('; ')}
          .
        </p>
      )}
    </>
  );
};

/** The details of one person. */
export const Card = ({ person, report }: { readonly person: Person; readonly report: Report }) => {
  const { id, gains, contact, facts, rank, last, timeline } = person;
  const { timelines: period } = report;
  const about = [
    ...contact,
    { says: 'Id', value: printable(id) },
    ...facts,
    ...(last === null ? [] : [{ says: 'Last active', value: momentOf(last) }]),
    { says: 'Rank', value: `${grouped(rank)} of ${grouped(report.health.users)}` },
  ];
  return (
    <div class="card">
      <Points person={person} report={report} />
      {gains.length > 0 && (
        <section>
          <h3>What would raise it most</h3>
          <ul class="gains">
            {gains.map(({ says, points }) => (
              <li>
                <b>{pointsOf(Math.round(points * 100))}</b> {says}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h3>About</h3>
        <Facts facts={about} />
      </section>
      {timeline && timeline.sessions.length > 0 && !('missing' in period) && (
        <TimelineChart timeline={timeline} period={period} report={report} />
      )}
    </div>
  );
};
