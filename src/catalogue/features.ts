/**
 * The catalogue of features: everything gesture knows about a user, one column each, in CSV order.
 * To add a feature, add an entry; the SQL, the column, its checks and the documentation are derived from it.
 */
import { eventOf } from './conditions.js';
import type { Feature, RowMeasure } from './measures.js';

const eventsOf = (type: string): RowMeasure => ({ op: 'countWhere', column: 'event_type', equals: type });
const sessionsWith = (flag: string): RowMeasure => ({ op: 'countWhere', column: flag, equals: '1' });
const latest = (column: string): RowMeasure => ({ op: 'latest', column });

/** The built-in features. A project's own features are added before `converted`, which stays last. */
export const features = {
  username: { from: 'events', is: latest('username'), unit: 'text', says: 'name' },
  location_city: { from: 'events', is: latest('location_city'), unit: 'text', says: 'city' },
  gender: { from: 'events', is: latest('gender'), unit: 'text', says: 'gender; shown, but never a signal' },
  primary_device: {
    from: 'sessions',
    is: { op: 'mode', column: 'device' },
    unit: 'text',
    says: 'device used in most sessions',
  },
  account_balance_usd: { from: 'events', is: latest('account_balance_usd'), unit: 'USD', says: 'account balance' },
  recent_pages_viewed: {
    from: 'events',
    is: latest('recent_pages_viewed'),
    unit: 'pages',
    says: 'recent page views, as reported by the log',
  },
  recent_pricing_views: {
    from: 'events',
    is: latest('recent_pricing_views'),
    unit: 'views',
    says: 'recent pricing views, as reported by the log',
  },
  total_events: { from: 'events', is: { op: 'count' }, unit: 'events', says: 'events of any type' },
  total_sessions: { from: 'sessions', is: { op: 'count' }, unit: 'sessions', says: 'sessions' },
  repeat_sessions: {
    from: 'sessions',
    is: sessionsWith('is_repeat'),
    unit: 'sessions',
    says: 'sessions after the first',
  },
  repeat_session_rate: {
    from: 'features',
    is: { op: 'ratio', of: 'repeat_sessions', per: 'total_sessions' },
    unit: 'per session',
    says: 'share of sessions after the first',
  },
  bounces: {
    from: 'sessions',
    is: sessionsWith('is_bounce'),
    unit: 'sessions',
    says: 'sessions with a single, passing event',
  },
  bounce_rate: {
    from: 'features',
    is: { op: 'ratio', of: 'bounces', per: 'total_sessions' },
    unit: 'per session',
    says: 'share of sessions with a single, passing event',
  },
  spam_sessions: {
    from: 'sessions',
    is: sessionsWith('is_spam'),
    unit: 'sessions',
    says: 'sessions that look automated',
  },
  spam_rate: {
    from: 'features',
    is: { op: 'ratio', of: 'spam_sessions', per: 'total_sessions' },
    unit: 'per session',
    says: 'share of sessions that look automated',
  },
  page_views: { from: 'events', is: eventsOf('page_view'), unit: 'events', says: 'page views' },
  pricing_page_views: {
    from: 'events',
    is: eventsOf('pricing_page_view'),
    unit: 'events',
    says: 'views of the pricing page',
  },
  search_events: { from: 'events', is: eventsOf('search'), unit: 'events', says: 'searches' },
  chat_messages: { from: 'events', is: eventsOf('chat_message'), unit: 'events', says: 'chat messages' },
  doc_downloads: { from: 'events', is: eventsOf('doc_download'), unit: 'events', says: 'document downloads' },
  demo_request_clicks: {
    from: 'events',
    is: eventsOf('demo_request_click'),
    unit: 'events',
    says: 'clicks on "request a demo"',
  },
  signups: { from: 'events', is: eventsOf('signup'), unit: 'events', says: 'signups' },
  calendar_bookings: { from: 'events', is: eventsOf('calendar_booking'), unit: 'events', says: 'booked calls' },
  last_event_ts: { from: 'events', is: { op: 'lastTime' }, unit: 'UTC', says: 'time of the last event' },
  days_since_last_event: {
    from: 'events',
    is: { op: 'daysSinceLast' },
    unit: 'days',
    says: 'days from the last event to as-of',
  },
  converted: {
    from: 'events',
    is: { op: 'did', allOf: [eventOf('signup'), eventOf('calendar_booking')], anyOf: [] },
    unit: 'flag',
    says: '1 if the user has converted: signed up and booked a call',
  },
} as const satisfies Record<string, Feature>;
