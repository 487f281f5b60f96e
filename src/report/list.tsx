/** The list of people: one row each, which opens to the card. */
import type { ComponentChildren } from 'preact';
import { counted, countedPeople, grouped } from '../text/numbers.js';
import { printable } from '../text/printable.js';
import { LABELS, type Label } from '../model.js';
import { Bar, barSegments } from './bar.js';
import { Prose } from './prose.js';
import type { Person, Report } from './report.js';
import { anchorOf, GLYPHS, pointsOf, scoreOf } from './words.js';

/** A label as a glyph and a word, in its colour. */
export const Badge = ({ label }: { readonly label: Label }) => (
  <span class={`label ${label}`}>
    {GLYPHS[label]} <span>{label}</span>
  </span>
);

/** The explanation with its points in grey. */
const Why = ({ text }: { readonly text: string }) => (
  <>{text.split(/(\([+-][\d.]+\))/).map((part, i) => (i % 2 === 1 ? <i>{part}</i> : part))}</>
);

const Row = ({
  person,
  colours,
  children,
}: {
  readonly person: Person;
  readonly colours: readonly number[];
  readonly children: ComponentChildren;
}) => {
  const { id, name, rank, score, label, converted, contact, explanation } = person;
  const shown = printable(id);
  return (
    <li id={anchorOf(id)} data-l={label} data-c={converted ? '' : undefined}>
      <details>
        <summary>
          <span class="n">{rank}</span>{' '}
          <span class="who">
            {name === '' ? (
              <b class="id">{shown}</b>
            ) : (
              <>
                <b>{name}</b> <small class="id">{shown}</small>
              </>
            )}
          </span>{' '}
          <Bar segments={barSegments(person, colours)} height={12} /> <span class="score">{scoreOf(score)}</span>{' '}
          <Badge label={label} />{' '}
          {contact.length > 0 && (
            <>
              <span class="contact">
                {contact.map(({ value }) => (
                  <span>{value} </span>
                ))}
              </span>{' '}
            </>
          )}
          <span class="why">
            {converted && <em>✓ converted </em>}
            <Why text={explanation} />
          </span>
        </summary>
        {children}
      </details>
    </li>
  );
};

/** All points of a person in one sentence, for a row whose card is kept apart. */
export const briefOf = ({ parts, floor, cap, score }: Person, { method }: Report): string => {
  const points = parts
    .filter((part) => part.points !== 0)
    .map(({ signal, points: earned }) => `${method[signal]?.words ?? ''} ${pointsOf(earned)}`);
  const held = [
    ...(floor > 0 ? [`held at 0 ${pointsOf(floor)}`] : []),
    ...(cap < 0 ? [`held at 100 ${pointsOf(cap)}`] : []),
  ];
  return `${[...points, ...held].join(', ')}; score ${scoreOf(score)}.`;
};

const Legend = ({ report: { colours, method, people } }: { readonly report: Report }) => {
  const has = (some: (points: number, signal: number) => boolean): boolean =>
    people.some(({ parts }) => parts.some(({ points, signal }) => some(points, signal)));
  const entries = [
    ...colours.map((signal, i) => ({ colour: `c${i}`, says: method[signal]?.words ?? '' })),
    ...(has((points, signal) => points > 0 && !colours.includes(signal))
      ? [{ colour: 'rest', says: 'lighter signals' }]
      : []),
    ...(has((points) => points < 0) ? [{ colour: 'loss', says: 'taken off' }] : []),
  ];
  return (
    <ul class="legend">
      {entries.map(({ colour, says }) => (
        <li>
          <svg width="12" height="12">
            <rect class={colour} width="12" height="12" fill={colour === 'loss' ? 'url(#hatch)' : undefined} />
          </svg>{' '}
          {says}
        </li>
      ))}
    </ul>
  );
};

/** Buttons of which one is chosen. */
const Choice = ({
  name,
  says,
  options,
}: {
  readonly name: string;
  readonly says: string;
  readonly options: readonly (readonly [value: string, words: string])[];
}) => (
  <fieldset>
    <legend>{says}</legend>
    {options.map(([value, words], i) => (
      <label>
        <input type="radio" name={name} value={value} checked={i === 0} />
        <span>{words}</span>
      </label>
    ))}
  </fieldset>
);

/** Search and filters; shown by the script, since they do nothing without it. */
const Controls = ({ report }: { readonly report: Report }) => (
  <form id="controls" hidden>
    <label class="search">
      <span>Search people</span>
      <input id="search" type="search" placeholder="Search ( / )" autocomplete="off" />
    </label>
    {report.people.some(({ converted }) => converted) && report.people.some(({ converted }) => !converted) && (
      <Choice
        name="who"
        says="Which people"
        options={[
          ['open', 'To call'],
          ['converted', 'Converted'],
          ['all', 'All'],
        ]}
      />
    )}
    <Choice
      name="label"
      says="Which label"
      options={[['', 'Any'], ...LABELS.map((label) => [label, `${GLYPHS[label]} ${label}`] as const)]}
    />
    <p>
      <output id="count" />
      <button id="copy" type="button">
        Copy as table
      </button>
    </p>
  </form>
);

/** Which people the page shows, and of how many. */
const extentOf = ({ people, health }: Report): string => {
  const converted = people.filter((person) => person.converted).length;
  const open = people.length - converted;
  const all = (shown: number, of: number): string => (shown < of ? `the best ${grouped(shown)} of ` : '');
  const toCall = `${all(open, health.to_call)}${countedPeople(health.to_call)} to call`;
  const others = `${all(converted, health.converted)}${countedPeople(health.converted)} who converted already`;
  const said = [...(open > 0 ? [toCall] : []), ...(converted > 0 ? [others] : [])].join(', and ');
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}${people.length > 1 ? ', best first' : ''}.`;
};

/**
 * The section of the list.
 *
 * @param body what a row opens to
 */
export const People = ({
  report,
  body,
}: {
  readonly report: Report;
  readonly body: (person: Person) => ComponentChildren;
}) => {
  const { people, colours, timelines } = report;
  if (people.length === 0) {
    return (
      <section id="people" class="people">
        <h2>People</h2>
        <p class="empty">There is nobody to list: the features file has {counted(report.health.users, 'user')}.</p>
      </section>
    );
  }
  return (
    <section id="people" class="people">
      <h2>People</h2>
      <p class="lead">
        {extentOf(report)} The solid part of a bar ends at the score. Open a row for every point
        {'missing' in timelines ? '' : ' and session'}.{' '}
        {'missing' in timelines && <Prose text={`Sessions are not shown: ${timelines.missing}.`} />}
      </p>
      <Legend report={report} />
      <Controls report={report} />
      <ul id="list" role="list" class={people.some(({ rank }) => rank > 999) ? 'long' : undefined}>
        {people.map((person) => (
          <Row person={person} colours={colours}>
            {body(person)}
          </Row>
        ))}
      </ul>
      <p id="none" class="empty" hidden>
        Nobody fits these filters.
      </p>
    </section>
  );
};
