/** The top of the page: how many people to call, whom to start with, and what the numbers are about. */
import { counted, countedPeople, grouped } from '../text/numbers.js';
import { printable } from '../text/printable.js';
import { Prose } from './prose.js';
import type { Report } from './report.js';
import { anchorOf, momentOf } from './words.js';

/** The heading: `96 people to call`. */
export const titleOf = ({ health: { to_call: open } }: Report): string =>
  open === 0 ? 'Nobody to call' : `${countedPeople(open)} to call`;

const Start = ({ report: { start, health } }: { readonly report: Report }) =>
  start === undefined ? (
    <p class="start">
      {health.to_call === 1
        ? 'The score is 0: nothing suggests a call.'
        : 'All of them have a score of 0: nothing says whom to call first.'}
    </p>
  ) : (
    <p class="start">
      Start with <a href={`#${anchorOf(start.id)}`}>{start.name}</a>
      {start.reasons.length > 0 && `: ${start.reasons.join(', ')}`}.
    </p>
  );

/** Why there is nobody to call, in a sentence. */
const nobodyWords = ({ users, converted, opted_out: optedOut }: Report['health']): string => {
  if (users === 0) return 'The features file has no users.';
  const all = users === 1 ? 'The only user has' : `All ${grouped(users)} users have`;
  if (converted === users) return `${all} converted already.`;
  if (optedOut === users) return `${all} opted out.`;
  return `Of ${grouped(users)} users, ${grouped(converted)} converted already and ${grouped(optedOut)} opted out.`;
};

/** The header. */
export const Header = ({ report }: { readonly report: Report }) => {
  const { health, as_of: asOf, events, sessions, config, warnings, version } = report;
  const facts: readonly (readonly [string, string])[] = [
    ...(asOf === null ? [] : [['As of', momentOf(Date.parse(asOf))] as const]),
    ...(events === null ? [] : [['Events', grouped(events)] as const]),
    ...(sessions === null ? [] : [['Sessions', grouped(sessions)] as const]),
    ['People', grouped(health.users)],
    ['Converted', grouped(health.converted)],
    ...(health.opted_out === 0 ? [] : [['Opted out', grouped(health.opted_out)] as const]),
    ['Settings', config],
  ];
  return (
    <header>
      <p class="brand">
        <span>
          gesture <small>{version}</small>
        </span>{' '}
        <button id="theme" type="button" hidden>
          Light / dark
        </button>
      </p>
      <h1>{titleOf(report)}</h1>
      {health.to_call === 0 ? <p class="start">{nobodyWords(health)}</p> : <Start report={report} />}
      <dl class="facts">
        {facts.map(([says, value]) => (
          <div>
            <dt>{says}</dt> <dd class={says === 'Settings' ? 'code' : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
      {warnings.length > 0 && (
        <details class="warnings" open={warnings.length < 3}>
          <summary>{counted(warnings.length, 'warning')} of the run</summary>
          <ul>
            {warnings.map(({ text }) => (
              <li>
                <Prose text={printable(text)} />
              </li>
            ))}
          </ul>
        </details>
      )}
      <nav aria-label="Sections">
        <a href="#people">People</a> {health.users > 0 && <a href="#spread">Scores</a>} <a href="#trust">Trust</a>{' '}
        <a href="#method">Method</a>
      </nav>
    </header>
  );
};
