/**
 * The catalogue of sources: how to read the exports of other products, with a link to the vendor's documentation.
 * A source says which columns of the export are ours and which of its events are ours.
 */
import type { Condition } from './conditions.js';
import type { EventColumn, EventType, EXCLUSION_COLUMNS, REQUIRED_COLUMNS } from '../model.js';

/**
 * Their name for a column, or several names, of which the first known cell counts. A name with dots that is not a column
 * itself reaches into nested JSON: `properties.$session_id`.
 */
export type Theirs = string | readonly string[];

/** Which page views count as views of the pricing page. */
export interface Pages {
  /** Their column with the URL. */
  readonly column: Theirs;
  /** An RE2 regular expression that must match somewhere in the URL. */
  readonly pricing: string;
}

/** How people are recognised before they say who they are. */
export interface Identity {
  /** Their column with the anonymous id of a visitor. */
  readonly column: Theirs;
  /**
   * If one column holds anonymous ids and users' ids alike, that one is `column`, and this is their column that links
   * the two: an event that has it belongs to a user, and it names the anonymous id that was theirs.
   */
  readonly alias?: Theirs;
}

/** Lines that are not CSV: of the access log of Apache or nginx, or in the format of the W3C. */
export type LineFormat = 'apache' | 'w3c';

/** A column of ours that a source can name. */
type SourceColumn = EventColumn | (typeof EXCLUSION_COLUMNS)[number];

/** How one product exports its events. */
export interface Source {
  /** Which of their exports this is. */
  readonly says: string;
  /** Where the vendor documents it. */
  readonly source: string;
  /** What the lines are, if they are not CSV. */
  readonly lines?: LineFormat;
  /** The event type of every row, if there is no column for it. */
  readonly type?: EventType;
  /** Which rows are events: those that meet all of these, in columns of theirs. */
  readonly where?: readonly Condition[];
  /** A query that makes the file, if the export is not one flat table. */
  readonly query?: string;
  /** Our column -> theirs. */
  readonly columns: Readonly<Partial<Record<SourceColumn, Theirs>>>;
  /** Their event -> ours, beside the customary names. Events that are not listed keep their names. */
  readonly types: Readonly<Record<string, EventType>>;
  readonly pages: Pages;
  /** Our column -> cells that mean "unknown", beside the words that always do. */
  readonly unknown?: Readonly<Partial<Record<EventColumn, readonly string[]>>>;
  readonly timestamp: readonly string[];
  /** Columns of theirs that together identify an event, if it has no id. */
  readonly id?: readonly string[];
  readonly identity?: Identity;
  /** Column names that only this export has all of. */
  readonly marks: readonly string[];
}

/** Cells that mean "unknown" in every column: what databases, R, pandas, Go, JavaScript and Google Analytics write. */
export const NULL_WORDS: readonly string[] = [
  'NULL',
  'null',
  String.raw`\N`,
  'NA',
  'N/A',
  'NaN',
  'nan',
  'None',
  'undefined',
  '(null)',
  '(not set)',
  '<nil>',
];

/**
 * Names that teams give our events, without case, blanks, `_`, `-`, `.`, `:` and `$`: "Signed Up", signed_up and SignedUp are one.
 * "Signed Up" is in Segment's specification for B2B, `$pageview` is PostHog's; the others are what logs were found to have. Other
 * names go into `events.types`.
 */
export const customary: Readonly<Record<string, EventType>> = {
  pageview: 'page_view',
  pageviewed: 'page_view',
  viewedpage: 'page_view',
  pricingpageview: 'pricing_page_view',
  pricingpageviewed: 'pricing_page_view',
  viewedpricing: 'pricing_page_view',
  viewedpricingpage: 'pricing_page_view',
  pricingviewed: 'pricing_page_view',
  search: 'search',
  searched: 'search',
  sitesearch: 'search',
  chatmessage: 'chat_message',
  chatmessagesent: 'chat_message',
  docdownload: 'doc_download',
  documentdownloaded: 'doc_download',
  documentdownload: 'doc_download',
  demorequestclick: 'demo_request_click',
  demorequested: 'demo_request_click',
  demorequest: 'demo_request_click',
  requestdemo: 'demo_request_click',
  requestedademo: 'demo_request_click',
  requesteddemo: 'demo_request_click',
  signup: 'signup',
  signedup: 'signup',
  usersignedup: 'signup',
  accountcreated: 'signup',
  calendarbooking: 'calendar_booking',
  meetingbooked: 'calendar_booking',
  bookedmeeting: 'calendar_booking',
  callbooked: 'calendar_booking',
  demobooked: 'calendar_booking',
};

/** Names that logs were found to have for the columns that must be there, compared in the same way; the likeliest first. */
export const customaryColumns: Readonly<Record<(typeof REQUIRED_COLUMNS)[number], readonly string[]>> = {
  user_id: [
    'userid',
    'uid',
    'user',
    'distinctid',
    'customerid',
    'visitorid',
    'clientid',
    'memberid',
    'accountid',
    'personid',
  ].concat(['email', 'useremail', 'customer', 'visitor', 'anonymousid', 'userpseudoid', 'idcustomer', 'iduser']),
  timestamp: [
    'eventtime',
    'eventtimestamp',
    'time',
    'ts',
    'datetime',
    'eventdatetime',
    'eventdt',
    'createdat',
    'occurredat',
    'at',
  ].concat(['eventdate', 'date', 'loggedat', 'receivedat', 'starttime', 'clienttime', 'servertime', 'timestampms']),
  event_type: [
    'event',
    'eventname',
    'eventtype',
    'action',
    'activity',
    'type',
    'name',
    'eventaction',
    'actiontype',
    'activitytype',
  ],
};

/** The characters that customary names are compared without. */
export const NAME_SEPARATORS = ' _-.:$';

/** What pricing pages are called, in English, German, French, Spanish, Portuguese, Italian, Dutch, Swedish and Polish. */
const PRICING_NAMES =
  'pricing|plans|prices?|pricing-(and-)?plans?|pricing-page|plans-(and-)?pricing|preise?|preisliste|preis(ü|ue)bersicht|' +
  'tarife?|tarifs|tarification|nos-tarifs|prix|nos-prix|precios?|planes-y-precios|pre[cç]os?|planos|planos-e-pre[cç]os|' +
  'prezz[io]|listino(-prezzi)?|tariffe|piani-e-prezzi|prijs|prijzen|tarief|tarieven|pris|priser|cennik';

/**
 * A page called pricing, plans or price, in any of these languages: the last segment of the path or of a hash route, in any
 * case, with or without `.html`. Before it stand at most a country, a language and /product, so that no article, manual or
 * settings page counts: /en/pricing, /us/en/pricing and /product/pricing do, /blog/pricing/ten-tips, /docs/plans and
 * /admin/billing/plans do not.
 */
export const pricingPage =
  '(?i)^([a-z][a-z0-9+.-]*://)?[^/?#]*([^#]*#!?)?(/intl)?(/[a-z]{2}([-_]([a-z]{2,4}|419)){0,2}){0,2}(/products?)?' +
  String.raw`/(${PRICING_NAMES})(\.html?|\.php|\.aspx)?/?([?#]|$)`;

const pricing = (column: Theirs): Pages => ({ column, pricing: pricingPage });

/** Files that a page consists of, by the ends of their paths: requests for them are no page views. */
const ASSETS = String.raw`(?i)\.(css|m?js|map|json|xml|txt|png|jpe?g|gif|svg|ico|webp|avif|woff2?|ttf|otf|eot|mp[34]|webm|pdf)([?#]|$)`;

/** Requests that are page views. */
const pageRequests = (method: string, path: string, status: string): readonly Condition[] => [
  { column: method, equals: 'GET' },
  { column: status, matches: '^(2..|304)$' },
  { column: path, not_matches: ASSETS },
];

/**
 * The sources that gesture knows by name.
 *
 * Who somebody was before they signed up follows from the log itself (`identity`): PostHog, for example, stores the
 * person of an event as it was when the event arrived, and never updates it.
 */
export const sources = {
  segment: {
    says: 'Segment warehouse, tracks and pages together',
    source: 'https://www.twilio.com/docs/segment/connections/storage/warehouses/schema',
    query: `SELECT id, anonymous_id, user_id, timestamp, received_at, event, context_page_url, context_user_agent FROM tracks
UNION ALL
SELECT id, anonymous_id, user_id, timestamp, received_at, 'page' AS event, context_page_url, context_user_agent FROM pages`,
    columns: {
      event_id: 'id',
      user_id: 'user_id',
      timestamp: 'timestamp',
      event_type: 'event',
      device: 'context_device_type',
      email: ['email', 'context_traits_email'],
      user_agent: 'context_user_agent',
    },
    identity: { column: 'anonymous_id' },
    types: { page: 'page_view' },
    pages: pricing('context_page_url'),
    timestamp: ['iso'],
    marks: ['id', 'anonymous_id', 'received_at', 'event'],
  },
  segment_events: {
    says: 'Segment events, JSON lines, as its destinations and webhooks get them',
    source: 'https://www.twilio.com/docs/segment/connections/spec/common',
    columns: {
      event_id: 'messageId',
      user_id: 'userId',
      username: ['traits.name', 'context.traits.name'],
      timestamp: 'timestamp',
      // Only what is tracked has a name; anything else is a page, a screen, or who somebody is.
      event_type: ['event', 'type'],
      device: 'context.device.type',
      email: ['traits.email', 'context.traits.email', 'properties.email'],
      user_agent: 'context.userAgent',
    },
    identity: { column: 'anonymousId' },
    types: { page: 'page_view', screen: 'page_view' },
    pages: pricing(['properties.url', 'context.page.url', 'properties.path']),
    timestamp: ['iso'],
    marks: ['messageId', 'anonymousId', 'type', 'timestamp'],
  },
  posthog: {
    says: 'PostHog batch export of events, JSON lines or Parquet, or its screens saved as CSV',
    source: 'https://posthog.com/docs/cdp/batch-exports/s3',
    columns: {
      event_id: 'uuid',
      user_id: ['distinct_id', 'person.distinct_id', 'person.properties.email'],
      username: [
        'person_properties.name',
        'person.properties.name',
        'person_properties.email',
        'person.properties.email',
      ],
      session_id: 'properties.$session_id',
      timestamp: 'timestamp',
      event_type: 'event',
      location_city: 'properties.$geoip_city_name',
      device: 'properties.$device_type',
      email: ['person_properties.email', 'person.properties.email', 'properties.$set.email'],
      user_agent: ['properties.$raw_user_agent', 'properties.$user_agent'],
    },
    identity: {
      column: ['distinct_id', 'person.distinct_id', 'person.properties.email'],
      alias: 'properties.$anon_distinct_id',
    },
    types: {},
    pages: pricing('properties.$current_url'),
    timestamp: ['iso'],
    marks: ['uuid', 'distinct_id', 'event', 'properties', 'timestamp'],
  },
  snowplow: {
    says: 'Snowplow atomic.events, with a header',
    source: 'https://docs.snowplow.io/docs/fundamentals/canonical-event/',
    columns: {
      event_id: 'event_id',
      user_id: 'user_id',
      session_id: 'domain_sessionid',
      // The time on the device, corrected by the collector's clock.
      timestamp: ['derived_tstamp', 'collector_tstamp'],
      event_type: 'event_name',
      location_city: 'geo_city',
      device: 'dvce_type',
      session_number: 'domain_sessionidx',
      user_agent: 'useragent',
    },
    identity: { column: 'domain_userid' },
    types: {},
    pages: pricing('page_url'),
    timestamp: ['iso'],
    marks: ['event_id', 'event_name', 'collector_tstamp', 'domain_userid'],
  },
  ga4: {
    says: 'Google Analytics 4 export to BigQuery: as JSON or Parquet, or flattened by a query',
    source: 'https://support.google.com/analytics/answer/7029846',
    query: `SELECT event_timestamp, event_name, user_id, user_pseudo_id, device.category AS device_category, geo.city AS geo_city,
  (SELECT value.int_value FROM UNNEST(event_params) WHERE key = 'ga_session_id') AS ga_session_id,
  (SELECT value.string_value FROM UNNEST(event_params) WHERE key = 'page_location') AS page_location
FROM \`project.analytics_123456789.events_*\``,
    columns: {
      user_id: 'user_id',
      session_id: ['ga_session_id', 'event_params.ga_session_id'],
      timestamp: 'event_timestamp',
      event_type: 'event_name',
      location_city: ['geo_city', 'geo.city'],
      device: ['device_category', 'device.category'],
    },
    identity: { column: 'user_pseudo_id' },
    // No event has an id, and the daily and intraday tables overlap (Velir/dbt-ga4 makes its event_key of the same columns).
    id: ['user_pseudo_id', 'ga_session_id', 'event_name', 'event_timestamp', 'event_params', 'page_location'],
    types: {
      view_search_results: 'search',
      file_download: 'doc_download',
      generate_lead: 'demo_request_click',
    },
    pages: pricing(['page_location', 'event_params.page_location']),
    timestamp: ['epoch_us'],
    marks: ['user_pseudo_id', 'event_name', 'event_timestamp'],
  },
  mixpanel: {
    says: 'Mixpanel raw event export, JSON lines; projects from before 2023 export local time as if it were UTC',
    source: 'https://docs.mixpanel.com/reference/raw-event-export',
    columns: {
      event_id: 'properties.$insert_id',
      user_id: 'properties.$user_id',
      timestamp: 'properties.time',
      event_type: 'event',
      location_city: 'properties.$city',
      device: 'properties.$device',
      email: ['properties.$email', 'properties.email'],
    },
    identity: { column: ['properties.$device_id', 'properties.distinct_id'] },
    types: { $mp_web_page_view: 'page_view' },
    pages: pricing('properties.$current_url'),
    timestamp: ['epoch_s'],
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
    types: { '[Amplitude] Page Viewed': 'page_view', '[Amplitude] File Downloaded': 'doc_download' },
    pages: pricing('event_properties.[Amplitude] Page URL'),
    // "A session_id of -1 is the same as no session_id specified."
    unknown: { session_id: ['-1'] },
    timestamp: ['iso'],
    marks: ['amplitude_id', 'event_type', 'event_time'],
  },
  apache: {
    says: 'Access log of Apache or nginx, common or combined format',
    source: 'https://httpd.apache.org/docs/current/logs.html#combined',
    lines: 'apache',
    columns: { user_id: 'user', timestamp: 'time', user_agent: 'agent' },
    type: 'page_view',
    types: {},
    where: pageRequests('method', 'path', 'status'),
    pages: pricing('path'),
    // An address is shared and changes: people without a name are told apart no better than that.
    identity: { column: 'host' },
    unknown: { user_id: ['-'] },
    timestamp: ['%d/%b/%Y:%H:%M:%S %z'],
    marks: ['host', 'user', 'time', 'referer', 'agent'],
  },
  w3c: {
    says: 'Access log in the extended format of the W3C, as IIS and CloudFront write it',
    source: 'https://www.w3.org/TR/WD-logfile.html',
    lines: 'w3c',
    columns: { user_id: 'cs-username', timestamp: 'date-time', user_agent: 'cs(User-Agent)' },
    type: 'page_view',
    types: {},
    where: pageRequests('cs-method', 'cs-uri-stem', 'sc-status'),
    pages: pricing('cs-uri-stem'),
    identity: { column: 'c-ip' },
    timestamp: ['iso'],
    marks: ['date', 'time', 'cs-method', 'cs-uri-stem', 'sc-status'],
  },
} as const satisfies Record<string, Source>;

/** The name of a source, as in `--from`. */
export type SourceName = keyof typeof sources;

/** True if this is the name of a source. */
export const isSource = (name: string): name is SourceName => Object.hasOwn(sources, name);

/** The names of the sources. */
export const SOURCE_NAMES: readonly SourceName[] = Object.keys(sources).filter(isSource);

/** The sources whose exports have these columns, in any case, by their marks; at most one. */
export const fitting = (columns: Iterable<string>): SourceName[] => {
  const present = new Set([...columns].map((column) => column.trim().toLowerCase()));
  return SOURCE_NAMES.filter((name) => sources[name].marks.every((mark) => present.has(mark.toLowerCase())));
};
