/**
 * The catalogue of sources: how to read the exports of other products, with a link to the vendor's documentation.
 * A source says which columns of the export are ours and which of its events are ours.
 */
import type { TimestampForm, EventColumn, EventType } from '../model.js';

/**
 * Their name for a column, or several names, of which the first known cell counts. A name with dots that is not a column
 * itself reaches into nested JSON: `properties.$session_id`.
 */
export type Theirs = string | readonly string[];

/** Which page views count as another type. */
export interface Pages {
  /** Their column with the URL. */
  readonly column: string;
  /** An RE2 regular expression that must match somewhere in the URL. */
  readonly matches: string;
  /** What such a `page_view` counts as instead. */
  readonly type: EventType;
}

/** How one product exports its events. */
export interface Source {
  /** Which of their exports this is. */
  readonly says: string;
  /** Where the vendor documents it. */
  readonly source: string;
  /** A query that makes the file, if the export is not one flat table. */
  readonly query?: string;
  /** Our column -> theirs. */
  readonly columns: Readonly<Partial<Record<EventColumn, Theirs>>>;
  /** Their event -> ours. Events that are not listed keep their names, so `page_view` needs no entry. */
  readonly types: Readonly<Record<string, EventType>>;
  readonly pages: Pages;
  /** Our column -> cells that mean "unknown". */
  readonly unknown?: Readonly<Partial<Record<EventColumn, readonly string[]>>>;
  readonly timestamp: TimestampForm;
  /** Column names that only this export has all of. */
  readonly marks: readonly string[];
}

/**
 * Events that every team names itself, in the two usual spellings. Only "Signed Up" is in a vendor's specification
 * (Segment's, for B2B). Other names go into `events.types`.
 */
const customary = {
  'Signed Up': 'signup',
  signed_up: 'signup',
  'Sign Up': 'signup',
  sign_up: 'signup',
  'Demo Requested': 'demo_request_click',
  demo_requested: 'demo_request_click',
  'Meeting Booked': 'calendar_booking',
  meeting_booked: 'calendar_booking',
  'Document Downloaded': 'doc_download',
  document_downloaded: 'doc_download',
  'Chat Message Sent': 'chat_message',
  chat_message_sent: 'chat_message',
  Searched: 'search',
  searched: 'search',
} as const satisfies Record<string, EventType>;

/** A page called pricing or plans, but not an article about pricing or a query that mentions it. */
const pricing = (column: string): Pages => ({
  column,
  matches: '^[^?#]*/(pricing|plans)([/?#]|$)',
  type: 'pricing_page_view',
});

/**
 * The sources that gesture knows by name.
 *
 * If the vendor merges what people did before and after they signed up, `user_id` is the merged person and `username` the
 * project's own id. Otherwise `user_id` is the project's id, or the anonymous id if there is none.
 */
export const sources = {
  segment: {
    says: 'Segment warehouse, tracks and pages together',
    source: 'https://www.twilio.com/docs/segment/connections/storage/warehouses/schema',
    query: `SELECT id, anonymous_id, user_id, timestamp, received_at, event, context_page_url FROM tracks
UNION ALL
SELECT id, anonymous_id, user_id, timestamp, received_at, 'page' AS event, context_page_url FROM pages`,
    columns: {
      event_id: 'id',
      user_id: ['user_id', 'anonymous_id'],
      timestamp: 'timestamp',
      event_type: 'event',
      device: 'context_device_type',
    },
    types: { ...customary, page: 'page_view' },
    pages: pricing('context_page_url'),
    timestamp: 'iso',
    marks: ['id', 'anonymous_id', 'received_at', 'event'],
  },
  posthog: {
    says: 'PostHog batch export of events, JSON lines or Parquet',
    source: 'https://posthog.com/docs/cdp/batch-exports/s3',
    columns: {
      event_id: 'uuid',
      user_id: ['person_id', 'distinct_id'],
      username: ['person_properties.name', 'person_properties.email', 'distinct_id'],
      session_id: 'properties.$session_id',
      timestamp: 'timestamp',
      event_type: 'event',
      location_city: 'properties.$geoip_city_name',
      device: 'properties.$device_type',
    },
    types: { ...customary, $pageview: 'page_view' },
    pages: pricing('properties.$current_url'),
    timestamp: 'iso',
    marks: ['uuid', 'distinct_id', 'event', 'properties', 'timestamp'],
  },
  snowplow: {
    says: 'Snowplow atomic.events, with a header',
    source: 'https://docs.snowplow.io/docs/fundamentals/canonical-event/',
    columns: {
      event_id: 'event_id',
      user_id: ['user_id', 'domain_userid'],
      session_id: 'domain_sessionid',
      // The time on the device, corrected by the collector's clock.
      timestamp: ['derived_tstamp', 'collector_tstamp'],
      event_type: 'event_name',
      location_city: 'geo_city',
      device: 'dvce_type',
      session_number: 'domain_sessionidx',
    },
    types: { ...customary, site_search: 'search' },
    pages: pricing('page_url'),
    timestamp: 'iso',
    marks: ['event_id', 'event_name', 'collector_tstamp', 'domain_userid'],
  },
  ga4: {
    says: 'Google Analytics 4 export to BigQuery, flattened by a query',
    source: 'https://support.google.com/analytics/answer/7029846',
    query: `SELECT event_timestamp, event_name, user_id, user_pseudo_id, device.category AS device_category, geo.city AS geo_city,
  (SELECT value.int_value FROM UNNEST(event_params) WHERE key = 'ga_session_id') AS ga_session_id,
  (SELECT value.string_value FROM UNNEST(event_params) WHERE key = 'page_location') AS page_location
FROM \`project.analytics_123456789.events_*\``,
    columns: {
      user_id: ['user_id', 'user_pseudo_id'],
      session_id: 'ga_session_id',
      timestamp: 'event_timestamp',
      event_type: 'event_name',
      location_city: 'geo_city',
      device: 'device_category',
    },
    types: {
      ...customary,
      view_search_results: 'search',
      file_download: 'doc_download',
      generate_lead: 'demo_request_click',
    },
    pages: pricing('page_location'),
    unknown: { location_city: ['(not set)'] },
    timestamp: 'epoch_us',
    marks: ['user_pseudo_id', 'event_name', 'event_timestamp'],
  },
  mixpanel: {
    says: 'Mixpanel raw event export, JSON lines; projects from before 2023 export local time as if it were UTC',
    source: 'https://docs.mixpanel.com/reference/raw-event-export',
    columns: {
      event_id: 'properties.$insert_id',
      user_id: 'properties.distinct_id',
      timestamp: 'properties.time',
      event_type: 'event',
      location_city: 'properties.$city',
      device: 'properties.$device',
    },
    types: { ...customary, $mp_web_page_view: 'page_view' },
    pages: pricing('properties.$current_url'),
    timestamp: 'epoch_s',
    marks: ['event', 'properties.distinct_id', 'properties.time'],
  },
  amplitude: {
    says: 'Amplitude Export API, JSON lines (unzip and gunzip the download)',
    source: 'https://amplitude.com/docs/apis/analytics/export',
    columns: {
      event_id: 'uuid',
      user_id: 'amplitude_id',
      username: 'user_id',
      session_id: 'session_id',
      timestamp: 'event_time',
      event_type: 'event_type',
      location_city: 'city',
      device: 'device_family',
    },
    types: { ...customary, '[Amplitude] Page Viewed': 'page_view', '[Amplitude] File Downloaded': 'doc_download' },
    pages: pricing('event_properties.[Amplitude] Page URL'),
    // "A session_id of -1 is the same as no session_id specified."
    unknown: { session_id: ['-1'] },
    timestamp: 'iso',
    marks: ['amplitude_id', 'event_type', 'event_time'],
  },
} as const satisfies Record<string, Source>;

/** The name of a source, as in `--from`. */
export type SourceName = keyof typeof sources;

/** True if this is the name of a source. */
export const isSource = (name: string): name is SourceName => Object.hasOwn(sources, name);

/** The names of the sources. */
export const SOURCE_NAMES: readonly SourceName[] = Object.keys(sources).filter(isSource);

/** The sources whose exports have these columns, by their marks; at most one. */
export const fitting = (columns: Iterable<string>): SourceName[] => {
  const present = new Set(columns);
  return SOURCE_NAMES.filter((name) => sources[name].marks.every((mark) => present.has(mark)));
};
