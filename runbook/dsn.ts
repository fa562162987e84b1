/** Where a connection string leads; what is not said is left out. */
export interface Address {
  host: string;
  port: string;
  database: string;
  user?: string;
  password?: string;
  sslmode?: string;
}

/** A peer that confirms nothing for so long is gone; as wal_sender_timeout is recommended; ms. */
const GONE_MS = 5_000;

/**
 * A source of a subscription whose connection ends when nothing is confirmed for 5 s; one that has such a bound is left as it is. Without it a
 * follower that was connecting while its writer came back waits for two minutes (net.ipv4.tcp_syn_retries), for its packets go on to the address
 * that the writer's pod had before; and with it every commit. libpq's connect_timeout does not bound a subscription.
 */
export function bounded(dsn: string): string {
  if (/[?&]tcp_user_timeout=/.test(dsn)) return dsn;
  return `${dsn}${dsn.includes('?') ? '&' : '?'}tcp_user_timeout=${GONE_MS}`;
}

/** Why a text is no connection string that a runbook takes, in words that do not show it; undefined: it is one. */
export function whyNoDsn(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol) || url.hostname === '' || url.pathname.length <= 1)
    return 'expected "postgres://user:password@host:port/database"';
  // a "/" or "@" of a password that is not encoded makes a host or a database of the rest of it, which messages would show
  if (/[@/]/.test(url.pathname.slice(1))) return 'expected a password whose "/", "@", "?" and "#" are percent-encoded';
  if (url.hash !== '') return 'expected a password whose "#" is percent-encoded';
  if (url.hostname.includes(',')) return 'expected one host: a list of hosts may lead to another server at each try';
  if (['host', 'hostaddr', 'port', 'dbname', 'service'].some((name) => url.searchParams.has(name)))
    return 'expected host, port and database before the "?"';
  try {
    [url.username, url.password, url.pathname].forEach(decodeURIComponent);
  } catch {
    return 'expected "%" to be percent-encoded, as "%25"';
  }
  return undefined;
}

/** What a connection string says, be it a URL or libpq's list of keywords; undefined where it is neither. */
export function addressOf(conninfo: string): Address | undefined {
  const found = /^postgres(ql)?:\/\//.test(conninfo) ? fromUrl(conninfo) : fromKeywords(conninfo);
  if (found === undefined) return undefined;
  const { host = found['hostaddr'], port = '5432', user, password, sslmode, dbname = user } = found;
  if (host === undefined || dbname === undefined) return undefined;
  return {
    host,
    port,
    database: dbname,
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(sslmode === undefined ? {} : { sslmode }),
  };
}

/** Whether two connection strings lead to one database, by whatever roles. */
export function leadAlike(one: string, other: string): boolean {
  const [first, second] = [addressOf(one), addressOf(other)];
  if (first === undefined || second === undefined) return one === other;
  return (['host', 'port', 'database'] as const).every((part) => first[part] === second[part]);
}

type Keywords = Partial<Record<string, string>>;

function fromUrl(text: string): Keywords | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  try {
    const parts = {
      host: url.hostname,
      port: url.port,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      dbname: decodeURIComponent(url.pathname.slice(1)),
    };
    const said = Object.entries(parts).filter(([, value]) => value !== '');
    return { ...Object.fromEntries(said), ...Object.fromEntries(url.searchParams) };
  } catch {
    return undefined;
  }
}

function fromKeywords(text: string): Keywords | undefined {
  const found: Keywords = {};
  const rest = text.replaceAll(
    /\s*(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|((?:[^\s'\\]|\\.)*))\s*/gsu,
    (_all, key: string, quoted?: string, plain?: string) => {
      found[key] = (quoted ?? plain ?? '').replaceAll(/\\(.)/gsu, '$1');
      return '';
    },
  );
  return rest.trim() === '' && Object.keys(found).length > 0 ? found : undefined;
}
