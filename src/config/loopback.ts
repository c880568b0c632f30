/** Whether a URL's host is this machine: `localhost`, 127.0.0.0/8 or `[::1]`. */
export const isLoopbackUrl = (url: URL): boolean =>
  url.hostname === "localhost" ||
  url.hostname === "[::1]" ||
  /^127(?:\.\d{1,3}){3}$/.test(url.hostname);
