/** The address of a table: `clickhouse://user@host:8443/database/table`. */
import { Failure } from '../../model.js';

/** Where a table is, and who asks. */
export interface Address {
  /** `https://host:8443`, or `http:` for this machine. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly table: string;
  /** The address as messages show it. */
  readonly name: string;
}

/** The variable that holds the password, which would be seen by others in the list of processes if it were an argument. */
export const PASSWORD = 'GESTURE_CLICKHOUSE_PASSWORD';

const FORM = 'clickhouse://user@host:8443/database/table';

const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/i.test(host);

const bad = (what: string): Failure => new Failure('usage', `${what}: name a table as ${FORM}`);

/**
 * Reads the address of a table.
 *
 * @param password from the environment
 * @throws Failure `usage` for anything else, and for a password in it
 */
export const parseAddress = (input: string, password: string | undefined): Address => {
  let url: URL;
  let parts: string[];
  try {
    url = new URL(input);
    parts = [url.username, ...url.pathname.split('/').slice(1)].map(decodeURIComponent);
  } catch {
    throw bad('this is not an address');
  }
  if (url.password !== '') {
    throw new Failure(
      'usage',
      `a password in the address can be read by others on this machine: remove it, and set ${PASSWORD}`,
    );
  }
  const [user = '', database = '', table = '', ...rest] = parts.at(-1) === '' ? parts.slice(0, -1) : parts;
  if (url.hostname === '') throw bad('the address has no host');
  if (database === '' || table === '' || rest.length > 0)
    throw bad(`the path ${url.pathname || '/'} is not /database/table`);
  if (url.search !== '' || url.hash !== '') throw bad('the address must end after the table, without ? or #');
  const here = isLoopback(url.hostname);
  const host = `${url.hostname}:${url.port === '' ? (here ? 8123 : 8443) : url.port}`;
  return {
    url: `${here ? 'http' : 'https'}://${host}`,
    user: user === '' ? 'default' : user,
    password: password ?? '',
    database,
    table,
    name: `clickhouse://${host}/${database}/${table}`,
  };
};
