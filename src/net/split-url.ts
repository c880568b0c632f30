/** An address that is written as a parser would write it, so that it can be cut in two as it is. */
const PLAIN_URL =
  /^(https?:\/\/[a-z\d.:-]+)(\/(?!\.)(?:[\w\-~!$&()*+,;=:@?.]|%(?!2e)|\/(?!\.|%2e))*)(?<!\?)$/iu;
/** Origins as written → as parsers have them. There are a handful. */
const origins = new Map<string, string>();
const MAX_ORIGINS = 100;

/**
 * Cuts the address of a request in what the connection is kept for and what is asked there, as a parser of
 * URLs would. Throws as `URL` does. A parser costs as much as reading the answer; addresses that it would not
 * change are cut by hand.
 */
export const splitUrl = (text: string): { readonly origin: string; readonly path: string } => {
  const [, start, path] = PLAIN_URL.exec(text) ?? [];
  if (start === undefined || path === undefined) {
    const url = new URL(text);
    return { origin: url.origin, path: `${url.pathname}${url.search}` };
  }
  let origin = origins.get(start);
  if (origin === undefined) {
    ({ origin } = new URL(start));
    if (origins.size >= MAX_ORIGINS) origins.clear();
    origins.set(start, origin);
  }
  return { origin, path };
};
