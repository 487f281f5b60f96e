/** The errors of a server and of the way to it, each as one line that says what to do. */
import { Failure, type FailureKind, messageOf, systemCode } from '../../model.js';
import { type Address, PASSWORD } from './address.js';

type Advice = readonly [FailureKind, string];

const TOO_LITTLE_TIME: Advice = [
  'cannotWrite',
  'the server allows queries less time than this takes: try --slices 8, or raise max_execution_time',
];
const LIMIT_REACHED: Advice = [
  'cannotWrite',
  'a limit of the server is too small: try --slices 8, or raise the limit that is named',
];
const QUOTA_USED_UP: Advice = ['cannotWrite', 'the quota of this user is used up: wait, or raise it'];
const UNREACHABLE: Advice = ['noInput', 'the servers cannot reach each other: wait until all shards are up'];
const DAMAGED: Advice = ['data', 'a part of the table is damaged on the server: check its log'];
const TOO_LARGE =
  'these settings make a query that is too large for the server: use fewer features or shorter lists, or let this user change settings (readonly = 2)';

/** The number that ClickHouse has for a query that it cannot read, whose name its client cannot find in the message. */
const SYNTAX_ERROR = '62';

/** Characters that every server reads of a query. */
const READ = 200_000;

/** What to do about an error of the server, by its name in ClickHouse. */
const SERVER: Readonly<Record<string, Advice>> = {
  AUTHENTICATION_FAILED: [
    'noInput',
    `the user or the password is wrong: check the user in the address and ${PASSWORD}`,
  ],
  REQUIRED_PASSWORD: ['noInput', `this user needs a password: set ${PASSWORD}`],
  UNKNOWN_USER: ['noInput', 'there is no such user: check the address'],
  WRONG_PASSWORD: ['noInput', `the password is wrong: check ${PASSWORD}`],
  IP_ADDRESS_NOT_ALLOWED: ['noInput', 'the server does not accept this user from this machine: ask for access'],
  ACCESS_DENIED: ['noInput', 'this user may not do that: ask for the right that is named'],
  UNKNOWN_TABLE: ['noInput', 'there is no such table: check the address'],
  UNKNOWN_DATABASE: ['noInput', 'there is no such database: check the address'],
  MEMORY_LIMIT_EXCEEDED: [
    'cannotWrite',
    'the server has too little memory for this: try --slices 8, or let its user spill to disk (max_bytes_before_external_group_by)',
  ],
  TIMEOUT_EXCEEDED: TOO_LITTLE_TIME,
  TOO_SLOW: TOO_LITTLE_TIME,
  TOO_MANY_ROWS: LIMIT_REACHED,
  TOO_MANY_BYTES: LIMIT_REACHED,
  TOO_MANY_ROWS_OR_BYTES: LIMIT_REACHED,
  SET_SIZE_LIMIT_EXCEEDED: LIMIT_REACHED,
  QUOTA_EXCEEDED: QUOTA_USED_UP,
  QUOTA_EXPIRED: QUOTA_USED_UP,
  NOT_ENOUGH_SPACE: ['cannotWrite', 'the disk of the server is full: free some of it, or try --slices 8'],
  TOO_MANY_SIMULTANEOUS_QUERIES: ['noInput', 'the server is busy with other queries: try again later'],
  QUERY_WAS_CANCELLED: ['interrupted', 'the query was cancelled on the server: run it again'],
  ALL_CONNECTION_TRIES_FAILED: ['noInput', 'a shard of this table does not answer: wait until all shards are up'],
  NETWORK_ERROR: UNREACHABLE,
  SOCKET_TIMEOUT: UNREACHABLE,
  NO_REPLICA_HAS_REQUESTED_PART: ['noInput', 'a part of the table is on no server that answers: wait until all are up'],
  UNKNOWN_FUNCTION: ['noInput', 'this server is too old: gesture needs ClickHouse 24.3 or later'],
  UNKNOWN_DATABASE_ENGINE: ['noInput', 'this kind of database is unknown to the server'],
  TOO_BIG_AST: ['usage', TOO_LARGE],
  TOO_DEEP_AST: ['usage', TOO_LARGE],
  CANNOT_COMPILE_REGEXP: ['usage', 'gesture.yaml has an invalid regular expression (RE2)'],
  READONLY: ['noInput', 'this user may not do that: ask for the right to SELECT from the table'],
  CHECKSUM_DOESNT_MATCH: DAMAGED,
  CANNOT_READ_ALL_DATA: DAMAGED,
};

const NO_HTTPS = 'this port does not speak https: use the one of https, 8443 as a rule';
const STRANGER = 'the certificate of the server is signed by an unknown authority: name it in NODE_EXTRA_CA_CERTS';
const NO_ROUTE = 'the host cannot be reached: check the address and the network';

/** What to do about an error of the connection, by its code in Node. */
const CONNECTION: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no host has this name: check the address',
  EAI_AGAIN: 'the name of the host cannot be looked up: check the network',
  ECONNREFUSED:
    'nothing listens there: check the host and the port (8443 for https, 8123 on this machine), and that the server runs',
  ECONNRESET: 'the connection was cut: check that the port is that of HTTP, and run it again',
  ETIMEDOUT: 'the host does not answer: check the address and the firewall',
  EHOSTUNREACH: NO_ROUTE,
  ENETUNREACH: NO_ROUTE,
  EPIPE: 'the connection was cut: run it again',
  EPROTO: NO_HTTPS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_HTTPS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_HTTPS,
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another host name: use the name that it is for',
  CERT_HAS_EXPIRED: 'the certificate of the server has expired: renew it',
  DEPTH_ZERO_SELF_SIGNED_CERT: STRANGER,
  SELF_SIGNED_CERT_IN_CHAIN: STRANGER,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: STRANGER,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: STRANGER,
  HPE_INVALID_CONSTANT: 'this port does not speak HTTP: use the one of HTTP, not the native one',
  HPE_HEADER_OVERFLOW: 'the answer has too many headers: turn off send_progress_in_http_headers for this user',
};

/** An answer that is not ClickHouse's: a page of a proxy or of a login, for example. */
export class ForeignAnswer extends Error {}

const firstLine = (text: string, most = 200): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most)}...` : line;
};

/** The name that ClickHouse has for an error of its own; undefined for any other error. */
export const serverError = (error: unknown): string | undefined =>
  error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : undefined;

/** What a server says of an error, without the query: there may be cells of customers in it. */
const saidOf = (error: unknown): string =>
  firstLine(messageOf(error).split(/:? (?:in scope|[Ww]hile (?:executing|processing)|failed at position) /)[0] ?? '');

const isTimeout = (error: unknown): boolean => messageOf(error).startsWith('Timeout error');

/** An error of a server or of the way to it as a Failure; any other error is returned unchanged. `length`: of the query. */
export const translated = (error: unknown, { name, url }: Pick<Address, 'name' | 'url'>, length = 0): unknown => {
  if (error instanceof Failure) return error;
  const failure = (kind: FailureKind, what: string): Failure => new Failure(kind, `${name}: ${what}`, { cause: error });
  const type = serverError(error);
  if (type !== undefined) {
    const said = saidOf(error);
    const isUnread = error instanceof Error && 'code' in error && error.code === SYNTAX_ERROR;
    if (said.startsWith('Query tree is too big') || (isUnread && length > READ)) return failure('usage', TOO_LARGE);
    if (isUnread)
      return failure('noInput', 'the server does not understand the query: gesture needs ClickHouse 24.3 or later');
    const [kind, advice] = SERVER[type] ?? ['noInput', 'the server refuses the query'];
    return failure(kind, `${advice} (${type}: ${said})`);
  }
  const code = systemCode(error) ?? '';
  const tls = CONNECTION[code];
  if (tls !== undefined) return failure('noInput', `${tls} (${code} from ${url})`);
  if (code.startsWith('HPE_')) return failure('noInput', `${CONNECTION['HPE_INVALID_CONSTANT']} (${code} from ${url})`);
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || /certificate/i.test(messageOf(error)))
    return failure('noInput', `the server cannot be trusted: ${firstLine(messageOf(error))}`);
  if (isTimeout(error)) return failure('noInput', `${CONNECTION['ETIMEDOUT']} (${url})`);
  if (/aborted|socket hang up|premature close/i.test(messageOf(error)))
    return failure('noInput', 'the connection was cut in the middle of an answer: run it again');
  // The client throws a plain Error for an answer that it does not know, such as the page of an error.
  const isForeign = error instanceof ForeignAnswer || error instanceof SyntaxError;
  if (isForeign || (error instanceof Error && error.constructor === Error && code === ''))
    return failure(
      'noInput',
      `the answer is not that of ClickHouse's HTTP port, but perhaps a proxy's page: check the address (${firstLine(messageOf(error), 120)})`,
    );
  return error;
};
