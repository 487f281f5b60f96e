/**
 * The simulated world: users with intentions, their visits, and what they do there. The only source of randomness.
 *
 * Pure: the same world gives the same users, whatever the clock, the time zone or the number of users. User `k` draws only
 * from streams named by (seed, k), forward in time, so a later `until` adds events and changes none. Instants are whole
 * epoch seconds (UTC).
 */
import {
  commercial,
  hours,
  landing,
  personas,
  site,
  weeks,
  type Device,
  type Persona,
  type Weights,
} from '../catalogue/personas.js';
import { idleTimeout } from '../catalogue/sessions.js';
import { EVENT_TYPES, type EventType } from '../model.js';
import { dateFns, utc } from '../text/dates.js';
import { below, pickIndex, quantile, shuffled, stream, type Rng } from './chance.js';
import { isBounce, isSpam } from './flags.js';
import { drawDevice, personMaker, type Person } from './person.js';

/** What to simulate. `start` <= first visits <= `asOf` <= `until`, in epoch seconds. */
export interface World {
  readonly seed: string;
  readonly users: number;
  readonly start: number;
  /** By this instant every user has visited. */
  readonly asOf: number;
  /** The last simulated instant: `asOf` for a log, later for the truth about what people will do. */
  readonly until: number;
}

/** One thing a user did. */
interface SimulatedEvent {
  readonly at: number;
  readonly type: EventType;
  readonly seconds: number;
  /** Per cent of the page. */
  readonly scroll: number;
  /** Pages of any kind, and pricing pages, that the user viewed in the `RECENT_DAYS` up to and including this event. */
  readonly recentPages: number;
  readonly recentPricing: number;
}

/** One visit: at least one event, with gaps of under 30 minutes. */
interface SimulatedSession {
  /** 1 for the user's first visit. */
  readonly number: number;
  readonly device: Device;
  readonly events: readonly SimulatedEvent[];
  /** A single event that is no high-intent action. */
  readonly bounce: boolean;
  /** Faster than a human reads, by `spamRule`. */
  readonly spam: boolean;
}

/** One user: who they are, what they want and what they did. */
export interface SimulatedUser {
  /** 1 for the first user. */
  readonly k: number;
  /** A name in the catalogue of personas. */
  readonly persona: string;
  /** Latent intent to buy, 0 to 1. */
  readonly intent: number;
  readonly person: Person;
  readonly sessions: readonly SimulatedSession[];
  /** When the user has both signed up and booked a call; undefined if not by `until`. */
  readonly convertsAt: number | undefined;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The window of `recent_pages_viewed` and `recent_pricing_views`. Assumed: a week, the half-life of the score's recency. */
export const RECENT_DAYS = 7;

/** Two visits are always further apart than this, so that deriving sessions from the log finds the same visits. */
const IDLE = idleTimeout.minutes * MINUTE;

/** The longest stay on one page, well under `IDLE`. */
const LONGEST_STAY = 25 * MINUTE;

/** The most events in a visit, so that no visit is endless; hardly anyone reaches it. */
const LONGEST_VISIT = 40;

/** How active people of one persona are, as quantiles. Assumed. */
const ENERGY = [0.4, 0.75, 1, 1.3, 2.2] as const;

/** The most visits per day that growing interest leads to. Assumed. */
const MOST_VISITS_A_DAY = 2;

/** Factor on visits after a conversion, when only onboarding is left. Assumed. */
const AFTER_CONVERSION = 0.35;

/** Share of users who get a calendar link from sales before they sign up. Assumed. */
const BOOKS_FIRST = 0.03;

/** The most calls that one user books. */
const MOST_BOOKINGS = 2;

interface Day {
  readonly at: number;
  readonly weekday: number;
}

const [startOfDay, addDays, getDay] = [dateFns('startOfDay'), dateFns('addDays'), dateFns('getDay')];

/** The UTC days from `start` to `until`. */
const calendar = (start: number, until: number): Day[] => {
  const days: Day[] = [];
  const last = until * 1000;
  for (let day = startOfDay(start * 1000, { in: utc }); +day <= last; day = addDays(day, 1, { in: utc })) {
    days.push({ at: +day / 1000, weekday: getDay(day, { in: utc }) });
  }
  return days;
};

interface Card {
  readonly name: string;
  readonly persona: Persona;
}

/** Deals personas from one shuffled deck per hundred users, so that even a small world has the right mix. */
const dealer = (seed: string): ((k: number) => Card) => {
  const cards = Object.entries<Persona>(personas).flatMap(([name, persona]) =>
    Array.from({ length: persona.share }, (): Card => ({ name, persona })),
  );
  let dealt = -1;
  let deck: readonly Card[] = [];
  return (k) => {
    const number = Math.floor((k - 1) / cards.length);
    if (number !== dealt) {
      deck = shuffled(stream(seed, 'deck', number), cards);
      dealt = number;
    }
    const card = deck[(k - 1) % cards.length];
    if (card === undefined) throw new Error(`no user ${k}: the first is 1`);
    return card;
  };
};

/** What a user has done so far, if it decides what they can do next. */
interface Journey {
  readonly rng: Rng;
  readonly persona: Persona;
  /** Factor on the commercial steps. */
  readonly drive: number;
  readonly booksFirst: boolean;
  pricing: number;
  bookings: number;
  signedUpAt: number | undefined;
  bookedAt: number | undefined;
  /** Page and pricing views of recent visits, with the start of each visit. */
  recent: { at: number; pages: number; pricing: number }[];
}

/** The order of the funnel: pricing before a demo, one signup, bookings only with an account or a link from sales. */
const allowed = (type: EventType, journey: Journey): boolean => {
  const hadAccount = journey.persona.account === true;
  switch (type) {
    case 'demo_request_click':
      return journey.pricing > 0;
    case 'signup':
      return !hadAccount && journey.signedUpAt === undefined;
    case 'calendar_booking':
      return journey.bookings < MOST_BOOKINGS && (hadAccount || journey.signedUpAt !== undefined || journey.booksFirst);
    default:
      return true;
  }
};

/** Steps and their weights, as lists, since every event goes through one. */
type Steps = readonly (readonly [EventType, number])[];

const stepsOf = (weights: Weights<EventType>): Steps =>
  EVENT_TYPES.map((type) => [type, weights[type] ?? 0] as const).filter(([, weight]) => weight > 0);

const LANDING = stepsOf(landing);
const NEXT = new Map(EVENT_TYPES.map((type) => [type, stepsOf(site[type].next)]));

/** The next step, by the site's weights, the persona's taste and the user's drive; undefined ends the visit. */
const step = (journey: Journey, steps: Steps): EventType | undefined => {
  const { rng, persona, drive } = journey;
  const weights = steps.map(([type, weight]) =>
    allowed(type, journey) ? weight * (persona.pull[type] ?? 1) * (commercial.has(type) ? drive : 1) : 0,
  );
  return steps[pickIndex(rng, weights)]?.[0];
};

/** Plays one visit, but no events after `until`. */
const visit = (journey: Journey, start: number, until: number): SimulatedEvent[] => {
  const { rng, persona } = journey;
  journey.recent = journey.recent.filter(({ at }) => at > start - RECENT_DAYS * DAY);
  let recentPages = journey.recent.reduce((sum, { pages }) => sum + pages, 0);
  let recentPricing = journey.recent.reduce((sum, { pricing }) => sum + pricing, 0);
  const before = { pages: recentPages, pricing: recentPricing };
  const longest = rng() < persona.bounces ? 1 : LONGEST_VISIT;
  const events: SimulatedEvent[] = [];
  let type = step(journey, LANDING);
  for (let at = start; type !== undefined && at <= until;) {
    if (type === 'page_view' || type === 'pricing_page_view') recentPages += 1;
    if (type === 'pricing_page_view') {
      recentPricing += 1;
      journey.pricing += 1;
    }
    if (type === 'signup') journey.signedUpAt = at;
    if (type === 'calendar_booking') {
      journey.bookings += 1;
      journey.bookedAt ??= at;
    }
    const attention = rng();
    const seconds = Math.min(Math.round(quantile(persona.dwell, attention) * site[type].dwell), LONGEST_STAY);
    // People who stay longer usually scroll further.
    const scroll = Math.round(quantile(persona.scroll, (attention + rng()) / 2));
    events.push({ at, type, seconds, scroll, recentPages, recentPricing });
    if (events.length >= longest || (events.length > 1 && rng() < persona.leaves)) break;
    at += seconds;
    type = step(journey, NEXT.get(type) ?? []);
  }
  journey.recent.push({ at: start, pages: recentPages - before.pages, pricing: recentPricing - before.pricing });
  return events;
};

/** A moment of `day` in the persona's hours. */
const moment = (rng: Rng, day: Day, { visits }: Persona): number =>
  day.at + pickIndex(rng, hours[visits.hours]) * HOUR + below(rng, HOUR);

/** A user's first visit, by the persona's days and hours, never after `asOf`. */
const arrival = (rng: Rng, days: readonly Day[], persona: Persona, { start, asOf }: World): number => {
  const end = start + Math.floor((asOf - start) * persona.arrives);
  const weights = days.map((day) => (day.at <= end ? weeks[persona.visits.week][day.weekday] : 0) ?? 0);
  const day = days[pickIndex(rng, weights)];
  const at = day === undefined ? start : moment(rng, day, persona);
  return at >= start && at <= end ? at : start + below(rng, end - start + 1);
};

/** The later of two instants; undefined unless both are known. */
const later = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : Math.max(a, b);

/**
 * Generates the users of a world in the order of their numbers.
 *
 * @param from the number of the first user; user 7 is the same person wherever you start
 */
export function* simulate(world: World, from = 1): Generator<SimulatedUser> {
  const days = calendar(world.start, world.until);
  const deal = dealer(world.seed);
  const make = personMaker();
  for (let k = from; k <= world.users; k++) {
    const { name, persona } = deal(k);
    const person = make(stream(world.seed, 'person', k), persona);
    const rng = stream(world.seed, 'visits', k);
    const intent = persona.intent[0] + (persona.intent[1] - persona.intent[0]) * rng();
    const journey: Journey = {
      rng,
      persona,
      drive: 0.3 + 1.4 * intent,
      booksFirst: rng() < BOOKS_FIRST,
      pricing: 0,
      bookings: 0,
      signedUpAt: undefined,
      bookedAt: undefined,
      recent: [],
    };
    let rate = persona.visits.perDay * quantile(ENERGY, rng()) * (0.5 + intent);
    let free = arrival(rng, days, persona, world);
    const sessions: SimulatedSession[] = [];
    for (const day of days) {
      if (day.at + DAY <= free && sessions.length === 0) continue;
      const starts = sessions.length === 0 ? [free] : [];
      if (sessions.length > 0) {
        rate = Math.min(rate * persona.visits.trend, MOST_VISITS_A_DAY);
        const open = later(journey.signedUpAt, journey.bookedAt) === undefined;
        const expected = rate * (weeks[persona.visits.week][day.weekday] ?? 1) * (open ? 1 : AFTER_CONVERSION);
        const visits = Math.floor(expected) + (rng() < expected % 1 ? 1 : 0);
        for (let i = 0; i < visits; i++) starts.push(moment(rng, day, persona));
        starts.sort((a, b) => a - b);
      }
      for (const planned of starts) {
        const start = Math.max(planned, free);
        if (start > world.until) break;
        const device = rng() < persona.loyalty ? person.device : drawDevice(rng, persona);
        const events = visit(journey, start, world.until);
        sessions.push({ number: sessions.length + 1, device, events, bounce: isBounce(events), spam: isSpam(events) });
        free = (events.at(-1)?.at ?? start) + IDLE + 1 + below(rng, IDLE);
      }
    }
    yield { k, persona: name, intent, person, sessions, convertsAt: later(journey.signedUpAt, journey.bookedAt) };
  }
}
