/**
 * Whether a Host header names this server: the public URL's host, and, where the public URL is a
 * loopback address, any loopback name with the port that the request came in on. Everything else is
 * DNS rebinding or a misrouted request (attack cases P06, M01).
 */
export const isAllowedHost = (
  host: string | undefined,
  server: { readonly publicUrl: string; readonly localPort: number | undefined },
): boolean => {
  if (host === undefined) return false;
  const given = host.toLowerCase();
  // Nearly every request comes this way, and parsing an address costs as much as all other guards.
  if (server.publicUrl.endsWith(`://${given}`)) return true;
  const own = new URL(server.publicUrl);
  const defaultPort = own.protocol === "https:" ? ":443" : ":80";
  if (given === own.host || given === `${own.host}${own.port === "" ? defaultPort : ""}`)
    return true;
  return (
    isLoopbackHostname(own.hostname) &&
    LOOPBACK_HOSTNAMES.some((name) => given === `${name}:${server.localPort ?? 0}`)
  );
};

/**
 * Whether a request from a page of this origin may reach the MCP endpoints: no origin (not a browser),
 * our own, or a page on the person's own machine, such as the MCP Inspector.
 */
export const isAllowedOrigin = (origin: string | undefined, publicUrl: string): boolean => {
  if (origin === undefined) return true;
  if (origin === new URL(publicUrl).origin) return true;
  const parsed = URL.parse(origin);
  if (parsed === null || parsed.origin !== origin.toLowerCase()) return false;
  return /^https?:$/u.test(parsed.protocol) && isLoopbackHostname(parsed.hostname);
};

const LOOPBACK_HOSTNAMES = ["localhost", "127.0.0.1", "[::1]"] as const;

/** Whether a host name, IPv6 in brackets, is one of this machine's own. */
export const isLoopbackHostname = (hostname: string): boolean =>
  LOOPBACK_HOSTNAMES.some((name) => name === hostname);
