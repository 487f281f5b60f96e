/**
 * The catalogue of personas: who visits the simulated site and how they behave, as data for `simulate/`.
 *
 * Everyone visits the same `site`; personas differ in their taste for its pages, their rhythm and their intentions.
 * Probabilities are weights and quantile tables, so the simulation needs no transcendental function and gives the same
 * bits everywhere. Figures are assumed unless a source is named; `npm run realism` compares the result with published ones.
 */
import { EVENT_TYPES, type EventType } from '../model.js';

/** Values at equally spaced probabilities, from the least to the greatest; values between them are interpolated. */
export type Quantiles = readonly [number, number, ...number[]];

/** Relative chances by name; they can have any sum. */
export type Weights<Name extends string> = Readonly<Partial<Record<Name, number>>>;

/** The device of a visit. */
export type Device = 'desktop' | 'mobile' | 'tablet';

/** One kind of visitor. */
export interface Persona {
  /** How many of every hundred users are of this kind; all shares sum to 100. */
  readonly share: number;
  /** Why this kind of visitor is in the world. */
  readonly because: string;
  /** Range of the latent intent to buy, 0 to 1. Intent drives visits and the pull of the commercial pages. */
  readonly intent: readonly [number, number];
  /** First visits happen in this first part of the log, 0 to 1. */
  readonly arrives: number;
  /** Already has an account when the log begins, so never signs up and can book at once. */
  readonly account?: true;
  readonly visits: {
    /** Visits per day of a user with average energy and intent, at the time of the first visit. */
    readonly perDay: number;
    /** Factor on the visit rate for every day since the first visit; below 1 interest fades, above 1 it grows. */
    readonly trend: number;
    readonly week: keyof typeof weeks;
    readonly hours: keyof typeof hours;
  };
  /** Share of visits that end after a single event. */
  readonly bounces: number;
  /** Probability of leaving after each later event. */
  readonly leaves: number;
  /** Factors on the site's weights: 2 means twice as drawn to a step as others, 0 never takes it. */
  readonly pull: Weights<EventType>;
  /** Seconds on a page. */
  readonly dwell: Quantiles;
  /** Scroll depth in per cent of the page. */
  readonly scroll: Quantiles;
  readonly devices: Weights<Device>;
  /** Share of visits on the user's usual device; other visits draw from `devices`. */
  readonly loyalty: number;
  /** Account balance in USD, drawn once per user. */
  readonly balance: Quantiles;
}

/** Relative visits by day of the week, Sunday first; 1 is an ordinary day. */
export const weeks = {
  /** Work: midweek peak (MediaPost 210169: business sites peak on Wednesday), weekends far below; the depth is assumed. */
  business: [0.25, 1, 1.1, 1.15, 1.05, 0.85, 0.2],
  /** Leisure: more at weekends. Assumed. */
  leisure: [1.4, 0.9, 0.9, 0.9, 0.9, 1, 1.5],
  /** Bots visit every day alike. */
  flat: [1, 1, 1, 1, 1, 1, 1],
} as const satisfies Record<string, readonly number[]>;

/** Relative visits by hour of the day (UTC). Assumed: one time zone, working hours with a lunch dip, an evening peak. */
export const hours = {
  office: [1, 1, 1, 1, 1, 2, 5, 15, 40, 70, 85, 80, 55, 65, 80, 80, 65, 40, 18, 12, 12, 10, 6, 2],
  evening: [8, 4, 2, 1, 1, 1, 4, 10, 14, 14, 14, 15, 24, 18, 14, 15, 18, 28, 45, 65, 80, 75, 50, 22],
  flat: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
} as const satisfies Record<string, readonly number[]>;

/** Where a visit begins. */
export const landing = {
  page_view: 80,
  pricing_page_view: 7,
  search: 7,
  doc_download: 3,
  chat_message: 3,
} as const satisfies Weights<EventType>;

/** The site: where each step leads, and how long people stay compared with an ordinary page (`dwell`). */
export const site = {
  page_view: {
    dwell: 1,
    next: { page_view: 60, search: 9, pricing_page_view: 12, doc_download: 5, chat_message: 2, signup: 1.5 },
  },
  pricing_page_view: {
    dwell: 1.2,
    next: { page_view: 40, pricing_page_view: 16, demo_request_click: 8, signup: 7, chat_message: 8 },
  },
  search: { dwell: 0.4, next: { page_view: 70, search: 14, doc_download: 10, pricing_page_view: 6 } },
  chat_message: {
    dwell: 0.6,
    next: { chat_message: 45, page_view: 30, pricing_page_view: 10, demo_request_click: 4, calendar_booking: 6 },
  },
  doc_download: { dwell: 1.5, next: { page_view: 60, doc_download: 12, search: 14, pricing_page_view: 10 } },
  demo_request_click: { dwell: 0.7, next: { page_view: 40, signup: 22, pricing_page_view: 14, calendar_booking: 12 } },
  signup: { dwell: 1.4, next: { page_view: 55, calendar_booking: 16, doc_download: 14, chat_message: 6 } },
  calendar_booking: { dwell: 1, next: { page_view: 70, doc_download: 10 } },
} as const satisfies Record<EventType, { dwell: number; next: Weights<EventType> }>;

/** Steps towards a purchase, whose pull grows with the user's intent. */
export const commercial: ReadonlySet<EventType> = new Set<EventType>([
  'pricing_page_view',
  'demo_request_click',
  'signup',
  'calendar_booking',
]);

/** Refuses a catalogue that cannot be simulated. */
const definePersonas = <const P extends Readonly<Record<string, Persona>>>(personas: P): P => {
  const shares = Object.values<Persona>(personas).reduce((sum, persona) => sum + persona.share, 0);
  if (shares !== 100) throw new Error(`personas: shares sum to ${shares}, they must sum to 100`);
  for (const [name, { intent, share, because }] of Object.entries<Persona>(personas)) {
    if (!Number.isInteger(share)) throw new Error(`personas.${name}: share ${share} is not a whole number of users`);
    if (because === '') throw new Error(`personas.${name}: because is empty`);
    if (!(intent[0] >= 0 && intent[0] <= intent[1] && intent[1] <= 1)) {
      throw new Error(`personas.${name}: intent must be a range within 0 to 1`);
    }
  }
  for (const type of EVENT_TYPES) {
    if (Object.keys(site[type].next).length === 0) throw new Error(`site.${type}: leads nowhere`);
  }
  return personas;
};

/** Everyone who visits the simulated site. */
export const personas = definePersonas({
  casual_reader: {
    share: 30,
    because: 'Most people who know a site read it now and then, in the evening, and want nothing from it.',
    intent: [0, 0.25],
    arrives: 1,
    visits: { perDay: 0.09, trend: 0.97, week: 'leisure', hours: 'evening' },
    bounces: 0.58,
    leaves: 0.3,
    pull: { pricing_page_view: 0.6, demo_request_click: 0.2, signup: 0.2, calendar_booking: 0.2 },
    dwell: [3, 12, 25, 55, 180],
    scroll: [2, 25, 50, 75, 100],
    devices: { mobile: 50, desktop: 43, tablet: 7 },
    loyalty: 0.8,
    balance: [0, 0, 20, 120, 900],
  },
  researcher: {
    share: 17,
    because:
      'Students, analysts and competitors read everything, even the prices, and buy nothing: volume is not intent.',
    intent: [0.1, 0.45],
    arrives: 0.9,
    visits: { perDay: 0.32, trend: 0.98, week: 'business', hours: 'office' },
    bounces: 0.34,
    leaves: 0.2,
    pull: {
      search: 2,
      doc_download: 2.5,
      pricing_page_view: 0.9,
      signup: 0.35,
      demo_request_click: 0.5,
      calendar_booking: 0.1,
    },
    dwell: [3, 16, 38, 85, 320],
    scroll: [5, 45, 70, 90, 100],
    devices: { desktop: 85, mobile: 12, tablet: 3 },
    loyalty: 0.92,
    balance: [0, 0, 80, 300, 1500],
  },
  evaluator_who_converts: {
    share: 14,
    because:
      'The people worth calling: they compare, return more often as they come to a decision, sign up and book a call.',
    intent: [0.6, 1],
    arrives: 0.9,
    visits: { perDay: 0.31, trend: 1.035, week: 'business', hours: 'office' },
    bounces: 0.24,
    leaves: 0.19,
    pull: { pricing_page_view: 1.3, demo_request_click: 2.2, signup: 1.8, calendar_booking: 1.7, chat_message: 1.3 },
    dwell: [3, 14, 34, 75, 290],
    scroll: [5, 40, 65, 90, 100],
    devices: { desktop: 80, mobile: 17, tablet: 3 },
    loyalty: 0.88,
    balance: [0, 200, 900, 3000, 20_000],
  },
  evaluator_who_stalls: {
    share: 13,
    because:
      'Looks like a buyer until a budget, a boss or a rival gets in the way, so no funnel step alone proves intent.',
    intent: [0.3, 0.7],
    arrives: 0.85,
    visits: { perDay: 0.4, trend: 0.93, week: 'business', hours: 'office' },
    bounces: 0.3,
    leaves: 0.2,
    pull: { pricing_page_view: 1.3, demo_request_click: 2, signup: 1.6, calendar_booking: 0.1 },
    dwell: [3, 13, 31, 70, 270],
    scroll: [5, 35, 60, 85, 100],
    devices: { desktop: 76, mobile: 20, tablet: 4 },
    loyalty: 0.88,
    balance: [0, 100, 500, 1800, 9000],
  },
  returning_customer: {
    share: 7,
    because: 'Bought before the log begins; comes for documents and help, and now and then books a review call.',
    intent: [0.2, 0.5],
    arrives: 0.25,
    account: true,
    visits: { perDay: 0.4, trend: 1, week: 'business', hours: 'office' },
    bounces: 0.4,
    leaves: 0.25,
    pull: {
      doc_download: 2.5,
      search: 1.8,
      chat_message: 2,
      pricing_page_view: 0.3,
      demo_request_click: 0.1,
      calendar_booking: 0.15,
    },
    dwell: [3, 12, 28, 65, 260],
    scroll: [3, 30, 55, 85, 100],
    devices: { desktop: 82, mobile: 15, tablet: 3 },
    loyalty: 0.95,
    balance: [1000, 3000, 6000, 12_000, 40_000],
  },
  bouncer: {
    share: 16,
    because: 'Arrives by mistake from an advertisement or a search, looks once and leaves; may come a second time.',
    intent: [0, 0.1],
    arrives: 1,
    visits: { perDay: 0.04, trend: 0.95, week: 'leisure', hours: 'evening' },
    bounces: 0.92,
    leaves: 0.6,
    pull: { pricing_page_view: 0.5, demo_request_click: 0, signup: 0, calendar_booking: 0 },
    dwell: [1, 4, 8, 15, 60],
    scroll: [0, 5, 12, 30, 80],
    devices: { mobile: 68, desktop: 27, tablet: 5 },
    loyalty: 0.85,
    balance: [0, 0, 0, 40, 300],
  },
  bot: {
    share: 3,
    because:
      'Scrapers and form fillers: faster than a human, at any hour, and they click signup too. They must not rank high.',
    intent: [0, 0],
    arrives: 0.7,
    visits: { perDay: 0.6, trend: 0.96, week: 'flat', hours: 'flat' },
    bounces: 0.08,
    leaves: 0.05,
    pull: {
      page_view: 1.5,
      pricing_page_view: 3,
      search: 1.5,
      chat_message: 0.2,
      signup: 1.3,
      calendar_booking: 0,
      demo_request_click: 0.5,
    },
    dwell: [0, 0, 1, 1, 1],
    scroll: [0, 0, 0, 0, 100],
    devices: { desktop: 97, mobile: 3 },
    loyalty: 1,
    balance: [0, 0, 0, 0, 0],
  },
});
