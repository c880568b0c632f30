const DEFAULT_SECONDS = 3600;
const MIN_SECONDS = 60;
const MAX_SECONDS = 24 * 3600;
const MAX_AGE = /(?:^|[\s,])max-age="?(\d{1,10})/i;
const UNCACHED = /(?:^|[\s,])no-(?:store|cache)(?:$|[\s,=])/i;

/**
 * How long a metadata document counts as fresh, from its `Cache-Control` (RFC 9111 §5.2.2): an hour if
 * it says nothing, a day at most, and a minute at least, so that one sign-in fetches once.
 */
export const toFreshSeconds = (cacheControl: string | undefined): number => {
  const text = cacheControl ?? "";
  if (UNCACHED.test(text)) return MIN_SECONDS;
  const maxAge = MAX_AGE.exec(text)?.[1];
  if (maxAge === undefined) return DEFAULT_SECONDS;
  return Math.min(MAX_SECONDS, Math.max(MIN_SECONDS, Number(maxAge)));
};
